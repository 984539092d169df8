import {
  type Architecture,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { isMap, type PropertyMap, type PropertyValue } from "../../../../provider/protocol/values";
import { regionAndTags } from "../commonSchema";
import { deleteUnlessGone, readUnlessGone, step } from "../operations";
import type { AwsResource, Scope } from "../resource";
import { send } from "../send";
import { asTagList, asTagMap, tagState, updateTags } from "../tags";
import { lambdaCaller } from "./lambdaClient";

const waitSeconds = 60;

/** As in the Terraform AWS provider 6.x (internal/service/lambda/function.go), for functions from container images. */
export const lambdaFunction: AwsResource = {
  type: "aws:lambda/function:Function",
  naming: { property: "name", transform: (name) => name },
  schema: {
    ...regionAndTags,
    architectures: { type: "stringSet", computed: true },
    arn: { type: "string", output: true },
    codeSha256: { type: "string", computed: true },
    description: { type: "string" },
    environment: { type: { object: { variables: { type: "stringMap" } } } },
    imageConfig: {
      type: {
        object: {
          commands: { type: { list: { type: "string" } } },
          entryPoints: { type: { list: { type: "string" } } },
          workingDirectory: { type: "string" },
        },
      },
    },
    imageUri: { type: "string" },
    invokeArn: { type: "string", output: true },
    lastModified: { type: "string", output: true },
    memorySize: { type: "number", default: 128 },
    name: { type: "string", replace: true },
    packageType: { type: "string", default: "Zip", replace: true, values: ["Image", "Zip"], rule: onlyImages },
    publish: { type: "boolean", default: false },
    qualifiedArn: { type: "string", output: true },
    role: { type: "string", required: true },
    timeout: { type: "number", default: 3 },
    version: { type: "string", output: true },
  },

  async create(inputs, scope) {
    const name = String(inputs["name"]);
    await step(`creating Lambda Function (${name})`, async () => {
      await send(
        lambdaCaller(scope),
        new CreateFunctionCommand({
          ...configuration(inputs),
          FunctionName: name,
          PackageType: "Image",
          Code: { ImageUri: String(inputs["imageUri"]) },
          Architectures: architectures(inputs),
          Publish: inputs["publish"] === true,
          Tags: asTagMap(asTagList(inputs["tagsAll"])),
        }),
      );
      await waitUntilFunctionActiveV2(
        { client: lambdaCaller(scope).client, maxWaitTime: waitSeconds, minDelay: 1, maxDelay: 1 },
        { FunctionName: name },
      );
    });
    return name;
  },

  async read(id, known, scope) {
    return readUnlessGone(`Lambda Function (${id})`, ["ResourceNotFoundException"], async () => {
      const {
        Configuration: found,
        Code,
        Tags,
      } = await send(lambdaCaller(scope), new GetFunctionCommand({ FunctionName: id }));
      if (!found) return undefined;
      return {
        ...stateOf(found, id, scope),
        imageUri: Code?.ImageUri ?? String(known["imageUri"] ?? ""),
        ...tagState(Tags ?? {}, known, scope.connection.settings),
      };
    });
  },

  async update(id, olds, news, changed, scope) {
    await step(`updating Lambda Function (${id})`, async () => {
      if (["description", "environment", "imageConfig", "memorySize", "role", "timeout"].some(changed)) {
        await send(
          lambdaCaller(scope),
          new UpdateFunctionConfigurationCommand({ ...configuration(news), FunctionName: id }),
        );
        await waitUntilUpdated(id, scope);
      }
      if (changed("imageUri") || changed("architectures")) {
        await send(
          lambdaCaller(scope),
          new UpdateFunctionCodeCommand({
            FunctionName: id,
            ImageUri: String(news["imageUri"]),
            Architectures: architectures(news),
            Publish: news["publish"] === true,
          }),
        );
        await waitUntilUpdated(id, scope);
      }
    });
    const Resource = String(olds["arn"]);
    await updateTags(`resource (${Resource})`, olds, news, {
      untag: (keys) => send(lambdaCaller(scope), new UntagResourceCommand({ Resource, TagKeys: keys })),
      tag: (tags) => send(lambdaCaller(scope), new TagResourceCommand({ Resource, Tags: asTagMap(tags) })),
    });
  },

  async delete(id, _outputs, scope) {
    await deleteUnlessGone(`Lambda Function (${id})`, ["ResourceNotFoundException"], () =>
      send(lambdaCaller(scope), new DeleteFunctionCommand({ FunctionName: id })),
    );
  },
};

function onlyImages(value: PropertyValue): string | undefined {
  return value === "Zip"
    ? 'the stand-in supports functions from container images only; set packageType: "Image" and imageUri'
    : undefined;
}

async function waitUntilUpdated(FunctionName: string, scope: Scope): Promise<void> {
  const { client } = lambdaCaller(scope);
  await waitUntilFunctionUpdatedV2({ client, maxWaitTime: waitSeconds, minDelay: 1, maxDelay: 1 }, { FunctionName });
}

/** Inputs shared by create and configuration update. */
function configuration(inputs: PropertyMap) {
  const environment = inputs["environment"];
  const image = inputs["imageConfig"];
  return {
    Role: String(inputs["role"]),
    Description: typeof inputs["description"] === "string" ? inputs["description"] : "",
    MemorySize: Number(inputs["memorySize"]),
    Timeout: Number(inputs["timeout"]),
    Environment: {
      Variables: asTagMap(asTagList(isMap(environment) ? environment["variables"] : undefined)),
    },
    ...(isMap(image) && {
      ImageConfig: {
        Command: stringList(image["commands"]),
        EntryPoint: stringList(image["entryPoints"]),
        WorkingDirectory: typeof image["workingDirectory"] === "string" ? image["workingDirectory"] : undefined,
      },
    }),
  };
}

function architectures(inputs: PropertyMap): Architecture[] | undefined {
  return stringList(inputs["architectures"]) as Architecture[] | undefined;
}

function stringList(value: PropertyValue | undefined): string[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.map(String) : undefined;
}

function stateOf(found: FunctionConfiguration, id: string, scope: Scope): PropertyMap {
  const arn = found.FunctionArn ?? "";
  const variables = found.Environment?.Variables ?? {};
  const image = found.ImageConfigResponse?.ImageConfig;
  return {
    architectures: found.Architectures ?? ["x86_64"],
    arn,
    codeSha256: found.CodeSha256 ?? "",
    description: found.Description ?? "",
    ...(Object.keys(variables).length > 0 && { environment: { variables } }),
    ...(image && {
      imageConfig: {
        commands: image.Command ?? [],
        entryPoints: image.EntryPoint ?? [],
        workingDirectory: image.WorkingDirectory ?? "",
      },
    }),
    invokeArn: `arn:aws:apigateway:${scope.region}:lambda:path/2015-03-31/functions/${arn}/invocations`,
    lastModified: found.LastModified ?? "",
    memorySize: found.MemorySize ?? 128,
    name: found.FunctionName ?? id,
    packageType: found.PackageType ?? "Image",
    qualifiedArn: `${arn}:${found.Version ?? "$LATEST"}`,
    role: found.Role ?? "",
    timeout: found.Timeout ?? 3,
    version: found.Version ?? "$LATEST",
  };
}
