import * as pulumi from "@pulumi/pulumi";
import type { RegistryPlace } from "../../ecr/accounts";
import type { Fault } from "../../ecr/faults";
import type { RegistryLocation } from "../../ecr/serviceRoles";
import { refuseInput } from "../inputChecks";
import { replacedInPlace } from "../replacedInPlace";
import type { RegistryArgs } from "./registryArgs";

/** What is known of where a registry is: nothing before AWS was asked, but for a region that was written down. */
export type KnownPlace = Partial<RegistryPlace>;

/** What every part of a Registry needs to make its resources. */
export interface RegistryContext {
  /** The component's name: the children's names begin with it. */
  readonly name: string;
  /** The names that it had before, for children whose own name does not begin with it. */
  readonly formerNames: readonly string[];
  /** What errors are about: `Registry "shared"`. */
  readonly subject: string;
  /** Where the registry is; fails when another Registry of the program has it already. */
  readonly location: pulumi.Output<RegistryLocation>;
  /** The component. */
  readonly parent: pulumi.Resource;
  readonly region: RegistryArgs["region"];
  /** Tags of secrets and roles. */
  readonly tags: RegistryArgs["tags"];
}

/** Whether an input is known at once, as opposed to later. */
export function isPlain<T>(value: pulumi.Input<T>): value is pulumi.Unwrap<T> & T {
  return !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}

/**
 * An input that is known later, checked when it is; a plain one is handed on, because it was checked before.
 */
export function checkedLater<T>(
  context: RegistryContext,
  value: pulumi.Input<T>,
  faultsOf: (value: T, place: RegistryPlace) => Fault[],
): pulumi.Input<T> {
  if (isPlain(value)) {
    return value;
  }
  return pulumi.all([value, context.location]).apply(([known, location]) => {
    refuseInput(context.subject, faultsOf(known as T, location));
    return known as T;
  });
}

/** Options of a child: below the component, after other resources, and never before the registry is this component's. */
export function childOptions(
  { parent, location }: RegistryContext,
  ...after: readonly (pulumi.Resource | undefined)[]
): pulumi.CustomResourceOptions {
  return {
    parent,
    ...replacedInPlace,
    dependsOn: location.apply(() => after.flatMap((resource) => (resource === undefined ? [] : [resource]))),
  };
}
