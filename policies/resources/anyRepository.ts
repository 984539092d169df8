import type { Subject } from "../engine/rule";
import { labelled, resourceTypes } from "./resourceTypes";

export const repositoryKinds: readonly string[] = [resourceTypes.repository, resourceTypes.publicRepository];

/** The repository's name in AWS as the program sets it; may be an Unknown or `undefined`. */
export function repositoryName(resource: Subject): unknown {
  return resource.read(resource.type === resourceTypes.publicRepository ? "repositoryName" : "name");
}

export function labelOf(resource: Subject): string {
  const kind = resource.type === resourceTypes.publicRepository ? "public repository" : "repository";
  return labelled(kind, repositoryName(resource), resource);
}
