import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../state/clock";
import type { Principal } from "../state/principal";
import type { RegistryKind, TokenRecord } from "../state/records";
import type { Store } from "../state/store";

/** Lifetime of an authorization token of both services (ECR API, GetAuthorizationToken). */
export const tokenLifetimeMilliseconds = 12 * 60 * 60 * 1000;
/** Lifetime of a bearer token from the public registry's token endpoint; clients renew it automatically. */
export const bearerLifetimeMilliseconds = 60 * 60 * 1000;

/** The current status of a token. */
export type TokenVerdict = { state: "valid"; principal: Principal } | { state: "expired" } | { state: "unknown" };

/** The contents of a bearer token. */
export interface BearerClaims {
  /** Absent for an anonymous token, which can only pull. */
  principal?: Principal;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Issues and verifies the tokens of both registries. */
export class Tokens {
  private readonly key: Buffer;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {
    this.key = Buffer.from(
      this.store.change(() => loadKey(this.store)),
      "base64",
    );
  }

  /** A new password for `docker login --username AWS`; only its hash is kept. */
  issue(kind: RegistryKind, principal: Principal): { password: string; expiresAt: number } {
    const password = randomBytes(48).toString("base64url");
    const now = this.clock.now();
    // Rounded to whole seconds, as in the response.
    const expiresAt = Math.floor((now + tokenLifetimeMilliseconds) / 1000) * 1000;
    this.store.change(() => {
      // Expired tokens are kept for another day to tell them from unknown ones.
      this.store.removeTokensBefore(now - 2 * tokenLifetimeMilliseconds);
      this.store.putToken(hashOf(password), { kind, principal, expiresAt });
    });
    return { password, expiresAt };
  }

  /** The status of a password at a registry of this kind. A token for the other kind counts as unknown. */
  check(kind: RegistryKind, password: string): TokenVerdict {
    // The lookup is by hash, so its timing reveals nothing about the token.
    const record: TokenRecord | undefined = this.store.token(hashOf(password));
    // Tokens from older sandboxes have no principal.
    if (record?.kind !== kind || (record.principal as Principal | undefined) === undefined) {
      return { state: "unknown" };
    }
    return record.expiresAt > this.clock.now() ? { state: "valid", principal: record.principal } : { state: "expired" };
  }

  /** A bearer token for the public registry, signed and not stored. */
  issueBearer(principal: Principal | undefined): { token: string; issuedAt: number; seconds: number } {
    const issuedAt = this.clock.now();
    const claims: BearerClaims = { principal, expiresAt: issuedAt + bearerLifetimeMilliseconds };
    const payload = Buffer.from(JSON.stringify(claims)).toString("base64url");
    return { token: `${payload}.${this.sign(payload)}`, issuedAt, seconds: bearerLifetimeMilliseconds / 1000 };
  }

  /** The claims of a bearer token; `undefined` when it is expired or not ours. */
  checkBearer(token: string): BearerClaims | undefined {
    const [payload = "", signature = ""] = token.split(".");
    if (!this.verify(payload, signature)) {
      return undefined;
    }
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as BearerClaims;
    return claims.expiresAt > this.clock.now() ? claims : undefined;
  }

  /** A signature that only this sandbox can create. */
  sign(text: string): string {
    return createHmac("sha256", this.key).update(text).digest("base64url");
  }

  /** Verifies a signature of this sandbox in constant time. */
  verify(text: string, signature: string): boolean {
    const expected = Buffer.from(this.sign(text));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}

function hashOf(password: string): string {
  return createHash("sha256").update(password).digest("base64url");
}

function loadKey(store: Store): string {
  const kept = store.setting<string>("signingKey");
  if (kept !== undefined) {
    return kept;
  }
  const key = randomBytes(32).toString("base64");
  store.putSetting(key, "signingKey");
  return key;
}
