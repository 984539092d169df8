import { environmentOf, environmentsOf, policyConfigOf, unknownEnvironment } from "../project";

/**
 * Arguments for the Pulumi CLI: an operation on an environment's stack with the policy pack and the environment's
 * policy config, so that no update bypasses its policies. Outputs are reported afterwards, and only those that changed.
 *
 * @param project The project's folder.
 * @param stack Its name, with or without organization and project.
 * @param flags Passed on unchanged.
 * @throws Error when the project has no such environment, listing those it has, or no policy config for it.
 */
export function pulumiArguments(project: string, stack: string, flags: readonly string[]): string[] {
  const environment = environmentOf(stack);
  if (!environmentsOf(project).includes(environment)) throw new Error(unknownEnvironment(project, environment));
  const policies = ["--policy-pack", "policies", "--policy-pack-config", policyConfigOf(project, environment)];
  return ["--stack", stack, ...policies, "--suppress-outputs", ...flags];
}
