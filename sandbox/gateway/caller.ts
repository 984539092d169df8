import type { GatewayConfig } from "./config";
import type { IdentityStore } from "./iam/identityStore";
import type { Principal } from "./iam/principal";
import type { Sessions } from "./iam/sessions";
import type { IncomingCall } from "./incomingCall";
import type { MinistackClient } from "./ministackClient";
import { ServiceError } from "./wire/serviceError";
import { parseSignature, requestTime, type Signature, signatureMatches } from "./wire/signature";

/** Who calls, as the request's signature proves it. */
export interface Caller {
  /** The principal's. */
  account: string;
  principal: Principal;
  /** The region that the request was signed for. */
  region: string;
}

/** AWS refuses requests that are older or newer than this. */
const allowedSkewMilliseconds = 5 * 60 * 1000;

const signatureMismatch =
  "The request signature we calculated does not match the signature you provided. " +
  "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/** Error names that say "not you"; any other answer of MiniStack means that the signature is good. */
const refusals =
  /^(?:UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidToken|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|UnsupportedSignature|RequestExpired)/;

/**
 * Proves who calls. The sandbox's own access key id is the root of the sandbox's account, a 12-digit one the root of that
 * account, both with the sandbox's secret; they are checked here. Keys of IAM users and sessions live in MiniStack,
 * which checks their signature: of ECR Public's requests too, before it says that it has no such service.
 */
export class CallerCheck {
  constructor(
    private readonly config: GatewayConfig,
    private readonly ministack: MinistackClient,
    private readonly identities: IdentityStore,
    private readonly sessions: Sessions,
  ) {}

  /**
   * @param service The signing name that the request must be scoped to: `ecr` or `ecr-public`.
   * @throws ServiceError with the name that AWS has for what is wrong.
   */
  async identify(call: IncomingCall, service: string): Promise<Caller> {
    const signature = parseSignature(call.headers.authorization);
    if (!signature) {
      throw call.headers.authorization === undefined
        ? new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
        : new ServiceError(
            "IncompleteSignatureException",
            "The Authorization header is no AWS4-HMAC-SHA256 signature.",
          );
    }
    if (signature.service !== service) {
      throw new ServiceError(
        "InvalidSignatureException",
        `Credential should be scoped to correct service: '${service}'.`,
      );
    }
    this.checkTime(call, signature);
    const rootAccount = this.rootAccount(signature.accessKeyId);
    if (rootAccount !== undefined) {
      if (!(await signatureMatches(call, signature, this.config.credentials.secretAccessKey))) {
        throw new ServiceError("InvalidSignatureException", signatureMismatch);
      }
      return this.caller({ kind: "root", account: rootAccount }, signature);
    }
    await this.checkWithMinistack(call);
    return this.caller(await this.principalOf(signature.accessKeyId), signature);
  }

  private caller(principal: Principal, { region }: Signature): Caller {
    return { account: principal.account, principal, region };
  }

  /**
   * Whose an access key is.
   *
   * @throws UnrecognizedClientException for a key that nobody has, or a session that the gateway did not see made.
   */
  async principalOf(accessKeyId: string): Promise<Principal> {
    const rootAccount = this.rootAccount(accessKeyId);
    if (rootAccount !== undefined) {
      return { kind: "root", account: rootAccount };
    }
    const session = this.sessions.principalOf(accessKeyId);
    if (session) {
      return session;
    }
    const account = await this.ministack.accountOfAccessKey(accessKeyId);
    const user = account === undefined ? undefined : await this.identities.userOfAccessKey(accessKeyId, account);
    if (user) {
      return user;
    }
    throw new ServiceError(
      "UnrecognizedClientException",
      account === undefined
        ? "The security token included in the request is invalid."
        : `The sandbox cannot tell whose session ${accessKeyId} is: it knows those that STS made through its own endpoint.`,
    );
  }

  /** The account whose root an access key id stands for, if it is one of the sandbox's own. */
  private rootAccount(accessKeyId: string): string | undefined {
    if (accessKeyId === this.config.credentials.accessKeyId) {
      return this.config.account;
    }
    return /^\d{12}$/.test(accessKeyId) ? accessKeyId : undefined;
  }

  private checkTime(call: IncomingCall, signature: Signature): void {
    const time = requestTime(call.headers);
    if (time === undefined) {
      throw new ServiceError("IncompleteSignatureException", "The request has no X-Amz-Date header.");
    }
    const amzDate = String(call.headers["x-amz-date"]);
    if (Math.abs(Date.now() - time) > allowedSkewMilliseconds || !amzDate.startsWith(signature.date)) {
      throw new ServiceError(
        "InvalidSignatureException",
        `Signature expired: ${amzDate} is not within 5 minutes of the gateway's time.`,
      );
    }
  }

  private async checkWithMinistack(call: IncomingCall): Promise<void> {
    const verdict = await this.ministack.forward(call);
    const name = String(verdict.body["__type"] ?? "").replace(/^.*#/, "");
    if (verdict.status >= 400 && refusals.test(name)) {
      throw new ServiceError(name, String(verdict.body["message"] ?? verdict.body["Message"] ?? ""), {
        status: verdict.status,
      });
    }
  }
}
