import * as pulumi from "@pulumi/pulumi";
import { type Fault, refuseFaults } from "../ecr/faults";

/**
 * Checks a component's arguments before anything is registered. Plain values are checked at once and all their faults
 * gathered in one error; a value that is known only later is checked when it is, and stops what needs it.
 */
export class InputChecks {
  private readonly faults: Fault[] = [];

  /** @param subject what the error is about, such as `PrivateRepository "petclinic"` */
  constructor(private readonly subject: string) {}

  /** Adds faults found at once. */
  add(faults: readonly Fault[]): void {
    this.faults.push(...faults);
  }

  /** Returns the value to hand on: the same one when it is plain, one that refuses faults later when it is not. */
  input<T>(value: pulumi.Input<T>, faultsOf: (value: T) => Fault[]): pulumi.Input<T> {
    if (pulumi.Output.isInstance(value) || value instanceof Promise) {
      return pulumi.output(value).apply((known) => {
        refuseFaults(this.subject, faultsOf(known as T));
        return known as T;
      });
    }
    this.faults.push(...faultsOf(value as T));
    return value;
  }

  /** Throws one error that lists every fault found so far; call it before the first resource is registered. */
  refuse(): void {
    refuseFaults(this.subject, this.faults);
  }
}
