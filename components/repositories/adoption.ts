import type * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import type { InputChecks } from "../inputChecks";

/**
 * An existing repository to adopt, and what belongs to it. An existing lifecycle policy need not be mentioned: the
 * stack's own overwrites it, and the engine could not update an imported one, because every change of a lifecycle
 * policy replaces it.
 */
export interface AdoptionArgs {
  /** The repository's name in the registry. */
  repository: string;
  /**
   * Whether it has a repository policy that the preview should compare with the program's.
   * @default false: an existing one is overwritten
   */
  repositoryPolicy?: boolean;
}

/** Which of a component's children are imported, and by which ID; a child without an ID is created. */
export interface Adoption {
  repositoryName?: string;
  repository?: string;
  repositoryPolicy?: string;
  /** The repository's region, when it was set. */
  region?: string;
}

/**
 * Reads a component's `import` argument: the repository's name, or an object with what belongs to it.
 *
 * @param given Other arguments that it must agree with.
 * @param nameFaults Checks a name in this kind of registry.
 */
export function readAdoption(
  adopted: string | AdoptionArgs | undefined,
  given: { repositoryName?: unknown; region?: pulumi.Input<string> },
  nameFaults: (name: unknown, path: string) => Fault[],
  checks: InputChecks,
): Adoption {
  if (adopted === undefined) return {};
  const args: AdoptionArgs =
    typeof adopted === "string"
      ? { repository: adopted }
      : checks.typed(adopted, { repositoryPolicy: "boolean" }, "import");
  const path = typeof adopted === "string" ? "import" : "import.repository";
  checks.add(nameFaults(args.repository, path));
  if (given.repositoryName !== undefined && given.repositoryName !== args.repository) {
    checks.add([
      {
        path: "repositoryName",
        value: given.repositoryName,
        rule: `an adopted repository must keep its name, ${JSON.stringify(args.repository)}.`,
        fix: "remove repositoryName.",
      },
    ]);
  }
  if (given.region !== undefined && typeof given.region !== "string") {
    checks.add([
      {
        path: "region",
        value: undefined,
        rule: "the region of an adopted repository must be known before the update.",
        fix: "write it as a plain string.",
      },
    ]);
  }
  // The provider looks up an ID without a region in its own region.
  const id = given.region === undefined ? args.repository : `${args.repository}@${given.region}`;
  return {
    repositoryName: args.repository,
    repository: id,
    ...(typeof given.region === "string" && { region: given.region }),
    ...(args.repositoryPolicy && { repositoryPolicy: id }),
  };
}
