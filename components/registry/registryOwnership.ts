import * as cloudcontrol from "@pulumi/aws/cloudcontrol";
import type * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import type { AccountRegion } from "../../ecr/names/accounts";
import type { RegistrySetting } from "../../ecr/registry/registrySetting";
import { undefinedIfNotFound } from "../images/imageRepository";
import { readStackState, type StateResource } from "../stackState";
import { adoptedRegistry, describedSettings } from "./registryAdoption";
import type { RegistryArgs } from "./registryArgs";

/** The argument for a setting. */
export type SettingName = "policy" | "scanning" | "replication";

/**
 * A setting that a registry has exactly once. Unlike a repository, creating it overwrites an existing one without an
 * error.
 */
interface Singleton {
  argument: SettingName;
  type: string;
  /** CloudFormation's type; its identifier is the account. */
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
    // Each registry has one; this tells it from a new registry's default.
    isSet: (properties) => properties["ScanType"] === "ENHANCED" || hasRules(properties),
  },
  {
    argument: "replication",
    type: "aws:ecr/replicationConfiguration:ReplicationConfiguration",
    typeName: "AWS::ECR::ReplicationConfiguration",
    isSet: ({ ReplicationConfiguration }) => hasRules((ReplicationConfiguration ?? {}) as Record<string, unknown>),
  },
];

function describedSingletons(args: RegistryArgs): readonly Singleton[] {
  const described = describedSettings(args);
  return singletons.filter(({ argument }) => described[argument].length > 0);
}

/** The settings that these arguments create. */
export function singletonSettings(args: RegistryArgs): SettingName[] {
  return describedSingletons(args).map(({ argument }) => argument);
}

/** A setting's value in AWS, with CloudFormation's names; undefined when it is a new registry's default. */
export async function settingInAws(
  name: SettingName,
  location: AccountRegion,
): Promise<Record<string, unknown> | undefined> {
  const singleton = singletons.find(({ argument }) => argument === name);
  return singleton && readSetting(singleton, location, undefined);
}

/** CloudFormation's types of settings that a registry has several of; their identifier is the key. */
const typeNames = {
  pullThroughCache: "AWS::ECR::PullThroughCacheRule",
  creationTemplates: "AWS::ECR::RepositoryCreationTemplate",
  pullTimeExclusions: "AWS::ECR::PullTimeUpdateExclusion",
} as const;

/**
 * Whether a registry has the setting to adopt. It always has scanning and account settings.
 *
 * @param key Which one, for settings that exist several times.
 */
export async function isInAws(setting: RegistrySetting, key: string, location: AccountRegion): Promise<boolean> {
  if (setting === "scanning" || setting === "accountSettings") return true;
  if (setting === "policy" || setting === "replication") return (await settingInAws(setting, location)) !== undefined;
  const { region } = location;
  const found = cloudcontrol.getResource({ typeName: typeNames[setting], identifier: key, region });
  return (await undefinedIfNotFound(found)) !== undefined;
}

/**
 * Why this stack must not overwrite the registry's settings: they were created elsewhere, or by this stack under
 * another name, which would then be deleted after the new ones were set.
 *
 * @param names The component's name and previous names.
 * @param parent Resource whose provider is used. @default the default provider
 */
export async function ownershipFaults(
  args: RegistryArgs,
  location: AccountRegion,
  names: readonly string[],
  parent?: pulumi.Resource,
): Promise<Fault[]> {
  const state = await readStackState();
  const adopted = adoptedRegistry(args);
  const found = await Promise.all(
    describedSingletons(args).map(async (each): Promise<Fault[]> => {
      const own = state.find((resource) => resource.type === each.type && isInRegistry(resource, location));
      if (own !== undefined) return names.includes(own.name) ? [] : [renamedFault(own.name)];
      // An adopted setting is imported unchanged, and the preview shows the differences.
      if (args.takeOver || (adopted?.settings[each.argument].length ?? 0) > 0) return [];
      const there = await readSetting(each, location, parent);
      return there === undefined ? [] : [foreignFault(each, there, location)];
    }),
  );
  const faults = found.flat();
  // Every setting reports the same fault for a component's name.
  return faults.filter(
    ({ path }, index) => path !== "name" || faults.findIndex((each) => each.path === path) === index,
  );
}

function isInRegistry({ outputs }: StateResource, { account, region }: AccountRegion): boolean {
  return outputs["region"] === region && (outputs["registryId"] ?? account) === account;
}

/** The setting's value in AWS; undefined when it is a new registry's default. */
async function readSetting(
  { typeName, isSet }: Singleton,
  { account, region }: AccountRegion,
  parent: pulumi.Resource | undefined,
): Promise<Record<string, unknown> | undefined> {
  const found = await undefinedIfNotFound(
    cloudcontrol.getResource({ typeName, identifier: account, region }, { parent }),
  );
  const properties = JSON.parse(found?.properties ?? "{}") as Record<string, unknown>;
  return isSet(properties) ? properties : undefined;
}

function foreignFault({ argument }: Singleton, there: unknown, { account, region }: AccountRegion): Fault {
  return {
    path: argument,
    value: there,
    rule: `this stack did not make the ${argument} settings that the registry of account ${account} in ${region} has: they would be overwritten, and deleted with this stack.`,
    fix:
      `${argument === "scanning" ? "write scanning: false" : `leave ${argument} out`} if another stack or team manages them; ` +
      `otherwise write the settings to keep here, with import: "${account}" to adopt them or takeOver: true to overwrite them.`,
  };
}

function renamedFault(former: string): Fault {
  return {
    path: "name",
    value: former,
    rule: `this stack has the registry's settings as ${JSON.stringify(former)}: under another name they would be created and then deleted.`,
    fix: `keep the name, or give the component the option aliases: [{ name: ${JSON.stringify(former)} }].`,
  };
}
