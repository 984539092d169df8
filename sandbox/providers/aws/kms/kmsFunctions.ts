import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import type { FunctionHandler } from "../../../../provider/protocol/definition";
import type { AwsConnection } from "../clients";
import { awsFunction } from "../functions";
import { step, timeText } from "../operations";
import { send } from "../send";
import { kms } from "./kmsClient";

/** The key identifiers that the released provider accepts (internal/service/kms, validateKeyOrAlias). */
const keyOrAlias =
  /^(?:arn:[\w-]+:kms:[\w-]+:\d{12}:)?(?:alias\/[a-zA-Z0-9:/_-]+|(?:key\/)?(?:mrk-)?[0-9a-f-]{8,36}[0-9a-f]*)$/i;

export const kmsFunctions: readonly FunctionHandler<AwsConnection>[] = [
  awsFunction(
    "aws:kms/getKey:getKey",
    {
      keyId: {
        type: "string",
        required: true,
        rule: (value) =>
          typeof value === "string" && !keyOrAlias.test(value) ? "must be a KMS Key ID or alias" : undefined,
      },
      region: { type: "string" },
    },
    async (args, scope) => {
      const keyId = String(args["keyId"]);
      const { KeyMetadata: found } = await step(`reading KMS Key (${keyId})`, () =>
        send(kms(scope), new DescribeKeyCommand({ KeyId: keyId })),
      );
      return {
        arn: found?.Arn ?? "",
        awsAccountId: found?.AWSAccountId ?? "",
        creationDate: timeText(found?.CreationDate),
        customerMasterKeySpec: found?.CustomerMasterKeySpec ?? found?.KeySpec ?? "",
        deletionDate: timeText(found?.DeletionDate),
        description: found?.Description ?? "",
        enabled: found?.Enabled === true,
        id: found?.KeyId ?? "",
        keyId,
        keyManager: found?.KeyManager ?? "",
        keySpec: found?.KeySpec ?? "",
        keyState: found?.KeyState ?? "",
        keyUsage: found?.KeyUsage ?? "",
        multiRegion: found?.MultiRegion === true,
        origin: found?.Origin ?? "",
        region: scope.region,
      };
    },
  ),
];
