import * as fs from "node:fs";
import * as path from "node:path";
import { environmentsOf, policyConfigFile, unknownEnvironment } from "../project";

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
  if (!environmentsOf(project).includes(environment)) {
    throw new Error(unknownEnvironment(project, environment));
  }
  const config = policyConfigFile(environment);
  if (!fs.existsSync(path.join(project, config))) {
    throw new Error(`${config} is missing: an environment has policies of its own; copy one of policies/config`);
  }
  return [operation, "--stack", environment, "--policy-pack", "policies", "--policy-pack-config", config, ...flags];
}
