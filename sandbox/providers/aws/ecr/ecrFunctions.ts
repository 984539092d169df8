import {
  type AuthorizationData,
  DescribeImagesCommand,
  GetAuthorizationTokenCommand,
  type ImageDetail,
  ListImagesCommand,
} from "@aws-sdk/client-ecr";
import type { FunctionHandler } from "../../../../provider/protocol/definition";
import { asString, isMap, type PropertyMap, type PropertyValue, Secret } from "../../../../provider/protocol/values";
import type { Schema } from "../../protocol/schema";
import type { AwsConnection } from "../clients";
import { awsFunction } from "../functions";
import { listAll, step, timeText } from "../operations";
import type { Scope } from "../resource";
import { hasCode, send } from "../send";
import { ecr } from "./ecrClient";
import { findRepository, repositoryState, tagsOf } from "./repository";

/** The released provider's message for a missing repository or image (`retry.NotFoundError`). */
const notFound = "couldn't find resource";

const imageSchema: Schema = {
  imageDigest: { type: "string" },
  imageTag: { type: "string" },
  mostRecent: { type: "boolean" },
  region: { type: "string" },
  registryId: { type: "string" },
  repositoryName: { type: "string", required: true },
};

export const ecrFunctions: readonly FunctionHandler<AwsConnection>[] = [
  awsFunction(
    "aws:ecr/getAuthorizationToken:getAuthorizationToken",
    { region: { type: "string" }, registryId: { type: "string" } },
    async (args, scope) => ({
      ...(await authorization(args["registryId"], scope)),
      id: scope.region,
      region: scope.region,
      ...(args["registryId"] !== undefined && { registryId: args["registryId"] }),
    }),
  ),

  awsFunction(
    "aws:ecr/getCredentials:getCredentials",
    { registryId: { type: "string", required: true } },
    async (args, scope) => ({
      ...(await authorization(args["registryId"], scope)),
      id: String(args["registryId"]),
      registryId: String(args["registryId"]),
    }),
  ),

  awsFunction("aws:ecr/getImage:getImage", imageSchema, async (args, scope) => {
    const { imageDigest, imageTag, mostRecent } = args;
    const given = [imageDigest, imageTag, mostRecent].filter((value) => value !== undefined);
    if (given.length === 0) throw new Error("one of imageDigest, imageTag, mostRecent must be specified");
    if (mostRecent === true && given.length > 1) {
      throw new Error("mostRecent: conflicts with imageDigest and imageTag; set only one of them");
    }
    const images = await step("reading ECR Images", () => findImages(args, scope));
    const image = newest(images);
    if (!image) throw new Error("Your query returned no results. Please change your search criteria and try again.");
    if (images.length > 1 && mostRecent !== true) {
      throw new Error(
        "Your query returned more than one result. Please try a more specific search criteria, or set `most_recent` attribute to true.",
      );
    }
    const name = image.repositoryName ?? String(args["repositoryName"]);
    const repository = await step("reading ECR Images", async () => {
      const found = await findRepository(name, image.registryId, scope);
      if (!found) throw new Error(notFound);
      return found;
    });
    const digest = image.imageDigest ?? "";
    return {
      id: digest,
      imageDigest: digest,
      imagePushedAt: Math.floor((image.imagePushedAt?.getTime() ?? 0) / 1000),
      imageSizeInBytes: image.imageSizeInBytes ?? 0,
      ...(imageTag !== undefined && { imageTag }),
      imageTags: image.imageTags ?? [],
      imageUri: `${repository.repositoryUri ?? ""}@${digest}`,
      ...(mostRecent !== undefined && { mostRecent }),
      region: scope.region,
      registryId: image.registryId ?? "",
      repositoryName: name,
    };
  }),

  awsFunction(
    "aws:ecr/getImages:getImages",
    {
      region: { type: "string" },
      registryId: { type: "string" },
      repositoryName: { type: "string", required: true },
    },
    async (args, scope) => {
      const ids = await step("reading ECR Images", () =>
        listAll(
          (nextToken) =>
            withNotFoundError(() => send(ecr(scope), new ListImagesCommand({ ...repositoryOf(args), nextToken }))),
          (page) => page.imageIds,
        ),
      );
      const imageIds = ids.map(({ imageDigest, imageTag }) => ({
        ...(imageDigest !== undefined && { imageDigest }),
        ...(imageTag !== undefined && { imageTag }),
      }));
      return { ...args, imageIds, region: scope.region };
    },
  ),

  awsFunction(
    "aws:ecr/getRepository:getRepository",
    {
      name: { type: "string", required: true },
      region: { type: "string" },
      registryId: { type: "string" },
      tags: { type: "stringMap" },
    },
    async (args, scope) => {
      const name = String(args["name"]);
      const repository = await step(`reading ECR Repository (${name})`, async () => {
        const found = await findRepository(name, asString(args["registryId"]), scope);
        if (!found) throw new Error(notFound);
        return found;
      });
      const images = await step(`reading images for ECR Repository (${name})`, () =>
        findImages({ repositoryName: name, registryId: repository.registryId ?? null }, scope),
      );
      const { imageScanningConfiguration, ...state } = repositoryState(repository);
      return {
        ...state,
        id: name,
        imageScanningConfigurations: isMap(imageScanningConfiguration) ? [imageScanningConfiguration] : [],
        mostRecentImageTags: newest(images)?.imageTags ?? [],
        region: scope.region,
        tags: await tagsOf(repository, scope),
      };
    },
  ),

  awsFunction(
    "aws:ecr/getLifecyclePolicyDocument:getLifecyclePolicyDocument",
    { rules: { type: { list: lifecycleRuleSchema() }, required: true } },
    async (args) => {
      const rules = (Array.isArray(args["rules"]) ? args["rules"] : []).filter(isMap);
      const document = { rules: rules.map(lifecycleRule) };
      return { json: JSON.stringify(document, undefined, 2), rules };
    },
  ),
];

