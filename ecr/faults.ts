import { onOneLine } from "./printable";

/** One thing that is wrong with an input. */
export interface Fault {
  /** Where that is in a file: `Pulumi.dev.yaml:12:5`. @default not known */
  place?: string;
  /** Where, as the user wrote it: `lifecyclePolicy.rules[2].selection.countNumber`. */
  path: string;
  /** What was found there; `undefined` when something needed is missing. */
  value: unknown;
  /** The rule that it breaks. */
  rule: string;
  /** What to write instead. */
  fix: string;
}

/** Longer values are cut in messages: a document of 30,000 characters would bury the rule that it breaks. */
const shownCharacters = 120;

/** A value as messages show it: JSON, cut at 120 characters, `(not set)` for undefined. Never throws. */
export function showValue(value: unknown): string {
  if (value === undefined) {
    return "(not set)";
  }
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    // Cycles, big integers and values nested deeper than the stack have no JSON.
    text = `(a value of type ${typeof value})`;
  }
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}… (${text.length} characters)` : text;
}

/** One fault as a line: place, property, value, rule, fix. What a registry or a service said is part of many: see printable.ts. */
export function faultMessage(fault: Fault): string {
  const place = fault.place === undefined ? "" : `${fault.place} `;
  return onOneLine(`${place}${fault.path}: ${showValue(fault.value)} — ${fault.rule} Fix: ${fault.fix}`);
}

/** Refused input. `message` lists every fault, one a line, so that one run is enough to put all of them right. */
export class InvalidInputError extends Error {
  readonly faults: readonly Fault[];

  constructor(subject: string, faults: readonly Fault[]) {
    const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
    super(`${onOneLine(subject)}: ${count}\n${faults.map((fault) => `  - ${faultMessage(fault)}`).join("\n")}`);
    this.name = "InvalidInputError";
    this.faults = faults;
  }
}

/**
 * Throws one InvalidInputError with all faults; does nothing when there are none.
 *
 * @param subject What was refused, as the first words of the message: `PrivateRepository "petclinic"`.
 */
export function refuseFaults(subject: string, faults: readonly Fault[]): void {
  if (faults.length > 0) {
    throw new InvalidInputError(subject, faults);
  }
}
