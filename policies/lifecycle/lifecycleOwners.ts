import { lookup } from "../engine/lookup";
import type { StackSubject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { locationIndex, locationOf, type ResourceLocation, sameLocation } from "../resources/resourceLocation";

/** A repository or a lifecycle policy, with the repository's name and the account and region where it has that name. */
export interface LocatedResource {
  resource: StackSubject;
  name: unknown;
  location: ResourceLocation;
}

export function locateResource(resource: StackSubject, property: string): LocatedResource {
  return { resource, name: resource.read(property), location: locationOf(resource) };
}

/** The repository that a lifecycle policy belongs to. */
export interface PolicyMatch {
  policy: LocatedResource;
  /** Repositories that it certainly belongs to: one, unless two have the same place and name. */
  certain: readonly LocatedResource[];
  /**
   * Other repositories that it may belong to, as lists that policies share: separate lists would have millions of
   * entries in a stack of thousands of repositories.
   */
  possible: readonly (readonly LocatedResource[])[];
  /** The value that is not known yet; set when there are possible ones. */
  unknown?: Unknown;
}

/** Finds the repository of each lifecycle policy: by dependency, by name and place, or by parent. */
export class LifecycleOwners {
  private readonly byUrn: (urn: string) => readonly LocatedResource[];
  private readonly byName: (name: string) => readonly LocatedResource[];
  private readonly byParent: (urn: string | undefined) => readonly LocatedResource[];
  private readonly byLocation: (location: ResourceLocation) => readonly LocatedResource[];
  private readonly unnamedByLocation: (location: ResourceLocation) => readonly LocatedResource[];

  constructor(repositories: readonly LocatedResource[]) {
    this.byUrn = lookup(repositories, ({ resource }) => [resource.urn]);
    this.byName = lookup(repositories, ({ name }) => [typeof name === "string" ? name : undefined]);
    this.byParent = lookup(repositories, ({ resource }) => [resource.parent?.urn]);
    this.byLocation = locationIndex(repositories);
    this.unnamedByLocation = locationIndex(repositories.filter(({ name }) => name instanceof Unknown));
  }

  match(policy: LocatedResource): PolicyMatch {
    const referred = policy.resource.dependencies("repository").flatMap(({ urn }) => this.byUrn(urn));
    const [only, ...others] = referred;
    if (only === undefined) {
      return policy.name instanceof Unknown ? this.byComponent(policy, policy.name) : this.named(policy, policy.name);
    }
    if (others.length > 0) {
      return policy.name instanceof Unknown
        ? unresolvedMatch(policy, policy.name, [
            referred.filter(({ location }) => sameLocation(policy.location, location) !== false),
          ])
        : this.named(policy, policy.name);
    }
    // The name is that repository's unless a known name differs; the policy itself tells the account and region.
    const isNameOf = [policy.name, only.name].some((name) => name instanceof Unknown) || policy.name === only.name;
    const here = isNameOf && sameLocation(policy.location, only.location);
    if (here === true) {
      return { policy, certain: [only], possible: [] };
    }
    const name = policy.name instanceof Unknown ? only.name : policy.name;
    if (here instanceof Unknown) {
      // Another repository in the policy's place may have that name.
      return name instanceof Unknown
        ? unresolvedMatch(policy, here, [this.byLocation(policy.location)])
        : this.named(policy, name);
    }
    return name instanceof Unknown
      ? unresolvedMatch(policy, name, [this.byLocation(policy.location)])
      : this.named(policy, name);
  }

  private named(policy: LocatedResource, name: unknown): PolicyMatch {
    const fitting = this.byName(String(name)).map((each) => ({
      each,
      here: sameLocation(policy.location, each.location),
    }));
    const certain = fitting.filter(({ here }) => here === true).map(({ each }) => each);
    if (certain.length > 0) {
      return { policy, certain, possible: [] };
    }
    const doubtful = fitting.filter(({ here }) => here instanceof Unknown);
    const unnamed = this.unnamedByLocation(policy.location);
    const why = [doubtful[0]?.here, unnamed[0]?.name].find((each) => each instanceof Unknown);
    return why instanceof Unknown
      ? unresolvedMatch(policy, why, [doubtful.map(({ each }) => each), unnamed])
      : { policy, certain, possible: [] };
  }

  /** In a component with only one repository, the policy belongs to it. */
  private byComponent(policy: LocatedResource, unknown: Unknown): PolicyMatch {
    const { parent } = policy.resource;
    const siblings = isComponent(parent) ? this.byParent(parent?.urn) : [];
    const [only] = siblings;
    return only !== undefined && siblings.length === 1 && sameLocation(policy.location, only.location) === true
      ? { policy, certain: [only], possible: [] }
      : unresolvedMatch(policy, unknown, [this.byLocation(policy.location)]);
  }
}

function unresolvedMatch(
  policy: LocatedResource,
  unknown: Unknown,
  lists: readonly (readonly LocatedResource[])[],
): PolicyMatch {
  return { policy, certain: [], possible: lists.filter((list) => list.length > 0), unknown };
}

/** Whether the parent groups its children; the stack itself is the parent of everything. */
function isComponent(parent: StackSubject["parent"]): boolean {
  return parent !== undefined && parent.type !== "pulumi:pulumi:Stack";
}
