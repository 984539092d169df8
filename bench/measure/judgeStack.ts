import {
  type Policies,
  type PolicyResource,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
  UnknownValueError,
  unknownCheckingProxy,
} from "@pulumi/policy";
import type { JudgedResource } from "../programs/judgedStack";

/** Thrown when a rule does not apply to the resource. */
class NotApplicable extends Error {}

const notApplicable = (): never => {
  throw new NotApplicable();
};

/**
 * The resources in the form in which the pack's server passes them to rules.
 * @param wrap Wraps the properties that rules see.
 */
export function policyResources(
  resources: readonly JudgedResource[],
  wrap: (props: Record<string, unknown>) => Record<string, unknown> = unknownCheckingProxy,
): PolicyResource[] {
  const opts = { protect: false, ignoreChanges: [], aliases: [], additionalSecretOutputs: [] };
  const made = resources.map(({ type, name, props }) => ({
    type,
    name,
    urn: `urn:pulumi:dev::bench::${type}::${name}`,
    props: wrap(props),
    opts: { ...opts, customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 } },
    dependencies: [],
    propertyDependencies: {} as Record<string, PolicyResource[]>,
    isType: () => false,
    asType: () => undefined,
  })) as PolicyResource[];
  const byName = new Map(made.map((each) => [each.name, each]));
  for (const [index, { from = {} }] of resources.entries()) {
    for (const [property, names] of Object.entries(from)) {
      const sources = names.flatMap((name) => byName.get(name) ?? []);
      (made[index] as PolicyResource).propertyDependencies[property] = sources;
    }
  }
  return made;
}

/** A rule's messages about all resources. */
export async function judgeAll(rule: Policies[number], resources: readonly PolicyResource[]): Promise<string[]> {
  const messages: string[] = [];
  const report = (message: string) => messages.push(message);
  const common = { stackTags: new Map<string, string>(), getConfig: <T extends object>() => ({}) as T, notApplicable };
  const judge = async (validate: () => unknown) => {
    try {
      await validate();
    } catch (error) {
      // Reported as an error, as the pack's server does for unknown values.
      if (!(error instanceof NotApplicable || error instanceof UnknownValueError)) throw error;
    }
  };
  if ("validateStack" in rule) {
    const { validateStack } = rule as StackValidationPolicy;
    await judge(() => validateStack({ ...common, resources: [...resources] }, report));
    return messages;
  }
  for (const validate of [(rule as ResourceValidationPolicy).validateResource ?? []].flat()) {
    for (const resource of resources) {
      await judge(() => validate({ ...common, ...resource } as ResourceValidationArgs, report));
    }
  }
  return messages;
}
