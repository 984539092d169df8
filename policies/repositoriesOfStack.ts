import { type ImageReference, registryHost } from "../ecr/imageReference";
import { isTagMutable, type TagMutabilitySettings } from "../ecr/tagMutability";
import { resourceTypes } from "./resources";
import type { Stack, StackSubject } from "./rule";
import { type Unknown, unknownPaths } from "./unknowns";

/** A reference's repository with its registry, as repositories' URLs have it. */
export function repositoryUrl(reference: ImageReference): string {
  const alias = reference.registry.kind === "ecrPublic" ? [reference.registry.alias] : [];
  const host = registryHost(reference.registry);
  return [...(host === undefined ? [] : [host]), ...alias, reference.repository].join("/");
}

/** The stack's repositories, private and public. */
export function stackRepositories(stack: Stack): StackSubject[] {
  return stack.ofType(resourceTypes.repository, resourceTypes.publicRepository);
}

/** The repository that a reference is for, by its URL, or by account, region and name. */
export function repositoryOf(
  reference: ImageReference,
  repositories: readonly StackSubject[],
): StackSubject | undefined {
  const url = repositoryUrl(reference);
  return repositories.find((each) => {
    const own = each.read("repositoryUrl") ?? each.read("repositoryUri");
    if (typeof own === "string") {
      return own === url;
    }
    // In a first preview there is no URL yet; a public repository has no `name`, and its alias is not known.
    const { registry } = reference;
    const region = each.read("region");
    return (
      registry.kind === "ecr" &&
      each.read("name") === reference.repository &&
      (typeof region !== "string" || region === registry.region)
    );
  });
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

/** Whether a value depends on a repository: it is that repository's URL, in a preview that does not know it yet. */
export function dependsOnRepository(
  subject: StackSubject,
  property: string,
  repositories: readonly StackSubject[],
): StackSubject | undefined {
  const sources = subject.dependencies(property);
  const [only, ...others] = repositories.filter(({ urn }) => sources.some((each) => each.urn === urn));
  return others.length === 0 ? only : undefined;
}
