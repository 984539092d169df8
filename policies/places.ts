import { isAccountId } from "../ecr/accounts";
import { parsedJson } from "./json";
import type { StackSubject, Subject } from "./rule";
import { readProperty, Unknown } from "./unknowns";

/** Where in AWS a resource is: what has one name is one thing within one account and region only. */
export interface Place {
  /** A name, an Unknown, or `undefined` where neither the resource nor its provider says it. */
  region: string | Unknown | undefined;
  account: string | Unknown | undefined;
  /** URN of the provider; resources of one provider are in one account. */
  provider: string | undefined;
  /** Set when the region is another resource's output, and so need not be the provider's. */
  regionOfOther?: boolean;
}

export function placeOf(resource: Subject & Partial<Pick<StackSubject, "dependencies">>): Place {
  const props = resource.provider?.props;
  const ids = [resource.read("registryId"), resource.read("arn")];
  return {
    region: textOrUnknown(resource.read("region") ?? (props && readProperty(props, "region"))),
    account: ids.map(accountOf).find(isAccountId) ?? providerAccount(resource) ?? ids.find(isUnknown),
    provider: resource.provider?.urn,
    regionOfOther: (resource.dependencies?.("region") ?? []).length > 0,
  };
}

/**
 * The account that the resource's provider works in, as far as its config says it: the only one that it is allowed, or that of the
 * role that it assumes last. With several allowed ones it is any of them, and so none that is known.
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

/** Whether two resources are in one account and region; an Unknown while that may be so or not. */
export function samePlace(a: Place, b: Place): boolean | Unknown {
  if (differ(a.region, b.region) || differ(a.account, b.account)) {
    return false;
  }
  const ofOneProvider = a.provider === b.provider;
  const known = [a.region, b.region].filter((each) => typeof each === "string").length;
  // Resources of one provider have one account, and one region where neither has its own.
  const ofOneRegion = ofOneProvider && known === 0 && !a.regionOfOther && !b.regionOfOther;
  return doubt(a.region, b.region, ofOneRegion) ?? doubt(a.account, b.account, ofOneProvider) ?? true;
}

/** Finds the items that are, or may be, in a place; the many resources of one place have one list in common. */
export function nearby<Item extends { place: Place }>(items: readonly Item[]): (place: Place) => readonly Item[] {
  const known = new Map<string, readonly Item[]>();
  return (place) => {
    const { region, account, provider, regionOfOther } = place;
    const parts = [...[region, account].map((each) => (each instanceof Unknown ? "?" : each)), provider, regionOfOther];
    const key = parts.join(" ");
    const list = known.get(key) ?? items.filter((each) => samePlace(place, each.place) !== false);
    known.set(key, list);
    return list;
  };
}

function differ(a: unknown, b: unknown): boolean {
  return typeof a === "string" && typeof b === "string" && a !== b;
}

/**
 * What stands in the way of taking two values that do not differ for the same. One that nothing says, in an update either, is taken to
 * be: of old states only, whose resources all go by their provider.
 */
function doubt(a: Place["region"], b: Place["region"], areOne: boolean): Unknown | undefined {
  return areOne ? undefined : [a, b].find(isUnknown);
}

function accountOf(text: unknown): string | undefined {
  if (typeof text !== "string") {
    return undefined;
  }
  return isAccountId(text) ? text : /^arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):/.exec(text)?.[1];
}

function textOrUnknown(value: unknown): string | Unknown | undefined {
  return typeof value === "string" || value instanceof Unknown ? value : undefined;
}

function isUnknown(value: unknown): value is Unknown {
  return value instanceof Unknown;
}
