import { isAccountId } from "../../ecr/names/accounts";
import { parsedJson } from "../engine/parsedJson";
import type { StackSubject, Subject } from "../engine/rule";
import { readProperty, Unknown } from "../engine/unknowns";

/** Where in AWS a resource is: names are unique only within one account and region. */
export interface ResourceLocation {
  /** A name, an Unknown, or `undefined` when neither the resource nor its provider sets it. */
  region: string | Unknown | undefined;
  account: string | Unknown | undefined;
  /** URN of the provider; all resources of one provider are in one account. */
  provider: string | undefined;
  /** Set when the region is an output of another resource, which may differ from the provider's region. */
  regionOfOther?: boolean;
}

export function locationOf(resource: Subject & Partial<Pick<StackSubject, "dependencies">>): ResourceLocation {
  const props = resource.provider?.props;
  const ids = [resource.read("registryId"), resource.read("arn")];
  return {
    region: stringOrUnknown(resource.read("region") ?? (props && readProperty(props, "region"))),
    account: ids.map(accountOf).find(isAccountId) ?? providerAccount(resource) ?? ids.find(isUnknown),
    provider: resource.provider?.urn,
    regionOfOther: (resource.dependencies?.("region") ?? []).length > 0,
  };
}

/**
 * The account of the resource's provider, as far as its config tells: the only entry of allowedAccountIds, or the
 * account of the last role that it assumes. With several allowed accounts it is not known which one.
 */
export function providerAccount({ provider }: Pick<Subject, "provider">): string | undefined {
  const setting = (name: string) => provider && parsedJson(readProperty(provider.props, name));
  const allowed = setting("allowedAccountIds");
  if (Array.isArray(allowed) && allowed.length === 1 && isAccountId(allowed[0])) {
    return allowed[0];
  }
  const role = [setting("assumeRoles") ?? setting("assumeRole"), setting("assumeRoleWithWebIdentity")]
    .map((each) => [each].flat().at(-1) as { roleArn?: unknown } | null | undefined)
    .map((each) => each?.roleArn)
    .find((each) => each !== undefined);
  return accountOf(role);
}

/** Whether two resources are in the same account and region; an Unknown when that cannot be decided yet. */
export function sameLocation(a: ResourceLocation, b: ResourceLocation): boolean | Unknown {
  if (differ(a.region, b.region) || differ(a.account, b.account)) {
    return false;
  }
  const ofOneProvider = a.provider === b.provider;
  const known = [a.region, b.region].filter((each) => typeof each === "string").length;
  // Resources of one provider share its account, and its region where neither sets its own.
  const ofOneRegion = ofOneProvider && known === 0 && !a.regionOfOther && !b.regionOfOther;
  return undecidedBy(a.region, b.region, ofOneRegion) ?? undecidedBy(a.account, b.account, ofOneProvider) ?? true;
}

/** Finds the items that are, or may be, in a place; the many resources of one place share one list. */
export function locationIndex<Item extends { location: ResourceLocation }>(
  items: readonly Item[],
): (location: ResourceLocation) => readonly Item[] {
  const known = new Map<string, readonly Item[]>();
  return (location) => {
    const { region, account, provider, regionOfOther } = location;
    const parts = [...[region, account].map((each) => (each instanceof Unknown ? "?" : each)), provider, regionOfOther];
    const key = parts.join(" ");
    const list = known.get(key) ?? items.filter((each) => sameLocation(location, each.location) !== false);
    known.set(key, list);
    return list;
  };
}

function differ(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a !== b;
}

/**
 * The unknown value that leaves open whether two values are equal; call it only for values that do not differ. Two
 * unset values count as equal even in an update: only old states have them, and all their resources follow their
 * provider.
 */
function undecidedBy(
  a: ResourceLocation["region"],
  b: ResourceLocation["region"],
  areOne: boolean,
): Unknown | undefined {
  return areOne ? undefined : [a, b].find(isUnknown);
}

function accountOf(text: unknown): string | undefined {
  if (typeof text !== "string") {
    return undefined;
  }
  return isAccountId(text) ? text : /^arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):/.exec(text)?.[1];
}

function stringOrUnknown(value: unknown): string | Unknown | undefined {
  return typeof value === "string" || value instanceof Unknown ? value : undefined;
}

function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}
