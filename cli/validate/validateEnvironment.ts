import * as fs from "node:fs";
import * as path from "node:path";
import { checkConfig } from "../../config/checkConfig";
import { configSizeFaults } from "../../config/configSize";
import { projectValues, readStackFile, stackFilesFolder } from "../../config/stackFile";
import { type Fault, faultMessage } from "../../ecr/faults";
import { unknownEnvironment } from "../project";
import { policyConfigFaults } from "./policyConfig";

/** Faults of an environment's files. */
export interface Validation {
  environment: string;
  file: string;
  faults: Fault[];
  /** The faults as strings. */
  messages: string[];
  /** What could not be checked. */
  notes: string[];
}

/** The project's name in Pulumi.yaml, which is the namespace of its config. */
const namespace = "ecr";

/** Reports everything about an environment that can be checked without an engine, an account, or Docker. */
export function validateEnvironment(project: string, environment: string): Validation {
  // Paths in the config are relative to the project.
  process.chdir(project);
  const file = path.join(stackFilesFolder(project), `Pulumi.${environment}.yaml`);
  if (!fs.existsSync(file)) throw new Error(unknownEnvironment(project, environment));
  const { name, faults, values, importsEnvironments, located, isSecret } = readStackFile(file, namespace);
  const all = { ...projectValues(project, namespace), ...values };
  const checked = checkConfig(all, namespace, all["aws:region"]).faults ?? [];
  const own = located(checked.filter(({ path: at }) => !isSecret(at)));
  const found: Fault[] = [
    ...[...faults, ...own, ...configSizeFaults(all, name)],
    ...policyConfigFaults(project, environment),
  ];
  return {
    environment,
    file: name,
    faults: found,
    messages: found.map(faultMessage),
    notes: importsEnvironments ? ["its imports from Pulumi ESC were not checked"] : [],
  };
}
