import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { printable } from "../ecr/values/printable";

/** Limit on the length of a message: invalid values may be megabytes of another stack's outputs. */
const maximumCharacters = 65_536;

/** An error that ends the program but is not a bug in it: Pulumi shows only the message, without a stack trace. */
export class ProgramError extends pulumi.RunError {
  /** @param message May quote other stacks, registries, and services: it is made printable. */
  constructor(message: string) {
    super(printable(truncated(message)));
  }

  /**
   * Pulumi inspects every error that ends a program, with the failed promise attached: through it all of the program's
   * resources are reachable, and printing them takes from seconds to minutes.
   */
  [inspect.custom](): string {
    return this.message;
  }
}

function truncated(message: string): string {
  const { length } = message;
  return length > maximumCharacters ? `${message.slice(0, maximumCharacters)}… (${length} characters)` : message;
}
