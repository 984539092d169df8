import type { GatewayContext } from "../context";
import { authorize } from "../iam/authorizer";
import { pullThrough } from "../pullThrough";
import { createByTemplate, isCreatedOnPush } from "../repositoryCreation";
import type { RegistryAddress, RepositoryRecord } from "../state/records";
import { accessTo, inRegistryWords, isPush, type RegistryCaller } from "./access";
import type { Route } from "./routes";

/**
 * The repository that a request is for, as ECR makes it ready: a private one that is not there is created on the first
 * push when a creation template says so, and an image that a pull-through cache rule covers is fetched before it is
 * pulled.
 *
 * @returns `undefined` when there is no such repository.
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
      await inRegistryWords(() => pullThrough(context, principal, registry, name, route.reference));
    }
    const missing = context.store.repository(registry, name) === undefined;
    if (missing && method !== "DELETE" && isPush(route, method) && isCreatedOnPush(context, registry, name)) {
      const access = accessTo(registry, "CreateRepository", { name, repository: undefined });
      await inRegistryWords(() => authorize(context, principal, access));
      return createByTemplate(context, registry, name, "CREATE_ON_PUSH");
    }
  }
  return context.store.repository(registry, name);
}
