import type { GatewayContext } from "../context";
import { authorize } from "../iam/authorizer";
import { createByTemplate, isCreatedOnPush } from "../repositories/repositoryCreation";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { pullThrough } from "./pullThrough";
import { accessTo, isPush, type RegistryCaller, withRegistryErrors } from "./registryAccess";
import type { Route } from "./routes";

/**
 * Prepares the repository of a request, as ECR does: a missing private repository is created on first push when a
 * creation template allows it, and an image covered by a pull-through cache rule is fetched before it is pulled.
 *
 * @returns `undefined` when the repository does not exist.
 */
export async function prepareRepository(
  context: GatewayContext,
  caller: RegistryCaller,
  route: Route,
  method: string | undefined,
  registry: RegistryAddress,
  name: string,
): Promise<RepositoryRecord | undefined> {
  const { principal } = caller;
  if (registry.kind === "private" && principal !== undefined) {
    if (route.kind === "manifest" && (method === "GET" || method === "HEAD")) {
      await withRegistryErrors(() => pullThrough(context, principal, registry, name, route.reference));
    }
    const missing = context.store.repository(registry, name) === undefined;
    if (missing && method !== "DELETE" && isPush(route, method) && isCreatedOnPush(context, registry, name)) {
      const access = accessTo(registry, "CreateRepository", { name, repository: undefined });
      await withRegistryErrors(() => authorize(context, principal, access));
      return createByTemplate(context, registry, name, "CREATE_ON_PUSH");
    }
  }
  return context.store.repository(registry, name);
}
