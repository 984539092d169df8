import { type ImageReference, registryHost, withStandardHost } from "../../ecr/names/imageReference";
import { isTagMutable, type TagMutabilitySettings } from "../../ecr/tags/tagMutability";
import { lookup } from "../engine/lookup";
import type { Stack, StackSubject } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import { readReference } from "./imageResources";
import { locationOf, type ResourceLocation, sameLocation } from "./resourceLocation";
import { resourceTypes } from "./resourceTypes";

/** The repository URL of a reference, with the registry's usual host whatever endpoint the reference names. */
export function repositoryUrl(reference: ImageReference): string {
  const registry = withStandardHost(reference.registry);
  const alias = registry.kind === "ecrPublic" ? [registry.alias] : [];
  const host = registryHost(registry);
  return [...(host === undefined ? [] : [host]), ...alias, reference.repository].join("/");
}

/** A repository that a reference names. */
export interface ReferencedRepository {
  repository: StackSubject;
  /** Set when the reference may name another repository of the same name: an account or a region is not known yet. */
  doubt?: Unknown;
}

/** An index of the stack's repositories, private and public. */
export class StackRepositories {
  private readonly byUrn: (urn: string) => readonly StackSubject[];
  private readonly byUrl: (url: string) => readonly StackSubject[];
  /** Repositories without a URL yet, in a first preview. A public one has no `name`, and its alias is not known. */
  private readonly byName: (name: string) => readonly { repository: StackSubject; location: ResourceLocation }[];

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
      unnamed.map((each) => ({ ...each, location: locationOf(each.repository) })),
      ({ name }) => [typeof name === "string" ? name : undefined],
    );
  }

  /** The repository that a reference names, by URL or by account, region and name; or each that it may name. */
  of(reference: ImageReference): ReferencedRepository[] {
    const [repository] = this.byUrl(repositoryUrl(reference));
    const { registry } = reference;
    if (repository !== undefined || registry.kind !== "ecr") {
      return repository === undefined ? [] : [{ repository }];
    }
    const { account, region } = registry;
    const near = this.byName(reference.repository).flatMap(({ repository: each, location }): ReferencedRepository[] => {
      const here = sameLocation({ account, region, provider: location.provider }, location);
      // An account that is not set anywhere counts as the one in the reference.
      const doubt = [location.account, here].find((value) => value instanceof Unknown);
      return here === false ? [] : [{ repository: each, ...(doubt instanceof Unknown && { doubt }) }];
    });
    const sure = near.find(({ doubt }) => doubt === undefined);
    return sure === undefined ? near : [sure];
  }

  /** The repositories that any property of a resource depends on. */
  dependedOnBy({ resource }: StackSubject): StackSubject[] {
    const urns = new Set(Object.values(resource.propertyDependencies).flatMap((each) => each.map(({ urn }) => urn)));
    return [...urns].flatMap(this.byUrn);
  }

  /** The one repository that a property depends on: in a preview, its URL is not known yet. */
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
 * Whether a tag can be moved in a repository; an Unknown when its settings are not known yet. The tags of a public
 * repository, which has no such settings, can be moved, like those of a private one without any.
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
