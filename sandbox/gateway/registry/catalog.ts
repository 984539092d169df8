import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayContext } from "../context";
import { authorize } from "../iam/authorizer";
import { arnPrefix } from "../repositoryArn";
import type { RegistryAddress } from "../state/records";
import { inRegistryWords, type RegistryCaller } from "./access";
import { pageSize, sendPage } from "./pages";
import { RegistryError, unsupported } from "./registryError";

/**
 * `GET /v2/_catalog`: the names of a private registry's repositories, in pages. No source says which right ECR asks for;
 * here it is that of the API's list. ECR Public has no such list.
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
    throw new RegistryError(404, "UNSUPPORTED", "/v2/_catalog is no path of the public registry.");
  }
  if (request.method !== "GET") {
    throw unsupported(`${request.method} of the catalog`);
  }
  await inRegistryWords(() =>
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
