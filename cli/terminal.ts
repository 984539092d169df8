import { printable } from "../ecr/printable";

// The commands' one way to the terminal and to a CI system's log: names, tags and errors come from registries, other stacks
// and services.

/** A result, on standard output. */
export function print(text: string): void {
  console.log(printable(text));
}

/** What goes beside results: progress, advice and errors, on standard error. */
export function printError(text: string): void {
  console.error(printable(text));
}
