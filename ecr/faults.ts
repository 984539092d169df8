import { onOneLine } from "./values/printable";

/** One fault in an input. */
export interface Fault {
  /** Position in a file: `Pulumi.dev.yaml:12:5`. @default not known */
  place?: string;
  /** Path as the user wrote it: `lifecyclePolicy.rules[2].selection.countNumber`. */
  path: string;
  /** The value found there; `undefined` when a required value is missing. */
  value: unknown;
  /** The value as the file has it, where it reads as another one: `1.10`. @default the value is shown */
  source?: string;
  /** The rule it violates, a sentence without its capital: `must be a string.` */
  rule: string;
  /** The fix, a sentence without its capital: `write "a".` */
  fix: string;
}

/** Longer values are truncated in messages: a document of 30,000 characters would bury the rule that it violates. */
const shownCharacters = 120;

/** Formats a value for messages: JSON truncated to 120 characters, `(not set)` for undefined. Never throws. */
export function showValue(value: unknown): string {
  if (value === undefined) {
    return "(not set)";
  }
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    // Cycles, big integers, and very deeply nested values cannot be converted to JSON.
    text = `(a value of type ${typeof value})`;
  }
  return text.length > shownCharacters ? `${text.slice(0, shownCharacters)}… (${text.length} characters)` : text;
}

/**
 * A fault as one line: `path: found X. Must be Y. Do Z.` Values may come from a registry or a service: see
 * values/printable.ts.
 */
export function faultMessage(fault: Fault): string {
  const place = fault.place === undefined ? "" : `${fault.place} `;
  const found = fault.source ?? (fault.value === undefined ? "nothing" : showValue(fault.value));
  return onOneLine(`${place}${fault.path}: found ${found}. ${asSentence(fault.rule)} ${asSentence(fault.fix)}`);
}

/** Capitalizes the text, unless it starts with a name: `countNumber`, `rules[0]`, `ecr-image-bases`. */
function asSentence(text: string): string {
  return /^[a-z]+(?:['’][a-z]+)?[ ,:;]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** Rejected input. `message` lists every fault, one per line, so that all of them can be fixed after one run. */
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
 * @param subject What is rejected, the first words of the message: `PrivateRepository "petclinic"`.
 */
export function refuseFaults(subject: string, faults: readonly Fault[]): void {
  if (faults.length > 0) {
    throw new InvalidInputError(subject, faults);
  }
}
