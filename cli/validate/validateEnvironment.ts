import * as fs from "node:fs";
import * as path from "node:path";
import { checkConfig } from "../../config/checkConfig";
import { projectValues, readStackFile, stackFilesFolder } from "../../config/stackFile";
import { type Fault, faultMessage } from "../../ecr/faults";
import { policyConfigFile, unknownEnvironment } from "../project";

/** What is wrong with an environment's files. */
export interface Validation {
  environment: string;
  file: string;
  faults: Fault[];
  /** The faults as text. */
  messages: string[];
  /** What could not be looked at. */
  notes: string[];
}

/** The project's name in Pulumi.yaml, which is the namespace of its config. */
const namespace = "ecr";

/** Says all that can be said of an environment without an engine, an account or Docker. */
export function validateEnvironment(project: string, environment: string): Validation {
  // Paths in the config are the project's.
  process.chdir(project);
  const file = path.join(stackFilesFolder(project), `Pulumi.${environment}.yaml`);
  if (!fs.existsSync(file)) throw new Error(unknownEnvironment(project, environment));
  const { name, faults, values, importsEnvironments, located, isSecret } = readStackFile(file, namespace);
  const all = { ...projectValues(project, namespace), ...values };
  const checked = checkConfig(all, namespace, all["aws:region"]).faults ?? [];
  const own = located(checked.filter(({ path: at }) => !isSecret(at)));
  const found: Fault[] = [...faults, ...own, ...policyConfigFaults(project, environment)];
  return {
    environment,
    file: name,
    faults: found,
    messages: found.map(faultMessage),
    notes: importsEnvironments ? ["what it imports from Pulumi ESC was not looked at"] : [],
  };
}

/** No update goes by without policies, and they have a config for each environment. */
function policyConfigFaults(project: string, environment: string): Fault[] {
  const file = policyConfigFile(environment);
  const fault = (value: unknown, rule: string, fix: string) => [{ path: file, value, rule, fix }];
  try {
    JSON.parse(fs.readFileSync(path.join(project, file), "utf8"));
    return [];
  } catch (error) {
    return error instanceof SyntaxError
      ? fault(undefined, `is not JSON: ${error.message}.`, "correct it.")
      : fault(undefined, "an environment has policies of its own.", "copy one of policies/config to this name.");
  }
}
