import { printable } from "../ecr/printable";

// The commands' one way to the terminal and to a CI system's log: names, tags and errors come from registries, other stacks
// and services.

/** A result, on standard output. */
export function print(text: string): void {
  process.stdout.write(`${printable(text)}\n`);
}

/** What goes beside results: progress, advice and errors, on standard error. */
export function printError(text: string): void {
  process.stderr.write(`${printable(text)}\n`);
}
