import { lookup } from "./lookup";
import { nearby, type Place, placeOf, samePlace } from "./places";
import type { StackSubject } from "./rule";
import { Unknown } from "./unknowns";

/** A repository or a lifecycle policy, with the repository's name and the account and region that it has this name in. */
export interface Placed {
  resource: StackSubject;
  /** The repository's name. */
  name: unknown;
  place: Place;
}

export function placed(resource: StackSubject, property: string): Placed {
  return { resource, name: resource.read(property), place: placeOf(resource) };
}

/** Which repository a lifecycle policy is for. */
export interface Match {
  policy: Placed;
  /** Those that it is for: one, but for two of the same place and name. */
  certain: readonly Placed[];
  /**
   * Those that it may be for instead, as lists that policies have in common: a list for each policy would make a stack of thousands
   * cost millions.
   */
  possible: readonly (readonly Placed[])[];
  /** What is not known yet; set when there are possible ones. */
  unknown?: Unknown;
}

/** Finds the repositories that lifecycle policies are for: by what they depend on, by name and place, or by their parent. */
export class LifecycleOwners {
  private readonly byUrn: (urn: string) => readonly Placed[];
  private readonly byName: (name: string) => readonly Placed[];
  private readonly byParent: (urn: string | undefined) => readonly Placed[];
  private readonly near: (place: Place) => readonly Placed[];
  private readonly unnamedNear: (place: Place) => readonly Placed[];

  constructor(repositories: readonly Placed[]) {
    this.byUrn = lookup(repositories, ({ resource }) => [resource.urn]);
    this.byName = lookup(repositories, ({ name }) => [typeof name === "string" ? name : undefined]);
    this.byParent = lookup(repositories, ({ resource }) => [resource.parent?.urn]);
    this.near = nearby(repositories);
    this.unnamedNear = nearby(repositories.filter(({ name }) => name instanceof Unknown));
  }

  match(policy: Placed): Match {
    const referred = policy.resource.dependencies("repository").flatMap(({ urn }) => this.byUrn(urn));
    const [only, ...others] = referred;
    if (only === undefined) {
      return policy.name instanceof Unknown ? this.byComponent(policy, policy.name) : this.named(policy, policy.name);
    }
    if (others.length > 0) {
      return policy.name instanceof Unknown
        ? open(policy, policy.name, [referred.filter(({ place }) => samePlace(policy.place, place) !== false)])
        : this.named(policy, policy.name);
    }
    // The name is that repository's, unless a known name says otherwise; of which account and region, the policy itself says.
    const isNameOf = [policy.name, only.name].some((name) => name instanceof Unknown) || policy.name === only.name;
    const here = isNameOf && samePlace(policy.place, only.place);
    if (here === true) {
      return { policy, certain: [only], possible: [] };
    }
    const name = policy.name instanceof Unknown ? only.name : policy.name;
    if (here instanceof Unknown) {
      // Where the policy is, another repository may have the name.
      return name instanceof Unknown ? open(policy, here, [this.near(policy.place)]) : this.named(policy, name);
    }
    return name instanceof Unknown ? open(policy, name, [this.near(policy.place)]) : this.named(policy, name);
  }

  private named(policy: Placed, name: unknown): Match {
    const fitting = this.byName(String(name)).map((each) => ({ each, here: samePlace(policy.place, each.place) }));
    const certain = fitting.filter(({ here }) => here === true).map(({ each }) => each);
    if (certain.length > 0) {
      return { policy, certain, possible: [] };
    }
    const doubtful = fitting.filter(({ here }) => here instanceof Unknown);
    const unnamed = this.unnamedNear(policy.place);
    const why = [doubtful[0]?.here, unnamed[0]?.name].find((each) => each instanceof Unknown);
    return why instanceof Unknown
      ? open(policy, why, [doubtful.map(({ each }) => each), unnamed])
      : { policy, certain, possible: [] };
  }

  /** A component with one repository and a policy means that one. */
  private byComponent(policy: Placed, unknown: Unknown): Match {
    const { parent } = policy.resource;
    const siblings = isComponent(parent) ? this.byParent(parent?.urn) : [];
    const [only] = siblings;
    return only !== undefined && siblings.length === 1 && samePlace(policy.place, only.place) === true
      ? { policy, certain: [only], possible: [] }
      : open(policy, unknown, [this.near(policy.place)]);
  }
}

function open(policy: Placed, unknown: Unknown, lists: readonly (readonly Placed[])[]): Match {
  return { policy, certain: [], possible: lists.filter((list) => list.length > 0), unknown };
}

/** A parent that says which resources belong together; the stack is everything's parent. */
function isComponent(parent: StackSubject["parent"]): boolean {
  return parent !== undefined && parent.type !== "pulumi:pulumi:Stack";
}
