import type { GatewayConfig } from "../config";
import type { Principal, SessionLimits } from "../state/principal";
import type { Store } from "../state/store";

/** A session created by STS, stored by its access key ID. */
interface SessionRecord {
  principal: Principal;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Actions that are not signed: an identity provider's token replaces the signature. */
const unsignedActions = /^(?:AssumeRoleWithWebIdentity|AssumeRoleWithSAML)$/;

/** Actions that return credentials. */
const credentialActions =
  /^(?:AssumeRole|AssumeRoleWithWebIdentity|AssumeRoleWithSAML|GetSessionToken|GetFederationToken)$/;

/**
 * The principals of sessions created by STS. MiniStack verifies their signatures but does not reveal whom they belong
 * to, so the gateway records it from STS's responses, which all pass through it.
 */
export class Sessions {
  constructor(
    private readonly store: Store,
    private readonly config: GatewayConfig,
  ) {}

  /** Whether the response to a request must be passed to `learn`. */
  isVending(body: string): boolean {
    return credentialActions.test(new URLSearchParams(body).get("Action") ?? "");
  }

  /** Whether AWS accepts this request without a signature, too. */
  isUnsigned(body: string): boolean {
    return unsignedActions.test(new URLSearchParams(body).get("Action") ?? "");
  }

  /** The principal of a session's access key; `undefined` when the gateway has not seen its creation. */
  principalOf(accessKeyId: string): Principal | undefined {
    return this.store.setting<SessionRecord>("session", accessKeyId)?.principal;
  }

  /**
   * Records whom the credentials in an STS response belong to.
   *
   * @param body The request's form data.
   * @param caller The signer of the request.
   * @param answer The response's XML.
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
    const session = sessionLimits(form);
    if (form.get("Action") === "GetSessionToken") {
      return caller;
    }
    const [, account = "", kind, name = ""] =
      /^arn:[^:]+:sts::(\d{12}):(assumed-role|federated-user)\/([^/]+)/.exec(arn) ?? [];
    if (kind === "assumed-role") {
      return { kind: "role", account, roleName: name, arn, session };
    }
    if (kind === "federated-user") {
      // A root user's federated session has only what its session policy grants; without one, nothing.
      const userName = caller?.kind === "user" ? caller.userName : "";
      return { kind: "user", account: account || this.config.account, userName, arn, session };
    }
    return undefined;
  }
}

function sessionLimits(form: URLSearchParams): SessionLimits {
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
