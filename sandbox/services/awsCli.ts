import type { Progress } from "../system/progress";
import { installPythonPackage } from "./pythonPackage";

/** The version of the AWS CLI that the sandbox brings. */
export const awsCliVersion = "1.46.3";

/**
 * Brings the AWS CLI into the user's cache, when it is not there.
 *
 * @returns The path of `aws`.
 */
export function installAwsCli({ progress = () => {} }: { progress?: Progress } = {}): Promise<string> {
  return installPythonPackage({ name: "awscli", version: awsCliVersion, command: "aws" }, progress);
}
