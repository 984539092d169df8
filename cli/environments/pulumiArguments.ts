import * as fs from "node:fs";
import * as path from "node:path";

/** Where policy config of an environment stands, relative to the project. */
export function policyConfigFile(environment: string): string {
  return `policies/config/${environment}.json`;
}

/**
 * What the Pulumi CLI is asked to do: an operation on an environment's stack with the policy pack and the environment's
 * own policy config, so that no update goes by without its policies.
 *
 * @param project The project's folder.
 * @param operation `preview` or `up`.
 * @param flags Handed on as they are.
 * @throws Error when the project has no such environment, with those that it has; or no policy config for it.
 */
export function pulumiArguments(project: string, operation: string, environment: string, flags: readonly string[]) {
  const known = environmentsOf(project);
  if (!known.includes(environment)) {
    throw new Error(
      `there is no environment ${JSON.stringify(environment)}: write one of ${known.join(", ")}, or add Pulumi.${environment}.yaml`,
    );
  }
  const config = policyConfigFile(environment);
  if (!fs.existsSync(path.join(project, config))) {
    throw new Error(`${config} is missing: an environment has policies of its own; copy one of policies/config`);
  }
  return [operation, "--stack", environment, "--policy-pack", "policies", "--policy-pack-config", config, ...flags];
}

/** The environments that a project has a file Pulumi.<env>.yaml for. */
function environmentsOf(project: string): string[] {
  return fs
    .readdirSync(project)
    .flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}
