import type { Fault } from "../../ecr/faults";
import type { ComponentName } from "./outputs";

type Values = Record<string, unknown>;

/** A component's arguments, and the mapping from their names back to the package's. */
export interface ConvertedArguments {
  args: Values;
  /** Values that were given in two ways at once. */
  faults: Fault[];
  /** A fault of the component, with the names of the package. */
  inPackageTerms(fault: Fault): Fault;
}

/** The package's inputs for one argument of a component, each with the conversion of its value. */
const lifecycleConversions: Readonly<Record<string, (value: unknown) => unknown>> = {
  lifecyclePreset: (preset) => (preset === "none" ? false : preset),
  lifecycleRules: (rules) => rules,
  lifecycleDocument: (document) => document,
};

/**
 * Converts inputs of the package to a component's arguments: the package has separate properties for alternatives that
 * schemas cannot express.
 */
export function componentArguments(component: ComponentName, inputs: Values): ConvertedArguments {
  const names = new Map<string, string>();
  const faults: Fault[] = [];
  const args = lifecycleOf(inputs, "", names, faults);
  const templates = args["creationTemplates"];
  if (Array.isArray(templates)) {
    args["creationTemplates"] = templates.map((template, index) =>
      lifecycleOf(template as Values, `creationTemplates[${index}].`, names, faults),
    );
  }
  if (component === "RegistryEvents" && args["findingsFrom"] === "NONE") args["findingsFrom"] = false;
  if (component === "Registry") scanningOf(args, faults);
  return {
    args,
    faults,
    inPackageTerms: (fault) => ({
      ...fault,
      path: packagePath(fault.path, names),
      fix: fault.fix.replace("scanning: false", "leaveScanning: true"),
    }),
  };
}

/** Replaces the lifecycle inputs by a single `lifecyclePolicy`. */
function lifecycleOf(given: Values, prefix: string, names: Map<string, string>, faults: Fault[]): Values {
  const args = { ...given };
  const present = Object.keys(lifecycleConversions).filter((key) => given[key] !== undefined);
  for (const key of Object.keys(lifecycleConversions)) delete args[key];
  const [first, second] = present;
  names.set(`${prefix}lifecyclePolicy`, `${prefix}${first ?? "lifecyclePreset"}`);
  if (first !== undefined) args["lifecyclePolicy"] = lifecycleConversions[first]?.(given[first]);
  if (second !== undefined) faults.push(conflictingInputFault(`${prefix}${second}`, given[second], first));
  return args;
}

function scanningOf(args: Values, faults: Fault[]): void {
  const { leaveScanning } = args;
  delete args["leaveScanning"];
  if (leaveScanning !== true) return;
  if (args["scanning"] !== undefined) faults.push(conflictingInputFault("leaveScanning", leaveScanning, "scanning"));
  args["scanning"] = false;
}

function conflictingInputFault(path: string, value: unknown, other = ""): Fault {
  return {
    path,
    value,
    rule: `must not be set together with ${other}, which means the same.`,
    fix: `remove it, or remove ${other}.`,
  };
}

function packagePath(path: string, names: ReadonlyMap<string, string>): string {
  for (const [from, to] of names) {
    const isIn = path === from || path.startsWith(`${from}.`) || path.startsWith(`${from}[`);
    if (isIn) return to + path.slice(from.length);
  }
  return path;
}
