import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayContext } from "../context";
import { authorize } from "../iam/authorizer";
import type { RegistryAddress } from "../state/records";
import { arnPrefix } from "../state/repositoryArn";
import { pageSize, sendPage } from "./pages";
import { type RegistryCaller, withRegistryErrors } from "./registryAccess";
import { RegistryError, unsupported } from "./registryError";

/**
 * `GET /v2/_catalog`: the repository names of a private registry, paged. The permission ECR requires is not documented;
 * here it is the one for listing repositories in the API. ECR Public has no such list.
 */
export async function handleCatalog(
  context: GatewayContext,
  { principal }: RegistryCaller,
  request: IncomingMessage,
  response: ServerResponse,
  registry: RegistryAddress | undefined,
  query: URLSearchParams,
): Promise<void> {
  if (registry === undefined || principal === undefined) {
    throw new RegistryError(404, "UNSUPPORTED", "The public registry has no /v2/_catalog.");
  }
  if (request.method !== "GET") {
    throw unsupported(`${request.method} of the catalog`);
  }
  await withRegistryErrors(() =>
    authorize(context, principal, {
      action: "ecr:DescribeRepositories",
      resource: `${arnPrefix(registry)}*`,
      resourceAccount: registry.account,
      region: registry.region,
    }),
  );
  const names = context.store.repositoriesOf(registry).map(({ name }) => name);
  sendPage(
    request,
    response,
    "/v2/_catalog",
    names,
    { size: pageSize(query.get("n")), last: query.get("last") },
    (page) => ({
      repositories: page,
    }),
  );
}
