import type { IncomingMessage } from "node:http";
import type { GatewayContext } from "../context";
import { publicAlias } from "../registries";
import type { RegistryAddress } from "../state/records";
import { RegistryError, tokenExpiredMessage } from "./registryError";

/** The user name of every ECR login. */
const loginUser = "AWS";

/** Who asks a registry. No account: anyone, at the public registry. */
export interface RegistryCaller {
  account?: string;
}

/** User and password of a Basic header, `undefined` when there is none that is well-formed. */
export function basicCredentials(authorization: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? "")?.[1];
  const [, user, password] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(encoded ?? "", "base64").toString("utf8")) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}

/** Checks the login that every request to a private registry needs, and that it is one of the registry's own account. */
export function privateCaller(
  context: GatewayContext,
  request: IncomingMessage,
  address: RegistryAddress,
): RegistryCaller {
  const realm = `http://${context.registries.privateHost(address.account, address.region)}/`;
  const challenge = { "WWW-Authenticate": `Basic realm="${realm}",service="ecr.amazonaws.com"` };
  const notAuthorized = new RegistryError(401, "UNAUTHORIZED", "Not Authorized", { headers: challenge });
  const credentials = basicCredentials(request.headers.authorization);
  if (credentials === undefined || credentials.user !== loginUser) {
    throw notAuthorized;
  }
  const verdict = context.tokens.check("private", credentials.password);
  if (verdict.state === "expired") {
    throw new RegistryError(403, "DENIED", tokenExpiredMessage);
  }
  if (verdict.state === "unknown") {
    throw notAuthorized;
  }
  if (verdict.account !== address.account) {
    throw new RegistryError(
      403,
      "DENIED",
      `User: arn:aws:iam::${verdict.account}:root is not authorized to use the registry with id '${address.account}'`,
    );
  }
  return { account: verdict.account };
}

/** Checks the bearer token that every request to the public registry needs; anyone gets one that pulls. */
export function publicCaller(context: GatewayContext, request: IncomingMessage): RegistryCaller {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(request.headers.authorization ?? "")?.[1];
  const claims = token === undefined ? undefined : context.tokens.checkBearer(token);
  if (claims === undefined) {
    const realm = `http://${context.registries.publicHost}/token/`;
    const expired = token === undefined ? "" : ',error="invalid_token"';
    throw new RegistryError(401, "UNAUTHORIZED", "Not Authorized", {
      headers: { "WWW-Authenticate": `Bearer realm="${realm}",service="public.ecr.aws",scope="aws"${expired}` },
    });
  }
  return { account: claims.account };
}

/** Refuses a push to a public repository by anyone but its owner. */
export function refuseForeignPush(context: GatewayContext, caller: RegistryCaller, owner: RegistryAddress): void {
  if (caller.account === owner.account) {
    return;
  }
  throw caller.account === undefined
    ? new RegistryError(
        403,
        "DENIED",
        "Not Authorized: pushing needs a login. Run: aws ecr-public get-login-password --region us-east-1 | " +
          `docker login --username AWS --password-stdin ${context.registries.publicHost}`,
      )
    : new RegistryError(
        403,
        "DENIED",
        `User: arn:aws:iam::${caller.account}:root is not authorized to push to the public registry '${publicAlias(owner.account)}'`,
      );
}

/** The token endpoint's answer to a login (or to nobody, who may pull). */
export function exchangeToken(
  context: GatewayContext,
  credentials: { user: string; password: string } | undefined,
): { token: string; access_token: string; expires_in: number; issued_at: string } {
  let account: string | undefined;
  if (credentials !== undefined) {
    const verdict = credentials.user === loginUser ? context.tokens.check("public", credentials.password) : undefined;
    if (verdict?.state === "expired") {
      throw new RegistryError(403, "DENIED", tokenExpiredMessage);
    }
    if (verdict?.state !== "valid") {
      throw new RegistryError(401, "UNAUTHORIZED", "Not Authorized");
    }
    account = verdict.account;
  }
  const { token, issuedAt, seconds } = context.tokens.issueBearer(account);
  return { token, access_token: token, expires_in: seconds, issued_at: new Date(issuedAt).toISOString() };
}
