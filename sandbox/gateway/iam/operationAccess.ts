import type { GatewayState } from "../state/gatewayState";
import { publicApiRegion, type RegistryAddress, type RegistryKind } from "../state/records";
import { arnPrefix } from "../state/repositoryArn";
import type { Caller } from "./caller";
import type { Access } from "./requestKeys";

/** Operations whose permission has a different name (ECR API, ListImageReferrers). */
const otherActions: Readonly<Record<string, string>> = { ListImageReferrers: "BatchGetImage" };

/** Operations on all repositories; those on the registry have no resource (service authorization reference). */
const listing = ["DescribeRepositories"];

/**
 * The permissions an operation needs, read from input that is not validated yet: AWS checks authorization before it
 * validates the request.
 */
export function operationAccess(
  context: Pick<GatewayState, "store">,
  kind: RegistryKind,
  operation: string,
  caller: Caller,
  input: unknown,
): Access[] {
  const members = typeof input === "object" && input !== null ? (input as Record<string, unknown>) : {};
  const service = kind === "public" ? "ecr-public" : "ecr";
  const action = `${service}:${otherActions[operation] ?? operation}`;
  const registryId = members["registryId"];
  const account = typeof registryId === "string" && /^\d{12}$/.test(registryId) ? registryId : caller.account;
  const region = kind === "public" ? publicApiRegion : caller.region;
  const registry: RegistryAddress = { kind, account, region };
  const common = { action, resourceAccount: account, region: caller.region, requestTags: tagsIn(members["tags"]) };
  const names = namesIn(members, arnPrefix(registry));
  if (names.length === 0) {
    const resource = listing.includes(operation) ? `${arnPrefix(registry)}*` : "*";
    // Logging in to ECR Public needs an STS bearer token (ECR Public user guide, "Registry authentication").
    const bearer = kind === "public" && operation === "GetAuthorizationToken" ? ["sts:GetServiceBearerToken"] : [];
    return [action, ...bearer].map((each) => ({ ...common, action: each, resource }));
  }
  return names.map((name) => ({
    ...common,
    resource: `${arnPrefix(registry)}${name}`,
    repository: context.store.repository(registry, name),
  }));
}

/** The repositories named in a request, in any of the three members. */
function namesIn(members: Record<string, unknown>, prefix: string): string[] {
  const { repositoryName, repositoryNames, resourceArn } = members;
  if (typeof repositoryName === "string") {
    return [repositoryName];
  }
  if (Array.isArray(repositoryNames)) {
    return repositoryNames.filter((name) => typeof name === "string");
  }
  return typeof resourceArn === "string" && resourceArn.startsWith(prefix) ? [resourceArn.slice(prefix.length)] : [];
}

function tagsIn(tags: unknown): Record<string, string> {
  const list: unknown[] = Array.isArray(tags) ? tags : [];
  return Object.fromEntries(
    list.flatMap((tag) => {
      const { Key, Value } = (tag ?? {}) as { Key?: unknown; Value?: unknown };
      return typeof Key === "string" ? [[Key, String(Value ?? "")]] : [];
    }),
  );
}
