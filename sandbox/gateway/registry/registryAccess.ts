import type { IncomingMessage } from "node:http";
import type { GatewayContext } from "../context";
import { authorize, isAuthorized } from "../iam/authorizer";
import type { Access } from "../iam/requestKeys";
import type { Principal } from "../state/principal";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { arnPrefix } from "../state/repositoryArn";
import { ServiceError } from "../wire/serviceError";
import { RegistryError, tokenExpiredMessage } from "./registryError";
import type { Route } from "./routes";

/** The user name of every ECR login. */
const loginUser = "AWS";

/** The caller of a registry. Without a principal: an anonymous caller of the public registry. */
export interface RegistryCaller {
  principal?: Principal;
}

/** User and password from a Basic header; `undefined` when missing or malformed. */
export function basicCredentials(authorization: string | undefined): { user: string; password: string } | undefined {
  const encoded = /^Basic\s+([A-Za-z0-9+/=_-]+)\s*$/i.exec(authorization ?? "")?.[1];
  const [, user, password] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(encoded ?? "", "base64").toString("utf8")) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}

/** Checks the login that every request to a private registry needs. Authorization comes later. */
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
  return { principal: verdict.principal };
}

/** Checks the bearer token that every request to the public registry needs; anonymous callers get one for pulls. */
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
  return { principal: claims.principal };
}

/** Whether a request modifies a repository. */
export function isPush(route: Route, method: string | undefined): boolean {
  return route.kind === "startUpload" || route.kind === "upload" || (method !== "GET" && method !== "HEAD");
}

/**
 * The action a request of the registry protocol needs (ECR user guide, "Using Amazon ECR images": pushing and pulling).
 */
function actionOf(route: Route, method: string | undefined): string {
  switch (route.kind) {
    case "manifest":
      return method === "PUT" ? "PutImage" : method === "DELETE" ? "BatchDeleteImage" : "BatchGetImage";
    case "blob":
      return method === "HEAD" ? "BatchCheckLayerAvailability" : "GetDownloadUrlForLayer";
    case "startUpload":
      return "InitiateLayerUpload";
    case "upload":
      return method === "PUT" ? "CompleteLayerUpload" : "UploadLayerPart";
    case "tags":
      return "ListImages";
    default:
      return "BatchGetImage";
  }
}

/**
 * Refuses a request that the current policies of the principal and the repository do not allow. Anyone may pull from
 * the public registry.
 *
 * @param repository Absent when the registry has no repository of that name.
 * @throws RegistryError "DENIED" with IAM's message.
 */
export async function authorizeRoute(
  context: GatewayContext,
  caller: RegistryCaller,
  route: Route,
  method: string | undefined,
  registry: RegistryAddress,
  target: { name: string; repository: RepositoryRecord | undefined },
): Promise<void> {
  if (registry.kind === "public" && !isPush(route, method)) {
    return;
  }
  if (caller.principal === undefined) {
    throw new RegistryError(
      403,
      "DENIED",
      "Not Authorized: pushing requires a login. Run: aws ecr-public get-login-password --region us-east-1 | " +
        `docker login --username AWS --password-stdin ${context.registries.publicHost}`,
    );
  }
  const { principal } = caller;
  await withRegistryErrors(() => authorize(context, principal, accessTo(registry, actionOf(route, method), target)));
}

/** Runs code that IAM may refuse, and converts the refusal to the registry protocol. */
export async function withRegistryErrors(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ServiceError && error.code === "AccessDeniedException") {
      throw new RegistryError(403, "DENIED", error.message);
    }
    throw error;
  }
}

/** Whether a layer may be mounted from a repository: the caller must be able to download it. */
export async function mayReadLayers(
  context: GatewayContext,
  caller: RegistryCaller,
  repository: RepositoryRecord,
): Promise<boolean> {
  if (repository.kind === "public") {
    return true;
  }
  const access = accessTo(repository, "GetDownloadUrlForLayer", { name: repository.name, repository });
  return caller.principal !== undefined && isAuthorized(context, caller.principal, access);
}

/** The access a protocol request needs to a repository. */
export function accessTo(
  registry: RegistryAddress,
  action: string,
  { name, repository }: { name: string; repository: RepositoryRecord | undefined },
): Access {
  return {
    action: `${registry.kind === "public" ? "ecr-public" : "ecr"}:${action}`,
    resource: `${arnPrefix(registry)}${name}`,
    resourceAccount: registry.account,
    region: registry.region,
    repository,
  };
}

/** The token endpoint's response to a login, or to an anonymous request, which gets a token for pulls. */
export function exchangeToken(
  context: GatewayContext,
  credentials: { user: string; password: string } | undefined,
): { token: string; access_token: string; expires_in: number; issued_at: string } {
  let principal: Principal | undefined;
  if (credentials !== undefined) {
    const verdict = credentials.user === loginUser ? context.tokens.check("public", credentials.password) : undefined;
    if (verdict?.state === "expired") {
      throw new RegistryError(403, "DENIED", tokenExpiredMessage);
    }
    if (verdict?.state !== "valid") {
      throw new RegistryError(401, "UNAUTHORIZED", "Not Authorized");
    }
    principal = verdict.principal;
  }
  const { token, issuedAt, seconds } = context.tokens.issueBearer(principal);
  return { token, access_token: token, expires_in: seconds, issued_at: new Date(issuedAt).toISOString() };
}
