import { type ImageReference, registryHost, usualRegistry } from "../ecr/imageReference";
import { isTagMutable, type TagMutabilitySettings } from "../ecr/tagMutability";
import { readReference } from "./imageResources";
import { lookup } from "./lookup";
import { type Place, placeOf, samePlace } from "./places";
import { resourceTypes } from "./resources";
import type { Stack, StackSubject } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

/** A reference's repository with its registry, as repositories' URLs have it, whatever endpoint the reference names. */
export function repositoryUrl(reference: ImageReference): string {
  const registry = usualRegistry(reference.registry);
  const alias = registry.kind === "ecrPublic" ? [registry.alias] : [];
  const host = registryHost(registry);
  return [...(host === undefined ? [] : [host]), ...alias, reference.repository].join("/");
}

/** A repository that something refers to. */
export interface Referred {
  repository: StackSubject;
  /** Set while it may be another's, of the same name: the account or region of one of the two is not known yet. */
  doubt?: Unknown;
}

/** The stack's repositories, private and public, each found without going through all of them. */
export class StackRepositories {
  private readonly byUrn: (urn: string) => readonly StackSubject[];
  private readonly byUrl: (url: string) => readonly StackSubject[];
  /** Those that have no URL yet, in a first preview; a public one has no `name`, and its alias is not known. */
  private readonly byName: (name: string) => readonly { repository: StackSubject; place: Place }[];

  constructor(stack: Stack) {
    const all = stack
      .ofType(resourceTypes.repository, resourceTypes.publicRepository)
      .map((repository) => ({ repository, url: urlOf(repository), name: repository.read("name") }));
    const unnamed = all.filter(({ url }) => url === undefined);
    this.byUrn = lookup(
      all.map(({ repository }) => repository),
      ({ urn }) => [urn],
    );
    const byUrl = lookup(all, ({ url }) => [url]);
    this.byUrl = (url) => byUrl(url).map(({ repository }) => repository);
    this.byName = lookup(
      unnamed.map((each) => ({ ...each, place: placeOf(each.repository) })),
      ({ name }) => [typeof name === "string" ? name : undefined],
    );
  }

  /** The repository that a reference is for, by its URL, or by account, region and name; or each that it may be for. */
  of(reference: ImageReference): Referred[] {
    const [repository] = this.byUrl(repositoryUrl(reference));
    const { registry } = reference;
    if (repository !== undefined || registry.kind !== "ecr") {
      return repository === undefined ? [] : [{ repository }];
    }
    const { account, region } = registry;
    const near = this.byName(reference.repository).flatMap(({ repository: each, place }): Referred[] => {
      const here = samePlace({ account, region, provider: place.provider }, place);
      // Of an account that nothing tells, it is taken to be the one that is written.
      const doubt = [place.account, here].find((value) => value instanceof Unknown);
      return here === false ? [] : [{ repository: each, ...(doubt instanceof Unknown && { doubt }) }];
    });
    const sure = near.find(({ doubt }) => doubt === undefined);
    return sure === undefined ? near : [sure];
  }

  /** The one repository that a property depends on: it is that repository's URL, in a preview that does not know it yet. */
  dependedOn(subject: StackSubject, property: string): StackSubject | undefined {
    const [only, ...others] = new Set(subject.dependencies(property).flatMap(({ urn }) => this.byUrn(urn)));
    return others.length === 0 ? only : undefined;
  }
}

function urlOf(repository: StackSubject): string | undefined {
  const url = repository.read("repositoryUrl") ?? repository.read("repositoryUri");
  const reference = readReference(url);
  return reference === undefined ? (typeof url === "string" ? url : undefined) : repositoryUrl(reference);
}

/**
 * Whether a tag can be moved in a repository; an Unknown when its settings are not known yet. A public repository has no such
 * settings, and its tags move, as those of a private one without any.
 */
export function canMove(tag: string, repository: StackSubject): boolean | Unknown {
  const imageTagMutability = repository.read("imageTagMutability");
  const filters = repository.read("imageTagMutabilityExclusionFilters");
  const [open] = unknownPaths([imageTagMutability, filters]);
  if (open !== undefined) {
    return open.unknown;
  }
  const exclusionFilters = (Array.isArray(filters) ? filters : []).filter(
    (each): each is { filter: string; filterType: "WILDCARD" } =>
      typeof (each as { filter?: unknown })?.filter === "string",
  );
  return isTagMutable(tag, { imageTagMutability, exclusionFilters } as TagMutabilitySettings) ?? true;
}
