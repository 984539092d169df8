import { DescribeImagesCommand, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr-public";
import type { FunctionHandler } from "../../../../provider/protocol/definition";
import { isMap } from "../../../../provider/protocol/values";
import type { AwsConnection } from "../clients";
import { tokenState } from "../ecr/ecrFunctions";
import { awsFunction } from "../functions";
import { listAll, step, timeText } from "../operations";
import type { Scope } from "../resource";
import { send } from "../send";
import { accountRule } from "../valueRules";
import { ecrPublic } from "./ecrPublicClient";

/** ECR Public's API exists in two regions only; elsewhere there is no endpoint. */
function caller(scope: Scope) {
  if (scope.region !== "us-east-1" && scope.region !== "us-west-2") {
    throw new Error(
      `region: "${scope.region}": ECR Public has its API in us-east-1 and us-west-2 only; set region: "us-east-1"`,
    );
  }
  return ecrPublic(scope);
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

  // The released provider passes on the service's errors here, ImageNotFoundException and RepositoryNotFoundException,
  // instead of its "couldn't find resource".
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
      const imageIds =
        ids.length > 0 ? ids.map((id) => ({ ...id }) as { imageDigest?: string; imageTag?: string }) : undefined;
      const repository = {
        repositoryName: String(args["repositoryName"]),
        registryId: typeof args["registryId"] === "string" ? args["registryId"] : undefined,
      };
      const found = await listAll(
        (nextToken) => send(caller(scope), new DescribeImagesCommand({ ...repository, imageIds, nextToken })),
        (page) => page.imageDetails,
      );
      const images = found.map((image) => ({
        artifactMediaType: image.artifactMediaType ?? "",
        imageDigest: image.imageDigest ?? "",
        imageManifestMediaType: image.imageManifestMediaType ?? "",
        imagePushedAt: timeText(image.imagePushedAt ?? new Date(0)),
        imageSizeInBytes: image.imageSizeInBytes ?? 0,
        imageTags: image.imageTags ?? [],
        registryId: image.registryId ?? "",
        repositoryName: image.repositoryName ?? "",
      }));
      return { ...args, images, region: scope.region };
    },
  ),
];
