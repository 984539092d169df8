import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import type { AccountRegion } from "../../ecr/names/accounts";
import type { RegistrySetting } from "../../ecr/registry/registrySetting";
import type { RegistryLocation } from "../../ecr/registry/serviceRoles";
import { isPlain, refuseInput } from "../inputChecks";
import { deleteBeforeReplaceOptions } from "../resourceOptions";
import type { RegistryArgs } from "./registryArgs";

/** What is known of a registry's location: before AWS was asked, at most a region from the arguments. */
export type KnownLocation = Partial<AccountRegion>;

/** What every part of a Registry needs to create its resources. */
export interface RegistryContext {
  /** The component's name, which prefixes its children's names. */
  readonly name: string;
  /** Previous names, for children whose own name does not start with the component's. */
  readonly formerNames: readonly string[];
  /** The subject of error messages: `Registry "shared"`. */
  readonly subject: string;
  /** The registry's location; fails when another Registry of the program has the same one. */
  readonly location: pulumi.Output<RegistryLocation>;
  /**
   * The ID a setting is imported by; undefined when it is created.
   *
   * @param key Which one, for settings that exist several times: a prefix, an ARN, an account setting's argument.
   */
  readonly importId: (setting: RegistrySetting, key?: string) => string | undefined;
  /** The component. */
  readonly parent: pulumi.Resource;
  readonly region: RegistryArgs["region"];
  /** Tags of secrets and roles. */
  readonly tags: RegistryArgs["tags"];
}

/** Checks an input when it becomes known; a plain one is passed on, because it has already been checked. */
export function checkedWhenKnown<T>(
  context: RegistryContext,
  value: pulumi.Input<T>,
  faultsOf: (value: T, location: AccountRegion) => Fault[],
): pulumi.Input<T> {
  if (isPlain(value)) {
    return value;
  }
  return pulumi.all([value, context.location]).apply(([known, location]) => {
    refuseInput(context.subject, faultsOf(known as T, location));
    return known as T;
  });
}

/** Options of a child: its parent, the resources it depends on, and the claim of the registry by this component. */
export function childOptions(
  { parent, location }: RegistryContext,
  ...after: readonly (pulumi.Resource | undefined)[]
): pulumi.CustomResourceOptions {
  return {
    parent,
    ...deleteBeforeReplaceOptions,
    dependsOn: location.apply(() => after.flatMap((resource) => (resource === undefined ? [] : [resource]))),
  };
}
