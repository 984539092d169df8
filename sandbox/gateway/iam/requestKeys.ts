import type { MinistackClient } from "../ministack/ministackClient";
import type { GatewayState } from "../state/gatewayState";
import { type Principal, principalArn } from "../state/principal";
import type { RepositoryRecord } from "../state/records";
import type { ConditionKeys } from "./conditionVerdicts";
import type { Identity, IdentityStore } from "./identityStore";

/** The dependencies of an authorization decision. */
export interface AccessDependencies extends GatewayState {
  identities: IdentityStore;
  ministack: MinistackClient;
}

/** The action of a request and its resource. */
export interface Access {
  /** `ecr:PutImage` */
  action: string;
  /** An ARN, or `*` for actions without a resource. */
  resource: string;
  resourceAccount: string;
  region: string;
  /** The repository with the ARN, if it exists. */
  repository?: RepositoryRecord;
  /** Tags in the request, for `aws:RequestTag/…` and `aws:TagKeys`. */
  requestTags?: Record<string, string>;
}

/**
 * Keys that a direct call to ECR never has: it does not come through a VPC endpoint or on behalf of a service or
 * resource.
 */
const absentKeys = new Set([
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:vpcsourceip",
  "aws:vpceaccount",
  "aws:vpceorgid",
  "aws:vpceorgpaths",
  "aws:sourcearn",
  "aws:sourceaccount",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:calledvia",
  "aws:calledviafirst",
  "aws:calledvialast",
  "aws:principalservicename",
  "aws:principalservicenameslist",
  "aws:federatedprovider",
  "aws:referer",
]);

/**
 * Values of the condition keys that policies use (IAM user guide, "AWS global condition context keys"; service
 * authorization reference, Amazon ECR). Keys the sandbox cannot determine are left out of the map.
 */
export async function requestKeys(
  context: AccessDependencies,
  names: ReadonlySet<string>,
  principal: Principal,
  identity: Identity,
  access: Access,
): Promise<ConditionKeys> {
  const keys = new Map<string, readonly string[] | undefined>();
  const simple = simpleKeys(context, principal, identity, access);
  for (const name of names) {
    const [prefix = "", tag] = splitTag(name);
    if (absentKeys.has(name)) {
      keys.set(name, undefined);
    } else if (simple.has(name)) {
      keys.set(name, simple.get(name));
    } else if (tag !== undefined && tagSources[prefix]) {
      const tags = tagSources[prefix](identity, access);
      keys.set(name, tagValue(tags, tag));
    } else if (name === "aws:principalorgid" || name === "aws:principalorgpaths") {
      const organization = await context.ministack.organizationOf(principal.account);
      keys.set(name, organization && [name.endsWith("id") ? organization.id : organization.path]);
    } else if (name === "aws:resourceorgid" || name === "aws:resourceorgpaths") {
      const organization = await context.ministack.organizationOf(access.resourceAccount);
      keys.set(name, organization && [name.endsWith("id") ? organization.id : organization.path]);
    }
  }
  return keys;
}

const tagSources: Readonly<Record<string, (identity: Identity, access: Access) => Record<string, string>>> = {
  "aws:principaltag": (identity) => identity.tags,
  "aws:requesttag": (_identity, access) => access.requestTags ?? {},
  "aws:resourcetag": (_identity, access) => access.repository?.resourceTags ?? {},
  "ecr:resourcetag": (_identity, access) => access.repository?.resourceTags ?? {},
  "ecr-public:resourcetag": (_identity, access) => access.repository?.resourceTags ?? {},
};

function splitTag(name: string): [prefix: string, tag: string | undefined] {
  const slash = name.indexOf("/");
  return slash < 0 ? [name, undefined] : [name.slice(0, slash), name.slice(slash + 1)];
}

/** Tag keys in conditions are case-insensitive. */
function tagValue(tags: Record<string, string>, key: string): [string] | undefined {
  const found = Object.entries(tags).find(([name]) => name.toLowerCase() === key);
  return found && [found[1]];
}

function simpleKeys(
  context: AccessDependencies,
  principal: Principal,
  identity: Identity,
  access: Access,
): Map<string, readonly string[] | undefined> {
  const now = new Date(context.clock.now());
  const tagKeys = Object.keys(access.requestTags ?? {});
  const session = principal.kind === "role" ? principal.arn.split("/").at(-1) : undefined;
  const id = principal.kind === "root" ? principal.account : identity.id;
  return new Map<string, readonly string[] | undefined>([
    ["aws:principalarn", [identity.roleArn ?? principalArn(principal)]],
    ["aws:principalaccount", [principal.account]],
    ["aws:principaltype", [{ root: "Account", user: "User", role: "AssumedRole" }[principal.kind]]],
    ["aws:principalisawsservice", ["false"]],
    ["aws:viaawsservice", ["false"]],
    ["aws:username", principal.kind === "user" ? [principal.userName] : undefined],
    ["aws:userid", id === undefined ? undefined : [session === undefined ? id : `${id}:${session}`]],
    ["aws:requestedregion", [access.region]],
    ["aws:resourceaccount", [access.resourceAccount]],
    ["aws:sourceip", ["127.0.0.1"]],
    ["aws:securetransport", ["false"]],
    ["aws:currenttime", [now.toISOString()]],
    ["aws:epochtime", [String(Math.floor(now.getTime() / 1000))]],
    ["aws:tagkeys", tagKeys.length > 0 ? tagKeys : undefined],
  ]);
}
