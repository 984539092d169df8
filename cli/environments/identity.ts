import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { parseIamPrincipal } from "../../ecr/names/accounts";
import { errorText } from "../aws/clients";

/** Account settings in a stack's file (config of the AWS provider). */
export interface AccountSettings {
  /** For messages: `Pulumi.dev.yaml`. */
  file: string;
  region?: string;
  profile?: string;
  allowedAccountIds: string[];
  /** Roles that the provider assumes, in order. */
  assumedRoles: string[];
  /** Whether the file contains access keys, which only Pulumi can decrypt. */
  hasOwnKeys: boolean;
}

/** The identity for the update in one line, or why it cannot start. */
export type Identity = { line: string; refusal?: undefined } | { line?: undefined; refusal: string };

const loginAdvice =
  "Log in one of three ways: `aws sso login --profile NAME` (or `aws configure`) and AWS_PROFILE=NAME; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and " +
  "AWS_SESSION_TOKEN; in CI a role assumed over OIDC (aws-actions/configure-aws-credentials).";

/** Where the SDK's credentials come from, according to the markers it sets on them (its user agent's features). */
const sources: readonly (readonly [RegExp, string])[] = [
  [/WEB_ID/, "a role assumed with the token in AWS_WEB_IDENTITY_TOKEN_FILE"],
  [/SSO/, "an SSO login"],
  [/PROFILE|PROCESS/, "a profile"],
  [/HTTP/, "the container"],
  [/IMDS/, "the machine's role"],
  [/ENV/, "AWS_ACCESS_KEY_ID in the environment"],
];

/**
 * Asks AWS for the identity of the credentials before Pulumi starts: without credentials, or in the wrong account, each
 * resource would fail with a different message. If the service does not respond, Pulumi continues and reports its own
 * errors.
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
      refusal: `AWS: no credentials${named === undefined ? "" : ` in the profile ${named}`} (${errorText(error)}). ${loginAdvice}`,
    };
  }
  try {
    const { Account: account = "", Arn: arn = "" } = await client.send(new GetCallerIdentityCommand({}));
    // The provider works in the account of the last role it assumes.
    const last = parseIamPrincipal(assumedRoles.at(-1))?.account ?? account;
    const then = assumedRoles.length === 0 ? "" : `, then as ${assumedRoles.at(-1)}`;
    if (allowedAccountIds.length > 0 && !allowedAccountIds.includes(last)) {
      return { refusal: wrongAccount(settings, last, arn) };
    }
    const at = process.env["AWS_ENDPOINT_URL"];
    const place = at === undefined ? "" : `, at ${at}`;
    return {
      line: `AWS: account ${account}, ${arn.split(":").slice(5).join(":")}${then}, region ${region ?? "not set"}, from ${source}${place}`,
    };
  } catch (error) {
    const { name = "" } = error as Error;
    if (/Expired|InvalidClientToken|UnrecognizedClient|SignatureDoesNotMatch|AuthFailure/.test(name)) {
      return { refusal: `AWS: the credentials from ${source} were rejected (${errorText(error)}). ${loginAdvice}` };
    }
    return {
      line: `AWS: credentials from ${source}, region ${region ?? "not set"}; their identity could not be checked (${errorText(error)})`,
    };
  } finally {
    client.destroy();
  }
}

function sourceOf(features: readonly string[], profile: string | undefined): string {
  const [, words = "the SDK's default chain"] =
    sources.find(([pattern]) => features.some((each) => pattern.test(each))) ?? [];
  return profile !== undefined && words !== "AWS_ACCESS_KEY_ID in the environment" ? `the profile ${profile}` : words;
}

function wrongAccount({ file, allowedAccountIds }: AccountSettings, account: string, arn: string): string {
  return (
    `${file}: aws:allowedAccountIds: found the account ${account} (${arn}). Must be ${allowedAccountIds.join(" or ")}. ` +
    `Log in to that account (AWS_PROFILE, \`aws sso login\`), or add yours in ${file}.`
  );
}
