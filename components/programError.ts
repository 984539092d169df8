import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { printable } from "../ecr/printable";

/** What is shown of a message: other stacks' outputs may have megabytes that are wrong. */
const shownCharacters = 65_536;

/** What ends a program and is no fault in it: Pulumi shows the message alone, without the program's stack. */
export class ProgramError extends pulumi.RunError {
  /** @param message May have what other stacks, registries and services say: it is made printable. */
  constructor(message: string) {
    super(printable(shortened(message)));
  }

  /**
   * Pulumi inspects every error that ends a program, and hangs the promise that failed on it: all the program's resources
   * can be reached from there, which takes from seconds to minutes to print.
   */
  [inspect.custom](): string {
    return this.message;
  }
}

function shortened(message: string): string {
  const { length } = message;
  return length > shownCharacters ? `${message.slice(0, shownCharacters)}… (${length} characters)` : message;
}
