import type { Stack, StackSubject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { pushedNames, pushTypes, readReference } from "./imageResources";
import { repositoryUrl } from "./stackRepositories";

/** A tag that a stack pushes to a repository. */
export interface PushedTag {
  image: StackSubject;
  /** The property that names it. */
  path: string;
  /** The repository's URL. */
  repository: string;
  tag: string;
}

/** A name that a stack pushes an image under, and that is not known yet. */
export interface UnknownName {
  image: StackSubject;
  path: string;
  unknown: Unknown;
}

/** What the stack pushes, and the names that are not known yet. */
export function pushedTags(stack: Stack): { known: PushedTag[]; open: UnknownName[] } {
  const known: PushedTag[] = [];
  const open: UnknownName[] = [];
  for (const image of stack.ofType(...pushTypes)) {
    for (const { path, name } of pushedNames(image)) {
      if (name instanceof Unknown) {
        open.push({ image, path, unknown: name });
        continue;
      }
      const reference = readReference(name);
      if (reference !== undefined) {
        // For Docker, a name without a tag means `latest`.
        known.push({ image, path, repository: repositoryUrl(reference), tag: reference.tag ?? "latest" });
      }
    }
  }
  return { known, open };
}