function findImages(args: PropertyMap, scope: Scope): Promise<ImageDetail[]> {
  const imageDigest = asString(args["imageDigest"]);
  const imageTag = asString(args["imageTag"]);
  const imageIds = imageDigest === undefined && imageTag === undefined ? undefined : [{ imageDigest, imageTag }];
  return listAll(
    (nextToken) =>
      withNotFoundError(() =>
        send(ecr(scope), new DescribeImagesCommand({ ...repositoryOf(args), imageIds, nextToken })),
      ),
    (page) => page.imageDetails,
  );
}

async function withNotFoundError<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (hasCode(error, "ImageNotFoundException", "RepositoryNotFoundException")) throw new Error(notFound);
    throw error;
  }
}

function newest(images: readonly ImageDetail[]): ImageDetail | undefined {
  return [...images].sort((a, b) => (b.imagePushedAt?.getTime() ?? 0) - (a.imagePushedAt?.getTime() ?? 0))[0];
}

function repositoryOf(args: PropertyMap): { repositoryName: string; registryId: string | undefined } {
  return { repositoryName: String(args["repositoryName"]), registryId: asString(args["registryId"]) };
}

async function authorization(registryId: PropertyValue | undefined, scope: Scope): Promise<PropertyMap> {
  const { authorizationData } = await step("getting ECR authorization token", () =>
    send(
      ecr(scope),
      new GetAuthorizationTokenCommand({ registryIds: typeof registryId === "string" ? [registryId] : undefined }),
    ),
  );
  const data: AuthorizationData | undefined = authorizationData?.[0];
  if (!data) throw new Error("getting ECR authorization token: the service gave none");
  return { ...tokenState(data.authorizationToken, data.expiresAt, "ECR"), proxyEndpoint: data.proxyEndpoint ?? "" };
}

/** User name and password of a token, which is `base64(user:password)`. */
export function tokenState(token: string | undefined, expiresAt: Date | undefined, service: string): PropertyMap {
  const parts = Buffer.from(token ?? "", "base64")
    .toString()
    .split(":");
  const [userName, password] = parts;
  if (parts.length !== 2 || userName === undefined || password === undefined) {
    throw new Error(`unknown ${service} authorization token format`);
  }
  return {
    authorizationToken: new Secret(token ?? ""),
    expiresAt: timeText(expiresAt ?? new Date(0)),
    password: new Secret(password),
    userName,
  };
}

function lifecycleRuleSchema() {
  return {
    type: {
      object: {
        action: {
          type: {
            object: {
              type: { type: "string", required: true, values: ["expire", "transition"] },
              targetStorageClass: { type: "string" },
            },
          },
        },
        description: { type: "string" },
        priority: { type: "number", required: true },
        selection: {
          required: true,
          type: {
            object: {
              countNumber: { type: "number", required: true },
              countType: { type: "string", required: true },
              countUnit: { type: "string" },
              storageClass: { type: "string" },
              tagPatternLists: { type: { list: { type: "string" } } },
              tagPrefixLists: { type: { list: { type: "string" } } },
              tagStatus: { type: "string", required: true, values: ["tagged", "untagged", "any"] },
            },
          },
        },
      },
    },
  } as const;
}

/** Keys with the names and order of the released provider. */
function lifecycleRule(rule: PropertyMap): unknown {
  const selection = isMap(rule["selection"]) ? rule["selection"] : {};
  const action = isMap(rule["action"]) ? rule["action"] : { type: "expire" };
  return {
    rulePriority: rule["priority"],
    description: rule["description"],
    selection: {
      tagStatus: selection["tagStatus"],
      tagPatternList: selection["tagPatternLists"],
      tagPrefixList: selection["tagPrefixLists"],
      storageClass: selection["storageClass"],
      countType: selection["countType"],
      countUnit: selection["countUnit"],
      countNumber: selection["countNumber"],
    },
    action: { targetStorageClass: action["targetStorageClass"], type: action["type"] },
  };
}
