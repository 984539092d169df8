import * as pulumi from "@pulumi/pulumi";
import { type Fault, InvalidInputError } from "../ecr/faults";
import { type PlainTypes, typeFaults } from "../ecr/typeFaults";
import { ProgramError } from "./programError";

/**
 * Rejected input. Pulumi shows the message with every fault, without the program's stack trace.
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
    /** Every fault, in the order of the message. */
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

/** Whether a value is already known: it is neither an output or promise nor contains one. */
export function isPlain<T>(value: pulumi.Input<T>): value is pulumi.Unwrap<T> & T {
  if (pulumi.Output.isInstance(value) || value instanceof Promise) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  // Only literal objects are searched; the outputs of others, such as resources, do not matter here.
  const isLiteral = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return !isLiteral || Object.values(value as object).every(isPlain);
}

/**
 * Validates a component's arguments before anything is registered. Known values are checked at once and all their
 * faults reported in one error; other values are checked when they become known, and a fault then stops whatever
 * depends on them.
 */
export class InputChecks {
  /** Faults found so far. */
  readonly faults: Fault[] = [];

  /** @param subject The subject of the error, such as `PrivateRepository "petclinic"`. */
  constructor(readonly subject: string) {}

  /** Adds faults found so far. */
  add(faults: readonly Fault[]): void {
    this.faults.push(...faults);
  }

  /**
   * Returns the value to pass on: unchanged if it is known, otherwise an output that fails if the value turns out
   * invalid.
   */
  input<T>(value: pulumi.Input<T>, faultsOf: (value: T) => Fault[]): pulumi.Input<T> {
    if (!isPlain(value)) {
      return pulumi.output(value).apply((known) => {
        refuseInput(this.subject, faultsOf(known as T));
        return known as T;
      });
    }
    this.faults.push(...faultsOf(value as T));
    return value;
  }

  /**
   * The arguments without those of a wrong type, whose faults are added, so that later code can rely on the types.
   *
   * @param path The object's path; omitted for the component's own arguments.
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
