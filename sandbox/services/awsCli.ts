import type { Progress } from "../system/progress";
import { installPythonPackage } from "./pythonPackage";

/**
 * Brings the AWS CLI into the user's cache, when it is not there.
 *
 * @returns The path of `aws`.
 */
export function installAwsCli({ progress = () => {} }: { progress?: Progress } = {}): Promise<string> {
  return installPythonPackage({ name: "awscli", command: "aws" }, progress);
}
