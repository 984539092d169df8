import { DescribeImagesCommand, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr-public";
import type { FunctionHandler } from "../../protocol/definition";
import { isMap, type PropertyMap } from "../../protocol/values";
import type { AwsConnection } from "../clients";
import { tokenState } from "../ecr/functions";
import { awsFunction } from "../functions";
import { step } from "../operations";
import type { Scope } from "../resource";
import { send } from "../send";

/** ECR Public's API lives in two regions; elsewhere its endpoint does not exist. */
function caller(scope: Scope) {
  if (scope.region !== "us-east-1" && scope.region !== "us-west-2") {
    throw new Error(
      `region: "${scope.region}": ECR Public has its API in us-east-1 and us-west-2 only; set region: "us-east-1"`,
    );
  }
  return scope.connection.ecrPublic(scope.region, scope.context);
}

export const ecrPublicFunctions: readonly FunctionHandler<AwsConnection>[] = [
  awsFunction(
    "aws:ecrpublic/getAuthorizationToken:getAuthorizationToken",
    { region: { type: "string" } },
    async (_args, scope) => {
      const { authorizationData } = await step("getting Public ECR authorization token", () =>
        send(caller(scope), new GetAuthorizationTokenCommand({})),
      );
      return {
        ...tokenState(authorizationData?.authorizationToken, authorizationData?.expiresAt, "Public ECR"),
        id: scope.region,
        region: scope.region,
      };
    },
  ),

  // Errors are the service's own here: the released provider passes on ImageNotFoundException and
  // RepositoryNotFoundException instead of its "couldn't find resource".
  awsFunction(
    "aws:ecrpublic/getImages:getImages",
    {
      imageIds: {
        type: { list: { type: { object: { imageDigest: { type: "string" }, imageTag: { type: "string" } } } } },
      },
      region: { type: "string" },
      registryId: { type: "string", rule: accountRule },
      repositoryName: { type: "string", required: true },
    },
    async (args, scope) => {
      const ids = (Array.isArray(args["imageIds"]) ? args["imageIds"] : []).filter(isMap);
      const images: PropertyMap[] = [];
      let nextToken: string | undefined;
      do {
        const page = await send(
          caller(scope),
          new DescribeImagesCommand({
            repositoryName: String(args["repositoryName"]),
            registryId: typeof args["registryId"] === "string" ? args["registryId"] : undefined,
            imageIds:
              ids.length > 0 ? ids.map((id) => ({ ...id }) as { imageDigest?: string; imageTag?: string }) : undefined,
            nextToken,
          }),
        );
        for (const image of page.imageDetails ?? []) {
          images.push({
            artifactMediaType: image.artifactMediaType ?? "",
            imageDigest: image.imageDigest ?? "",
            imageManifestMediaType: image.imageManifestMediaType ?? "",
            imagePushedAt: (image.imagePushedAt ?? new Date(0)).toISOString().replace(/\.\d+Z$/, "Z"),
            imageSizeInBytes: image.imageSizeInBytes ?? 0,
            imageTags: image.imageTags ?? [],
            registryId: image.registryId ?? "",
            repositoryName: image.repositoryName ?? "",
          });
        }
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return { ...args, images, region: scope.region };
    },
  ),
];

function accountRule(value: unknown): string | undefined {
  return typeof value === "string" && !/^\d{12}$/.test(value) ? "must be a 12-digit AWS account ID" : undefined;
}
