import type * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import type { InputChecks } from "../inputChecks";

/**
 * An existing repository that a stack takes over, with what belongs to it. A lifecycle policy that it may have needs no
 * word: the stack's own is put over it, and the engine could not change an imported one, since each change of a lifecycle
 * policy replaces it.
 */
export interface AdoptionArgs {
  /** The repository's name in the registry. */
  repository: string;
  /**
   * Whether it has a repository policy that the preview is to compare with the program's.
   * @default false: the program's is put over what there may be
   */
  repositoryPolicy?: boolean;
}

/** Which of a component's children are imported, and under which id; a child without an id is created. */
export interface Adoption {
  repositoryName?: string;
  repository?: string;
  repositoryPolicy?: string;
  /** The repository's, when one was written. */
  region?: string;
}

/**
 * Reads `import`, as a component takes it: the repository's name, or that with what belongs to it.
 *
 * @param given The other arguments that it has to agree with.
 * @param nameFaults Why a name is none in this kind of registry.
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
        rule: `an adopted repository keeps its name, ${JSON.stringify(args.repository)}.`,
        fix: "leave repositoryName out.",
      },
    ]);
  }
  if (given.region !== undefined && typeof given.region !== "string") {
    checks.add([
      {
        path: "region",
        value: undefined,
        rule: "the region of an adopted repository must be known before the update.",
        fix: "write it as text.",
      },
    ]);
  }
  // The provider looks for an id without a region in its own region.
  const id = given.region === undefined ? args.repository : `${args.repository}@${given.region}`;
  return {
    repositoryName: args.repository,
    repository: id,
    ...(typeof given.region === "string" && { region: given.region }),
    ...(args.repositoryPolicy && { repositoryPolicy: id }),
  };
}
