import { environmentsOf, policyConfigOf, unknownEnvironment } from "../project";

/**
 * What the Pulumi CLI is asked to do: an operation on an environment's stack with the policy pack and the environment's
 * own policy config, so that no update goes by without its policies. Outputs are told afterwards, and only those that changed.
 *
 * @param project The project's folder.
 * @param flags Handed on as they are.
 * @throws Error when the project has no such environment, with those that it has; or no policy config for it.
 */
export function pulumiArguments(project: string, environment: string, flags: readonly string[]): string[] {
  if (!environmentsOf(project).includes(environment)) throw new Error(unknownEnvironment(project, environment));
  const policies = ["--policy-pack", "policies", "--policy-pack-config", policyConfigOf(project, environment)];
  return ["--stack", environment, ...policies, "--suppress-outputs", ...flags];
}
