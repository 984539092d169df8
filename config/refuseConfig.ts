import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../components";
import type { Fault } from "../ecr/faults";

/**
 * Refuses the stack's config with all of its faults, each with its place in the stack's own file; does nothing when there
 * are none.
 *
 * @param what What the config would do, after the file's name. @default it has faults
 */
export function refuseConfig(faults: readonly Fault[], what?: string): void {
  if (faults.length === 0) return;
  const file = stackFile();
  const name = file?.name ?? `the config of the stack ${pulumi.getStack()}`;
  refuseInput(what === undefined ? name : `${name}: ${what}`, file?.located(faults) ?? faults);
}

/** Undefined where the config does not come from a file that can be read, as with Pulumi Cloud's own config. */
function stackFile() {
  // Most runs have no fault, and load no parser.
  const { readStackFile, stackFilesFolder } = require("./stackFile") as typeof import("./stackFile");
  const root = path.resolve(pulumi.runtime.getRootDirectory());
  const file = path.join(stackFilesFolder(root), `Pulumi.${pulumi.getStack()}.yaml`);
  try {
    return readStackFile(file, pulumi.getProject());
  } catch {
    return undefined;
  }
}
