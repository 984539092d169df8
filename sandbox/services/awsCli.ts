import type { Progress } from "../system/progress";
import { installPythonPackage } from "../system/pythonPackage";

/**
 * Installs the AWS CLI into the user's cache, unless it is there.
 *
 * @returns The path of `aws`.
 */
export function installAwsCli({ progress = () => {} }: { progress?: Progress } = {}): Promise<string> {
  return installPythonPackage({ name: "awscli", command: "aws" }, progress);
}
