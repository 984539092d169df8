import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { errorText } from "../aws/clients";

/** What a stack's file says about its account (config of the AWS provider). */
export interface AccountSettings {
  /** As messages name it: `Pulumi.dev.yaml`. */
  file: string;
  region?: string;
  profile?: string;
  allowedAccountIds: string[];
  /** Roles that the provider assumes, the last one last. */
  assumedRoles: string[];
  /** Whether the file has keys of its own, which only Pulumi can decrypt. */
  hasOwnKeys: boolean;
}

/** Who the update will be, in one line, or why it cannot begin. */
export type Identity = { line: string; refusal?: undefined } | { line?: undefined; refusal: string };

const waysIn =
  "Three ways in: `aws sso login --profile NAME` (or `aws configure`) and AWS_PROFILE=NAME; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and " +
  "AWS_SESSION_TOKEN; in CI a role over OIDC (aws-actions/configure-aws-credentials).";

/** Where the SDK's credentials come from, by what it notes on them (its user agent's features). */
const sources: readonly (readonly [RegExp, string])[] = [
  [/WEB_ID/, "a role taken with the token AWS_WEB_IDENTITY_TOKEN_FILE"],
  [/SSO/, "a login with SSO"],
  [/PROFILE|PROCESS/, "a profile"],
  [/HTTP/, "the container"],
  [/IMDS/, "the machine's role"],
  [/ENV/, "AWS_ACCESS_KEY_ID in the environment"],
];

/**
 * Asks AWS who the credentials are, before Pulumi starts: without any, or in the wrong account, each resource would say so
 * in its own way. A service that does not answer stops nothing; Pulumi then speaks for itself.
 */
export async function identityOf(settings: AccountSettings): Promise<Identity> {
  const { file, profile, allowedAccountIds, assumedRoles, hasOwnKeys } = settings;
  const region = settings.region ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
  if (hasOwnKeys) return { line: `AWS: the keys in ${file}, region ${region ?? "not set"}` };
  const named = profile ?? process.env["AWS_PROFILE"];
  const client = new STSClient({
    region: region ?? "us-east-1",
    maxAttempts: 2,
    ...(profile !== undefined && { profile }),
  });
  let source: string;
  try {
    const credentials = await client.config.credentials();
    source = sourceOf(Object.keys((credentials as { $source?: object }).$source ?? {}), named);
  } catch (error) {
    return {
      refusal: `AWS: no credentials${named === undefined ? "" : ` in the profile ${named}`} (${errorText(error)}). ${waysIn}`,
    };
  }
  try {
    const { Account: account = "", Arn: arn = "" } = await client.send(new GetCallerIdentityCommand({}));
    // The provider works in the account of the last role that it assumes.
    const [, last = account] = /^arn:[^:]+:iam::(\d{12}):/.exec(assumedRoles.at(-1) ?? "") ?? [];
    const then = assumedRoles.length === 0 ? "" : `, then as ${assumedRoles.at(-1)}`;
    if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(last))
      return { refusal: wrongAccount(settings, last, arn) };
    const at = process.env["AWS_ENDPOINT_URL"];
    const place = at === undefined ? "" : `, at ${at}`;
    return {
      line: `AWS: account ${account}, ${arn.split(":").slice(5).join(":")}${then}, region ${region ?? "not set"}, from ${source}${place}`,
    };
  } catch (error) {
    const { name = "" } = error as Error;
    if (/Expired|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch|AuthFailure/.test(name)) {
      return { refusal: `AWS: the credentials from ${source} are refused (${errorText(error)}). ${waysIn}` };
    }
    return {
      line: `AWS: credentials from ${source}, region ${region ?? "not set"}; who they are could not be asked (${errorText(error)})`,
    };
  } finally {
    client.destroy();
  }
}

function sourceOf(features: readonly string[], profile: string | undefined): string {
  const [, words = "the SDK's usual places"] =
    sources.find(([pattern]) => features.some((each) => pattern.test(each))) ?? [];
  return profile !== undefined && words !== "AWS_ACCESS_KEY_ID in the environment" ? `the profile ${profile}` : words;
}

function wrongAccount({ file, allowedAccountIds }: AccountSettings, account: string, arn: string): string {
  return (
    `${file}: aws:allowedAccountIds: found the account ${account} (${arn}). Must be ${allowedAccountIds.join(" or ")}. ` +
    `Log in to that account (AWS_PROFILE, \`aws sso login\`), or put yours into ${file}.`
  );
}
