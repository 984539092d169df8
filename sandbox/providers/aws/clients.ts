import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { CallContext } from "../../../provider/protocol/definition";
import type { AwsSettings } from "./config";
import { isRegionName } from "./config";
import { type AwsCaller, send } from "./send";

/** An AWS service: its name in error messages, its name in the provider's `endpoints`, and its client. */
export interface AwsService<Client> {
  readonly name: string;
  readonly endpoint: string;
  /** The client's class; resolved lazily, because the bundle then loads the service's package (see build.mjs). */
  client(): new (options: ClientOptions) => Client;
}

type ClientOptions = ReturnType<AwsConnection["options"]>;

const sts: AwsService<STSClient> = { name: "STS", endpoint: "sts", client: () => STSClient };

/** A configured provider: its settings and one client for each service and region in use. */
export class AwsConnection {
  private readonly clients = new Map<string, unknown>();

  constructor(
    readonly settings: AwsSettings,
    /** Region for everything that does not set one itself. */
    readonly region: string,
  ) {}

  /** Returns a caller for a service in a region; the client is created on first use. */
  caller<Client>(service: AwsService<Client>, region: string, context: CallContext): AwsCaller<Client> {
    const key = `${service.endpoint} ${region}`;
    let client = this.clients.get(key) as Client | undefined;
    if (client === undefined) {
      const Client = service.client();
      client = new Client(this.options(region, service.endpoint));
      this.clients.set(key, client);
    }
    return { client, service: service.name, signal: context.signal };
  }

  sts(context: CallContext): AwsCaller<STSClient> {
    return this.caller(sts, this.region, context);
  }

  private options(region: string, service: string) {
    const { accessKey, secretKey, token, profile, endpoints, maxRetries } = this.settings;
    return {
      region,
      retryMode: "standard",
      maxAttempts: maxRetries + 1,
      ...(profile !== undefined && { profile }),
      ...(endpoints[service] !== undefined && { endpoint: endpoints[service] }),
      ...(accessKey !== undefined &&
        secretKey !== undefined && {
          credentials: { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: token },
        }),
    };
  }
}

/**
 * Resolves region, credentials, and account before anything is created, so that a missing one gives a single error with
 * the setting to fix.
 */
export async function connect(settings: AwsSettings, context: CallContext): Promise<AwsConnection> {
  if (settings.skipMetadataApiCheck) process.env["AWS_EC2_METADATA_DISABLED"] ??= "true";
  const region = settings.region ?? (await regionOfProfile(settings));
  if (region === undefined) {
    throw new Error(
      "no AWS region: set it with `pulumi config set aws:region REGION`, with `region` of the aws.Provider, with the " +
        "environment variable AWS_REGION, or in the AWS profile in use",
    );
  }
  if (!settings.skipRegionValidation && !isRegionName(region)) {
    throw new Error(`region: ${JSON.stringify(region)}: invalid AWS Region; expected a name such as us-east-1`);
  }
  const connection = new AwsConnection(settings, region);
  try {
    await connection.sts(context).client.config.credentials();
  } catch (error) {
    throw new Error(
      "no valid AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or `profile` of the " +
        `aws.Provider (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  const { allowedAccountIds, forbiddenAccountIds, skipCredentialsValidation, skipRequestingAccountId } = settings;
  const accountMatters = allowedAccountIds.length > 0 || forbiddenAccountIds.length > 0;
  if (accountMatters || (!skipCredentialsValidation && !skipRequestingAccountId)) {
    const account = await accountOf(connection, context);
    if (
      forbiddenAccountIds.includes(account) ||
      (allowedAccountIds.length > 0 && !allowedAccountIds.includes(account))
    ) {
      const rule = forbiddenAccountIds.includes(account)
        ? `forbiddenAccountIds lists it`
        : `allowedAccountIds allows ${allowedAccountIds.join(", ")}`;
      throw new Error(`AWS account ID not allowed: ${account}: ${rule}; use credentials of an allowed account`);
    }
  }
  return connection;
}

async function accountOf(connection: AwsConnection, context: CallContext): Promise<string> {
  const sts = connection.sts(context);
  try {
    return (await send(sts, new GetCallerIdentityCommand({}))).Account ?? "";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const endpoint = process.env["AWS_ENDPOINT_URL_STS"] ?? process.env["AWS_ENDPOINT_URL"];
    throw new Error(
      `validating AWS credentials: ${reason}; ` +
        (endpoint ? `is the service at ${endpoint} (AWS_ENDPOINT_URL) running? ` : "") +
        "Check the credentials, or set skipCredentialsValidation",
    );
  }
}

/** The region of the shared configuration file's profile, if any. */
async function regionOfProfile(settings: AwsSettings): Promise<string | undefined> {
  try {
    const client = new STSClient(settings.profile === undefined ? {} : { profile: settings.profile });
    return await client.config.region();
  } catch {
    return undefined;
  }
}
