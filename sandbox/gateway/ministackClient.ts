import * as http from "node:http";
import type { GatewayConfig } from "./config";
import type { IncomingCall } from "./incomingCall";
import { ServiceError } from "./wire/serviceError";

/** What the gateway itself asks of MiniStack, as the root of the account that it asks for. */
export class MinistackClient {
  constructor(private readonly config: GatewayConfig) {}

  /** Sends a caller's request on as it is and returns the JSON answer. */
  forward(call: IncomingCall): Promise<{ status: number; body: Record<string, unknown> }> {
    const target = new URL(this.config.ministackUrl);
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: target.hostname,
          port: target.port,
          method: call.method,
          path: call.url,
          headers: call.rawHeaders,
          // MiniStack closes idle connections without a word, so none is used twice.
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
    // Loaded when needed: the two clients are a quarter of the gateway's memory.
    const { GetAccessKeyInfoCommand, STSClient } = await import("@aws-sdk/client-sts");
    const sts = new STSClient(this.clientOptions(this.config.account, this.config.region));
    try {
      return (await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: accessKeyId }))).Account;
    } catch (error) {
      if (isServiceError(error)) {
        return undefined;
      }
      throw unreachable(error);
    } finally {
      sts.destroy();
    }
  }

  /**
   * The ARN of a KMS key that ECR could encrypt with.
   *
   * @throws KmsException with KMS's own error name in `kmsError`: no such key in the account and region, or not enabled.
   */
  async usableKeyArn(key: string, account: string, region: string): Promise<string> {
    const { DescribeKeyCommand, KMSClient } = await import("@aws-sdk/client-kms");
    const kms = new KMSClient(this.clientOptions(account, region));
    try {
      const { KeyMetadata: metadata } = await kms.send(new DescribeKeyCommand({ KeyId: key }));
      if (metadata?.Arn === undefined || metadata.KeyState !== "Enabled") {
        throw kmsFailure(`${key} is ${metadata?.KeyState ?? "not usable"}.`, "KMSInvalidStateException");
      }
      return metadata.Arn;
    } catch (error) {
      if (error instanceof ServiceError) {
        throw error;
      }
      throw isServiceError(error) ? kmsFailure(error.message, error.name) : unreachable(error);
    } finally {
      kms.destroy();
    }
  }

  private clientOptions(account: string, region: string) {
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

/** Whether the service itself answered with an error, rather than nobody. */
function isServiceError(error: unknown): error is Error & { $fault: string } {
  return error instanceof Error && "$fault" in error;
}

function kmsFailure(message: string, kmsError: string): ServiceError {
  return new ServiceError("KmsException", `The operation failed due to a KMS exception: ${message}`, {
    members: { kmsError },
  });
}

/** MiniStack does not answer. */
export function unreachable(error: unknown): ServiceError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ServiceError("ServerException", `The sandbox's MiniStack does not answer: ${reason}`, { status: 503 });
}
