import type * as pulumi from "@pulumi/pulumi";
import { readStackState, resourcesOf, type StateResource } from "../stackState";

/** What a stack has of one image: the resources of a type below its component, as the last update left them. */
export type ImageState = (type: string) => readonly StateResource[];

/** Looks below a component in the stack's own state. */
export async function readImageState(component: pulumi.Resource): Promise<ImageState> {
  const [state, urn = ""] = await Promise.all([readStackState(), knownValue(component.urn)]);
  const [, , parents = ""] = urn.split("::");
  return (type) => resourcesOf(state, `${parents}$${type}`);
}

/** An output's value; undefined for one that a preview does not know yet. */
export async function knownValue<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  // Not in the public type: an `apply` is never called for what is not known.
  const { isKnown } = output as unknown as { isKnown: Promise<boolean> };
  const value = (output as unknown as { promise(): Promise<T> }).promise();
  return (await isKnown) ? value : undefined;
}
