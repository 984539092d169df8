import * as http from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { FinalizeRequestHandlerOptions, FinalizeRequestMiddleware } from "@smithy/types";
import { restartAdvice } from "../../restartAdvice";
import { type GatewayConfig, ministackSecretHeader } from "../config";
import type { IncomingCall } from "../wire/incomingCall";
import { ServiceError } from "../wire/serviceError";
import { Sha256 } from "../wire/signature";

type Middleware = FinalizeRequestMiddleware<object, object>;

/** What all AWS SDK clients have in common. */
interface Client {
  destroy(): void;
  middlewareStack: { add(middleware: Middleware, options: FinalizeRequestHandlerOptions): void };
}

/** The gateway's own calls to MiniStack, as the account's root user. */
export class MinistackClient {
  constructor(private readonly config: GatewayConfig) {}

  /** Forwards a caller's request unchanged and returns the JSON response. */
  forward(call: IncomingCall): Promise<{ status: number; body: Record<string, unknown> }> {
    const target = new URL(this.config.ministackUrl);
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: target.hostname,
          port: target.port,
          method: call.method,
          path: call.url,
          headers: [...call.rawHeaders, ministackSecretHeader, this.config.ministackSecret],
          // MiniStack closes idle connections without notice, so connections are not reused.
          agent: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 500, body: jsonObject(Buffer.concat(chunks)) }),
          );
        },
      );
      request.on("error", (error) => reject(unreachable(error)));
      request.end(call.body);
    });
  }

  /** The account that an IAM or session access key belongs to; `undefined` when MiniStack has no such key. */
  async accountOfAccessKey(accessKeyId: string): Promise<string | undefined> {
    // Loaded on demand: the clients use much of the gateway's memory.
    const { GetAccessKeyInfoCommand, STSClient } = await import("@aws-sdk/client-sts");
    const sts = new STSClient(this.clientOptions(this.config.account, this.config.region));
    return this.withClient(sts, async () => {
      try {
        return (await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: accessKeyId }))).Account;
      } catch (error) {
        if (isServiceError(error)) return undefined;
        throw error;
      }
    });
  }

  /** Runs requests with a client and closes it. A failure without a response means that MiniStack is down. */
  async withClient<C extends Client, T>(client: C, work: (client: C) => Promise<T>): Promise<T> {
    client.middlewareStack.add(this.saysWhoAsks, { step: "finalizeRequest" });
    try {
      return await work(client);
    } catch (error) {
      throw isServiceError(error) || error instanceof ServiceError ? error : unreachable(error);
    } finally {
      client.destroy();
    }
  }

  private readonly saysWhoAsks: Middleware = (next) => (call) => {
    (call.request as { headers: Record<string, string> }).headers[ministackSecretHeader] = this.config.ministackSecret;
    return next(call);
  };

  /**
   * An account's organization, with the account's path in it (`o-…/r-…/ou-…/`); `undefined` when it is not a member.
   * MiniStack has one organization, owned by the sandbox's account; its members are the accounts created there.
   */
  async organizationOf(account: string): Promise<{ id: string; path: string } | undefined> {
    const ask = (operation: string, input: object = {}) =>
      this.json("organizations", `AWSOrganizationsV20161128.${operation}`, input, this.config.account, "us-east-1");
    const { Organization } = (await ask("DescribeOrganization")) as { Organization?: { Id?: string } };
    const { Accounts = [] } = (await ask("ListAccounts")) as { Accounts?: { Id?: string }[] };
    if (Organization?.Id === undefined || !Accounts.some(({ Id }) => Id === account)) {
      return undefined;
    }
    const units: string[] = [];
    for (let child: string | undefined = account; child !== undefined; ) {
      const { Parents = [] } = (await ask("ListParents", { ChildId: child })) as {
        Parents?: { Id: string; Type: string }[];
      };
      const [parent] = Parents;
      if (parent) units.unshift(parent.Id);
      child = parent?.Type === "ORGANIZATIONAL_UNIT" ? parent.Id : undefined;
    }
    return { id: Organization.Id, path: `${[Organization.Id, ...units].join("/")}/` };
  }

  /** Sends one request to a JSON 1.1 service that needs no SDK client. Throws on an error response. */
  async json(service: string, target: string, input: object, account: string, region: string): Promise<object> {
    const { host, port, hostname } = new URL(this.config.ministackUrl);
    const body = Buffer.from(JSON.stringify(input));
    const headers = { host, "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
    const { credentials } = this.clientOptions(account, region);
    const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
    const request = {
      method: "POST",
      protocol: "http:",
      hostname,
      port: Number(port),
      path: "/",
      query: {},
      headers,
      body,
    };
    const signed = await signer.sign(request);
    const rawHeaders = Object.entries(signed.headers).flat();
    const answer = await this.forward({ method: "POST", url: "/", headers: signed.headers, rawHeaders, body });
    if (answer.status >= 400) {
      throw new Error(`MiniStack answered ${target} with ${answer.status}: ${JSON.stringify(answer.body)}`);
    }
    return answer.body;
  }

  /**
   * The ARN of a KMS key that ECR could encrypt with.
   *
   * @throws KmsException with KMS's own error name in `kmsError` when the account and region have no such key, or it is
   * disabled.
   */
  async usableKeyArn(key: string, account: string, region: string): Promise<string> {
    const { DescribeKeyCommand, KMSClient } = await import("@aws-sdk/client-kms");
    return this.withClient(new KMSClient(this.clientOptions(account, region)), async (kms) => {
      const { KeyMetadata: metadata } = await kms.send(new DescribeKeyCommand({ KeyId: key })).catch((error) => {
        throw isServiceError(error) ? kmsFailure(error.message, error.name) : error;
      });
      if (metadata?.Arn === undefined || metadata.KeyState !== "Enabled") {
        throw kmsFailure(`${key} is ${metadata?.KeyState ?? "not usable"}.`, "KMSInvalidStateException");
      }
      return metadata.Arn;
    });
  }

  /** Options for a client that acts as an account's root user. */
  clientOptions(account: string, region: string) {
    const { accessKeyId, secretAccessKey } = this.config.credentials;
    return {
      endpoint: this.config.ministackUrl,
      region,
      maxAttempts: 1,
      credentials: { accessKeyId: account === this.config.account ? accessKeyId : account, secretAccessKey },
    };
  }
}

function jsonObject(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Whether the service responded with an error, as opposed to no response at all. */
function isServiceError(error: unknown): error is Error & { $fault: string } {
  return error instanceof Error && "$fault" in error;
}

function kmsFailure(message: string, kmsError: string): ServiceError {
  return new ServiceError("KmsException", `The operation failed due to a KMS exception: ${message}`, {
    members: { kmsError },
  });
}

/** The error when MiniStack does not respond. */
export function unreachable(error: unknown): ServiceError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ServiceError("ServerException", `The sandbox's MiniStack does not answer (${reason}): ${restartAdvice}.`, {
    status: 503,
  });
}
