import * as pulumi from "@pulumi/pulumi";
import { type Fault, InvalidInputError } from "../ecr/faults";
import { type PlainTypes, typeFaults } from "../ecr/typeFaults";
import { ProgramError } from "./programError";

/**
 * Input that was refused, as Pulumi shows it: the message with every fault, without the program's stack.
 *
 * @example
 * try {
 *   new PrivateRepository("Pet_Clinic");
 * } catch (error) {
 *   if (error instanceof InputRefused) console.error(error.faults.map(({ path, fix }) => `${path}: ${fix}`));
 * }
 */
export class InputRefused extends ProgramError {
  constructor(
    subject: string,
    /** Every fault, in the order in which the message has them. */
    readonly faults: readonly Fault[],
  ) {
    super(new InvalidInputError(subject, faults).message);
  }
}

/**
 * Throws one InputRefused with all faults; does nothing when there are none.
 *
 * @example
 * refuseInput("my component", privateRepositoryFaults(name, args));
 */
export function refuseInput(subject: string, faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InputRefused(subject, faults);
}

/** Whether a value is known only later, or holds something that is. */
export function isKnownLater(value: unknown): boolean {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return true;
  if (Array.isArray(value)) return value.some(isKnownLater);
  // Of objects only plain ones are values; others (resources) have no outputs that would be looked at here.
  const isPlain = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && Object.values(value).some(isKnownLater);
}

/**
 * Checks a component's arguments before anything is registered. Plain values are checked at once and all their faults
 * gathered in one error; a value that is known only later is checked when it is, and stops what needs it.
 */
export class InputChecks {
  /** Faults found so far. */
  readonly faults: Fault[] = [];

  /** @param subject what the error is about, such as `PrivateRepository "petclinic"` */
  constructor(readonly subject: string) {}

  /** Adds faults found at once. */
  add(faults: readonly Fault[]): void {
    this.faults.push(...faults);
  }

  /** Returns the value to hand on: the same one when it is plain, one that refuses faults later when it is not. */
  input<T>(value: pulumi.Input<T>, faultsOf: (value: T) => Fault[]): pulumi.Input<T> {
    if (isKnownLater(value)) {
      return pulumi.output(value).apply((known) => {
        refuseInput(this.subject, faultsOf(known as T));
        return known as T;
      });
    }
    this.faults.push(...faultsOf(value as T));
    return value;
  }

  /**
   * The arguments without those of a wrong type, whose faults are added: what is read after this meets none of them.
   *
   * @param path The object's path; left out for the component's own arguments.
   */
  typed<T extends object>(args: T, types: PlainTypes<T>, path = ""): T {
    const faults = typeFaults(args, types, path);
    this.add(faults);
    const wrong = faults.map((fault) => fault.path);
    const right = Object.entries(args).filter(([key]) => !wrong.includes(path === "" ? key : `${path}.${key}`));
    return wrong.length === 0 ? args : (Object.fromEntries(right) as T);
  }

  /** Throws one error that lists every fault found so far; call it before the first resource is registered. */
  refuse(): void {
    refuseInput(this.subject, this.faults);
  }
}
