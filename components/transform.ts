import type * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "./inputChecks";

/**
 * A transform of one child resource, for properties without an argument: either arguments that override its own, or a
 * function that changes its arguments and options. It is applied last, and only the policy pack and AWS check what it
 * sets.
 */
export type Transform<Args> = Partial<Args> | ((args: Args, opts: pulumi.CustomResourceOptions, name: string) => void);

/** A child as the component creates it. */
export interface Child<Args> {
  /** Its key in the component's `transform`. */
  key: string;
  name: string;
  args: Args;
  opts: pulumi.CustomResourceOptions;
  /** Arguments that other parts of the component depend on. */
  fixed: readonly (keyof Args & string)[];
}

/**
 * A child's name, arguments, and options after its transform.
 *
 * @param subject The component's name in messages.
 * @throws InputRefused for a transform that changes a fixed argument.
 */
export function transformed<Args extends object>(
  subject: string,
  transform: Transform<Args> | undefined,
  { key, name, args, opts, fixed }: Child<Args>,
): [name: string, args: Args, opts: pulumi.CustomResourceOptions] {
  if (transform === undefined) return [name, args, opts];
  const changed = { args: { ...args }, opts: { ...opts } };
  if (typeof transform === "function") transform(changed.args, changed.opts, name);
  else Object.assign(changed.args, transform);
  refuseInput(
    subject,
    fixed
      .filter((each) => changed.args[each] !== args[each])
      .map((each) => ({
        path: `transform.${key}.${each}`,
        value: changed.args[each],
        rule: "a transform must not change this: the component's other resources and outputs are made from it.",
        fix: "set the component's own argument instead.",
      })),
  );
  return [name, changed.args, changed.opts];
}
