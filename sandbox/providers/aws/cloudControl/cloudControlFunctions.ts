import { CloudControlClient, GetResourceCommand } from "@aws-sdk/client-cloudcontrol";
import type { FunctionHandler } from "../../../../provider/protocol/definition";
import { asString } from "../../../../provider/protocol/values";
import type { AwsConnection } from "../clients";
import { awsFunction } from "../functions";
import { step } from "../operations";
import { hasCode, send } from "../send";
import { serviceCaller } from "../serviceCaller";

const cloudControl = serviceCaller("CloudControl", "cloudcontrol", () => CloudControlClient);

export const cloudControlFunctions: readonly FunctionHandler<AwsConnection>[] = [
  awsFunction(
    "aws:cloudcontrol/getResource:getResource",
    {
      identifier: { type: "string", required: true },
      region: { type: "string" },
      roleArn: { type: "string" },
      typeName: { type: "string", required: true },
      typeVersionId: { type: "string" },
    },
    async (args, scope) => {
      const input = {
        Identifier: String(args["identifier"]),
        TypeName: String(args["typeName"]),
        RoleArn: asString(args["roleArn"]),
        TypeVersionId: asString(args["typeVersionId"]),
      };
      const what = `reading Cloud Control API (${input.TypeName}) Resource (${input.Identifier})`;
      const { ResourceDescription: found } = await step(what, async () => {
        try {
          return await send(cloudControl(scope), new GetResourceCommand(input));
        } catch (error) {
          // The released provider's message (`retry.NotFoundError`).
          if (hasCode(error, "ResourceNotFoundException")) throw new Error("couldn't find resource");
          throw error;
        }
      });
      return { ...args, id: found?.Identifier ?? "", properties: found?.Properties ?? "", region: scope.region };
    },
  ),
];
