import type * as pulumi from "@pulumi/pulumi";
import { readStackState, resourcesOf, type StateResource } from "../stackState";

/** An image's resources in the stack: those of a type below its component, as of the last update. */
export type ImageState = (type: string) => readonly StateResource[];

/** Reads a component's resources from the stack's own state. */
export async function readImageState(component: pulumi.Resource): Promise<ImageState> {
  const [state, urn = ""] = await Promise.all([readStackState(), knownValue(component.urn)]);
  const [, , parents = ""] = urn.split("::");
  return (type) => resourcesOf(state, `${parents}$${type}`);
}

/** An output's value; undefined when a preview does not know it yet. */
export async function knownValue<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  // Not in the public type: `apply` is never called for an unknown value.
  const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
  const value = (output as unknown as { promise(): Promise<T> }).promise();
  return (await isKnown) ? value : undefined;
}
