import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../components/inputChecks";
import type { Fault } from "../ecr/faults";

/**
 * Throws if there are faults. The error lists all of them, each with its position in the stack file.
 *
 * @param what What the config would do; follows the file's name in the message. @default none: the message only lists
 *   the faults
 */
export function refuseConfig(faults: readonly Fault[], what?: string): void {
  if (faults.length === 0) return;
  const file = stackFile();
  const name = file?.name ?? `the config of the stack ${pulumi.getStack()}`;
  refuseInput(what === undefined ? name : `${name}: ${what}`, file?.located(faults) ?? faults);
}

/** The stack file; `undefined` when it cannot be read, such as with config stored in Pulumi Cloud. */
function stackFile() {
  // Loaded on demand: most runs have no faults and need no YAML parser.
  const { readStackFile, stackFilesFolder } = require("./stackFile") as typeof import("./stackFile");
  const root = path.resolve(pulumi.runtime.getRootDirectory());
  const file = path.join(stackFilesFolder(root), `Pulumi.${pulumi.getStack()}.yaml`);
  try {
    return readStackFile(file, pulumi.getProject());
  } catch {
    return undefined;
  }
}
