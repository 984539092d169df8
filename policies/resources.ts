import { wildcardMatches } from "../ecr/wildcard";
import { readProperty, Unknown } from "./unknowns";

/** Types by their tokens: importing @pulumi/aws would cost every start of the pack its load time. */
export const resourceTypes = {
  repository: "aws:ecr/repository:Repository",
  creationTemplate: "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
  lifecyclePolicy: "aws:ecr/lifecyclePolicy:LifecyclePolicy",
} as const;

/** A private repository, or the template that ECR creates private repositories from. Both have the same properties. */
export interface RepositorySettings {
  kind: "repository" | "template";
  /** As messages name it: `repository "petclinic"`. */
  label: string;
  /** The repository's name, or the template's prefix. */
  name: unknown;
  props: Record<string, unknown>;
}

/** `undefined` for a resource of another type. */
export function repositorySettings(resource: {
  type: string;
  name: string;
  props: Record<string, unknown>;
}): RepositorySettings | undefined {
  const { props } = resource;
  const named = (name: unknown) => JSON.stringify(typeof name === "string" ? name : resource.name);
  if (resource.type === resourceTypes.repository) {
    const name = readProperty(props, "name");
    return { kind: "repository", label: `repository ${named(name)}`, name, props };
  }
  if (resource.type === resourceTypes.creationTemplate) {
    const name = readProperty(props, "prefix");
    return { kind: "template", label: `creation template ${named(name)}`, name, props };
  }
  return undefined;
}

/**
 * Whether a list in the config names the repository. An Unknown when the name is not known yet and the list's entries
 * tell names apart.
 */
export function isNamed(name: unknown, patterns: readonly string[]): boolean | Unknown {
  if (name instanceof Unknown) {
    return patterns.some((pattern) => /^\*+$/.test(pattern)) || (patterns.length > 0 && name);
  }
  return typeof name === "string" && patterns.some((pattern) => wildcardMatches(pattern, name));
}
