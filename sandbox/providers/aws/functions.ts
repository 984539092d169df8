import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { CallContext, FunctionHandler } from "../../../provider/protocol/definition";
import type { PropertyMap } from "../../../provider/protocol/values";
import { checkInputs, type Schema } from "../protocol/schema";
import type { AwsConnection } from "./clients";
import { step } from "./operations";
import { type Scope, withoutInternal } from "./resource";
import { send } from "./send";

/** A function whose arguments are validated against a schema before any service is called. */
export function awsFunction(
  token: string,
  schema: Schema,
  run: (args: PropertyMap, scope: Scope) => Promise<PropertyMap>,
): FunctionHandler<AwsConnection> {
  return {
    token,
    async invoke(args: PropertyMap, connection: AwsConnection, context: CallContext) {
      const { inputs, failures } = checkInputs(token, schema, args);
      if (failures.length > 0) throw new Error(failures.map((failure) => failure.reason).join("; "));
      const region = typeof inputs["region"] === "string" ? inputs["region"] : connection.region;
      return run(withoutInternal(inputs), { connection, region, context });
    },
  };
}

const partitions: readonly { pattern: RegExp; name: string; dnsSuffix: string; reverseDnsPrefix: string }[] = [
  { pattern: /^cn-/, name: "aws-cn", dnsSuffix: "amazonaws.com.cn", reverseDnsPrefix: "cn.com.amazonaws" },
  { pattern: /^us-gov-/, name: "aws-us-gov", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" },
  { pattern: /^us-iso-/, name: "aws-iso", dnsSuffix: "c2s.ic.gov", reverseDnsPrefix: "gov.ic.c2s" },
  { pattern: /^us-isob-/, name: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", reverseDnsPrefix: "gov.sgov.sc2s" },
  { pattern: /^/, name: "aws", dnsSuffix: "amazonaws.com", reverseDnsPrefix: "com.amazonaws" },
];

/** Names from the AWS documentation ("Regions and Zones"); for a region newer than this list, its code is used. */
const regionNames: Readonly<Record<string, string>> = {
  "af-south-1": "Africa (Cape Town)",
  "ap-east-1": "Asia Pacific (Hong Kong)",
  "ap-northeast-1": "Asia Pacific (Tokyo)",
  "ap-northeast-2": "Asia Pacific (Seoul)",
  "ap-northeast-3": "Asia Pacific (Osaka)",
  "ap-south-1": "Asia Pacific (Mumbai)",
  "ap-south-2": "Asia Pacific (Hyderabad)",
  "ap-southeast-1": "Asia Pacific (Singapore)",
  "ap-southeast-2": "Asia Pacific (Sydney)",
  "ap-southeast-3": "Asia Pacific (Jakarta)",
  "ap-southeast-4": "Asia Pacific (Melbourne)",
  "ca-central-1": "Canada (Central)",
  "ca-west-1": "Canada West (Calgary)",
  "eu-central-1": "Europe (Frankfurt)",
  "eu-central-2": "Europe (Zurich)",
  "eu-north-1": "Europe (Stockholm)",
  "eu-south-1": "Europe (Milan)",
  "eu-south-2": "Europe (Spain)",
  "eu-west-1": "Europe (Ireland)",
  "eu-west-2": "Europe (London)",
  "eu-west-3": "Europe (Paris)",
  "il-central-1": "Israel (Tel Aviv)",
  "me-central-1": "Middle East (UAE)",
  "me-south-1": "Middle East (Bahrain)",
  "sa-east-1": "South America (Sao Paulo)",
  "us-east-1": "US East (N. Virginia)",
  "us-east-2": "US East (Ohio)",
  "us-gov-east-1": "AWS GovCloud (US-East)",
  "us-gov-west-1": "AWS GovCloud (US-West)",
  "us-west-1": "US West (N. California)",
  "us-west-2": "US West (Oregon)",
};

function partitionOf(region: string) {
  return partitions.find((partition) => partition.pattern.test(region)) ?? partitions[0];
}

export const generalFunctions: readonly FunctionHandler<AwsConnection>[] = [
  awsFunction("aws:index/getCallerIdentity:getCallerIdentity", { id: { type: "string" } }, async (_args, scope) => {
    const identity = await step("reading STS Caller Identity", () =>
      send(scope.connection.sts(scope.context), new GetCallerIdentityCommand({})),
    );
    const accountId = identity.Account ?? "";
    return { accountId, arn: identity.Arn ?? "", id: accountId, userId: identity.UserId ?? "" };
  }),

  awsFunction(
    "aws:index/getRegion:getRegion",
    { endpoint: { type: "string" }, id: { type: "string" }, name: { type: "string" }, region: { type: "string" } },
    async (args, scope) => {
      const suffix = (region: string) => partitionOf(region)?.dnsSuffix ?? "amazonaws.com";
      let region = args["region"] ?? args["name"] ?? scope.connection.region;
      if (typeof args["endpoint"] === "string") {
        const found = /^ec2\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$/.exec(args["endpoint"])?.[1];
        if (found === undefined) throw new Error(`no AWS Region with endpoint ${args["endpoint"]}`);
        region = found;
      }
      const name = String(region);
      return {
        description: regionNames[name] ?? name,
        endpoint: `ec2.${name}.${suffix(name)}`,
        id: name,
        name,
        region: name,
      };
    },
  ),

  awsFunction("aws:index/getPartition:getPartition", { id: { type: "string" } }, async (_args, scope) => {
    const partition = partitionOf(scope.connection.region);
    return {
      dnsSuffix: partition?.dnsSuffix ?? "",
      id: partition?.name ?? "",
      partition: partition?.name ?? "",
      reverseDnsPrefix: partition?.reverseDnsPrefix ?? "",
    };
  }),
];
