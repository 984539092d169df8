import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { RegistryPlace } from "../../ecr/accounts";
import type { Fault } from "../../ecr/faults";
import { orUndefined } from "../images/imageRepository";
import { readStackState, type StateResource } from "../stackState";
import type { RegistryArgs } from "./registryArgs";

/** The argument that asks for a setting. */
export type SettingName = "policy" | "scanning" | "replication";

/**
 * A setting that a registry has once, put over what is there: unlike a repository it can neither be created twice nor be
 * there already.
 */
interface Singleton {
  argument: SettingName;
  type: string;
  /** What CloudFormation calls it; its identifier is the account. */
  typeName: string;
  isSet: (properties: Record<string, unknown>) => boolean;
}

const hasRules = ({ Rules }: Record<string, unknown>) => Array.isArray(Rules) && Rules.length > 0;

const singletons: readonly Singleton[] = [
  {
    argument: "policy",
    type: "aws:ecr/registryPolicy:RegistryPolicy",
    typeName: "AWS::ECR::RegistryPolicy",
    isSet: ({ PolicyText }) => PolicyText !== undefined,
  },
  {
    argument: "scanning",
    type: "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
    typeName: "AWS::ECR::RegistryScanningConfiguration",
    // Each registry has one; this is how a new one's is.
    isSet: (properties) => properties["ScanType"] === "ENHANCED" || hasRules(properties),
  },
  {
    argument: "replication",
    type: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    typeName: "AWS::ECR::ReplicationConfiguration",
    isSet: ({ ReplicationConfiguration }) => hasRules((ReplicationConfiguration ?? {}) as Record<string, unknown>),
  },
];

function askedFor({ policy, replicateFrom = [], scanning, replication = [] }: RegistryArgs): readonly Singleton[] {
  const asked = {
    policy: policy !== undefined || replicateFrom.length > 0,
    scanning: scanning !== false,
    replication: replication.length > 0,
  };
  return singletons.filter(({ argument }) => asked[argument]);
}

/** The settings that these arguments put. */
export function settingsAskedFor(args: RegistryArgs): SettingName[] {
  return askedFor(args).map(({ argument }) => argument);
}

/** A setting as the registry has it in AWS, in CloudFormation's words; undefined for what a new registry has. */
export async function settingInAws(
  name: SettingName,
  place: RegistryPlace,
): Promise<Record<string, unknown> | undefined> {
  const singleton = singletons.find(({ argument }) => argument === name);
  return singleton && setting(singleton, place, undefined);
}

/**
 * Why this stack must not put its settings over the registry's: somebody else made what is there, or this stack did under
 * another name, and would delete under that name what it has just put.
 *
 * @param names What the component is called, and was.
 * @param parent Whose provider asks AWS. @default the default provider
 */
export async function ownershipFaults(
  args: RegistryArgs,
  place: RegistryPlace,
  names: readonly string[],
  parent?: pulumi.Resource,
): Promise<Fault[]> {
  const state = await readStackState();
  const found = await Promise.all(
    askedFor(args).map(async (each): Promise<Fault[]> => {
      const own = state.find((resource) => resource.type === each.type && isAt(resource, place));
      if (own !== undefined) return names.includes(own.name) ? [] : [renamedFault(own.name)];
      if (args.takeOver) return [];
      const there = await setting(each, place, parent);
      return there === undefined ? [] : [foreignFault(each, there, place)];
    }),
  );
  const faults = found.flat();
  // Every setting says the same of a component's name.
  return faults.filter(
    ({ path }, index) => path !== "name" || faults.findIndex((each) => each.path === path) === index,
  );
}

function isAt({ outputs }: StateResource, { account, region }: RegistryPlace): boolean {
  return outputs["region"] === region && (outputs["registryId"] ?? account) === account;
}

/** What the registry has in AWS; undefined for what a new one has. */
async function setting(
  { typeName, isSet }: Singleton,
  { account, region }: RegistryPlace,
  parent: pulumi.Resource | undefined,
): Promise<Record<string, unknown> | undefined> {
  const found = await orUndefined(aws.cloudcontrol.getResource({ typeName, identifier: account, region }, { parent }));
  const properties = JSON.parse(found?.properties ?? "{}") as Record<string, unknown>;
  return isSet(properties) ? properties : undefined;
}

function foreignFault({ argument }: Singleton, there: unknown, { account, region }: RegistryPlace): Fault {
  return {
    path: argument,
    value: there,
    rule: `this stack did not make the ${argument} settings that the registry of account ${account} in ${region} has: they would be overwritten, and go with this stack.`,
    fix:
      `${argument === "scanning" ? "write scanning: false" : `leave ${argument} out`} if another stack or team manages them; ` +
      "else write what must stay of them here, with takeOver: true.",
  };
}

function renamedFault(former: string): Fault {
  return {
    path: "name",
    value: former,
    rule: `this stack has the registry's settings as ${JSON.stringify(former)}: under another name they would be put and then deleted.`,
    fix: `keep the name, or give the component the option aliases: [{ name: ${JSON.stringify(former)} }].`,
  };
}
