import * as pulumi from "@pulumi/pulumi";
import {
  ContainerImage,
  ExistingPrivateRepository,
  ExistingPublicRepository,
  MirroredImage,
  PrivateRepository,
  PublicRepository,
  PushRole,
  Registry,
  RegistryEvents,
} from "../../components";
import { InputRefused, refuseInput } from "../../components/inputChecks";
import { ProgramError } from "../../components/programError";
import type { Fault } from "../../ecr/faults";
import { didYouMean } from "../../ecr/values/nearestWord";
import { componentArguments } from "./componentArguments";
import { isolateFailure, withoutSdkPrefixes } from "./failures";
import { type ComponentName, componentOutputs } from "./outputs";
import { readInputs } from "./readInputs";
import { registerRepository } from "./repositories";
import { packageSchema } from "./schema";

type Component = new (name: string, args: never, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

const classes: Record<ComponentName, Component> = {
  ContainerImage,
  ExistingPrivateRepository,
  ExistingPublicRepository,
  MirroredImage,
  PrivateRepository,
  PublicRepository,
  PushRole,
  Registry,
  RegistryEvents,
};

/**
 * Creates a component for a program in any language.
 *
 * @throws InputRefused with every fault of the inputs, with the names of the package, before anything is registered.
 * Faults that show only when an output is known are reported in the same way, later.
 */
export async function construct(
  name: string,
  type: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<pulumi.provider.ConstructResult> {
  const component = componentOf(type);
  const subject = `${component} ${JSON.stringify(name)}`;
  let inPackageTerms = (fault: Fault) => fault;
  const make = async () => {
    const { values, faults } = await readInputs(packageSchema.resources[type], inputs);
    refuseInput(subject, faults);
    const spelling = componentArguments(component, values);
    refuseInput(subject, spelling.faults);
    inPackageTerms = spelling.inPackageTerms;
    const made = new classes[component](name, spelling.args as never, options);
    await registerRepository(made);
    const state = outputsOf(component, made);
    // A failure among its resources must be reported as the component's.
    await Promise.all(Object.values(state).map(untilSettled));
    return { urn: made.urn, state };
  };
  return isolateFailure(make, (error) => {
    if (!(error instanceof InputRefused)) return withoutSdkPrefixes(error);
    return new InputRefused(subject, error.faults.map(inPackageTerms));
  });
}

function componentOf(type: string): ComponentName {
  const name = type.split(":").at(-1) ?? "";
  if (type.startsWith("ecr:index:") && Object.hasOwn(componentOutputs, name)) return name as ComponentName;
  const all = Object.keys(componentOutputs);
  throw new ProgramError(`${type}: there is no such component. ${didYouMean(name, all)}Allowed: ${all.join(", ")}`);
}

function outputsOf(component: ComponentName, made: pulumi.ComponentResource): pulumi.Inputs {
  // Without a created topic, reading topicArn would throw.
  const isThere = (output: string) =>
    output !== "topicArn" || (made instanceof RegistryEvents && made.topic !== undefined);
  const names = componentOutputs[component].filter(isThere);
  return Object.fromEntries(names.map((output) => [output, made[output as keyof typeof made]]));
}

/** Resolves when an output has its value, or is known to have none before the update. */
async function untilSettled(value: unknown): Promise<void> {
  await (pulumi.output(value) as unknown as { promise(): Promise<unknown> }).promise();
}
