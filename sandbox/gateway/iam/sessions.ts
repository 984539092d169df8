import type { GatewayConfig } from "../config";
import type { Store } from "../state/store";
import type { Principal, SessionLimits } from "./principal";

/** A session that STS made, under its access key id. */
interface SessionRecord {
  principal: Principal;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Whom a request of STS was signed by; absent for AssumeRoleWithWebIdentity and AssumeRoleWithSAML, which are not signed. */
export type AccessKeyOwner = (accessKeyId: string) => Promise<Principal | undefined>;

/** Actions that nobody signs: a token of another issuer stands for the signature. */
const signedByNobody = /^(?:AssumeRoleWithWebIdentity|AssumeRoleWithSAML)$/;

/** Actions whose answer holds credentials. */
const vending = /^(?:AssumeRole|AssumeRoleWithWebIdentity|AssumeRoleWithSAML|GetSessionToken|GetFederationToken)$/;

/**
 * Who the sessions are that STS has made. MiniStack checks their signatures but tells nobody whose they are, so the
 * gateway, through which every call goes, learns it from STS's answers.
 */
export class Sessions {
  constructor(
    private readonly store: Store,
    private readonly config: GatewayConfig,
  ) {}

  /** Whether a request's answer is to be shown to `learn`. */
  isVending(body: string): boolean {
    return vending.test(new URLSearchParams(body).get("Action") ?? "");
  }

  /** Whether a request comes without a signature at AWS too. */
  isUnsigned(body: string): boolean {
    return signedByNobody.test(new URLSearchParams(body).get("Action") ?? "");
  }

  /** The principal of a session's access key; `undefined` when the gateway has not seen it made. */
  principalOf(accessKeyId: string): Principal | undefined {
    return this.store.setting<SessionRecord>("session", accessKeyId)?.principal;
  }

  /**
   * Keeps whose credentials an answer of STS holds.
   *
   * @param body The request's form.
   * @param caller Who signed it.
   * @param answer The answer's XML.
   */
  learn(body: string, caller: Principal | undefined, answer: string, now: number): void {
    const element = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer)?.[1] ?? "";
    const accessKeyId = element("AccessKeyId");
    const principal = this.sessionOf(new URLSearchParams(body), caller, element("Arn"));
    if (accessKeyId === "" || principal === undefined) {
      return;
    }
    const record: SessionRecord = { principal, expiresAt: Date.parse(element("Expiration")) };
    this.store.change(() => {
      for (const [[key = ""], { expiresAt }] of this.store.settingsUnder<SessionRecord>("session")) {
        if (expiresAt < now) this.store.removeSetting("session", key);
      }
      this.store.putSetting(record, "session", accessKeyId);
    });
  }

  private sessionOf(form: URLSearchParams, caller: Principal | undefined, arn: string): Principal | undefined {
    const session = limitsIn(form);
    if (form.get("Action") === "GetSessionToken") {
      return caller;
    }
    const [, account = "", kind, name = ""] =
      /^arn:[^:]+:sts::(\d{12}):(assumed-role|federated-user)\/([^/]+)/.exec(arn) ?? [];
    if (kind === "assumed-role") {
      return { kind: "role", account, roleName: name, arn, session };
    }
    if (kind === "federated-user") {
      // A root's federated user has what the session policy gives; without one, nothing.
      const userName = caller?.kind === "user" ? caller.userName : "";
      return { kind: "user", account: account || this.config.account, userName, arn, session };
    }
    return undefined;
  }
}

function limitsIn(form: URLSearchParams): SessionLimits {
  const policy = form.get("Policy");
  const numbered = (pattern: RegExp) => [...form].filter(([key]) => pattern.test(key)).map(([, value]) => value);
  const keys = numbered(/^Tags\.member\.\d+\.Key$/);
  const values = numbered(/^Tags\.member\.\d+\.Value$/);
  return {
    policies: policy ? [policy] : [],
    policyArns: numbered(/^PolicyArns\.member\.\d+\.arn$/i),
    tags: Object.fromEntries(keys.map((key, index) => [key, values[index] ?? ""])),
  };
}
