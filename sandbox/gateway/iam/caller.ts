import type { GatewayConfig } from "../config";
import type { MinistackClient } from "../ministack/ministackClient";
import type { Principal } from "../state/principal";
import type { IncomingCall } from "../wire/incomingCall";
import { ServiceError } from "../wire/serviceError";
import { parseSignature, requestTime, type Signature, signatureMatches } from "../wire/signature";
import type { IdentityStore } from "./identityStore";
import type { Sessions } from "./sessions";

/** The caller, authenticated by the request's signature. */
export interface Caller {
  /** The principal's account. */
  account: string;
  principal: Principal;
  /** The region that the request was signed for. */
  region: string;
}

/** AWS rejects requests whose time differs by more than this. */
const allowedSkewMilliseconds = 5 * 60 * 1000;

const signatureMismatch =
  "The request signature we calculated does not match the signature you provided. " +
  "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

/**
 * Errors that mean the caller is not authenticated; any other response from MiniStack means that the signature is
 * valid.
 */
const refusals =
  /^(?:UnrecognizedClient|InvalidClientTokenId|ExpiredToken|InvalidToken|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken|UnsupportedSignature|RequestExpired)/;

/**
 * Authenticates callers. The sandbox's own access key ID is the root user of the sandbox's account, and a 12-digit one
 * is the root user of that account; both use the sandbox's secret and are verified here. Keys of IAM users and sessions
 * are in MiniStack, which verifies their signatures, even on ECR Public requests, before it rejects the unknown
 * service.
 */
export class CallerCheck {
  constructor(
    private readonly config: GatewayConfig,
    private readonly ministack: MinistackClient,
    private readonly identities: IdentityStore,
    private readonly sessions: Sessions,
  ) {}

  /**
   * @param service Signing name in the credential scope: `ecr` or `ecr-public`.
   * @throws ServiceError with the error name AWS uses for the fault.
   */
  async identify(call: IncomingCall, service: string): Promise<Caller> {
    const signature = parseSignature(call.headers.authorization);
    if (!signature) {
      throw call.headers.authorization === undefined
        ? new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
        : new ServiceError(
            "IncompleteSignatureException",
            "The Authorization header is not an AWS4-HMAC-SHA256 signature.",
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
   * The principal an access key belongs to.
   *
   * @throws UnrecognizedClientException for an unknown key, or a session that was not created through the gateway.
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
        : `The sandbox does not know the session ${accessKeyId}: it knows only sessions that STS issued through its own endpoint.`,
    );
  }

  /** The account whose root user an access key ID stands for; undefined unless it is one of the sandbox's own. */
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
