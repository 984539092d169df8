import * as pulumi from "@pulumi/pulumi";
import { knownKmsKeyArn } from "../components/kmsKeyArn";
import { encryptionTypes } from "../components/repositories/privateRepositoryArgs";
import {
  privateRepositoryContents,
  publicRepositoryContents,
  type RepositoryContents,
} from "../components/repositories/repositoryContents";
import { resourcesOf, type StackState, type StateResource } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { formerEntry } from "./formerEntry";
import { refuseConfig } from "./refuseConfig";
import { registryName } from "./repositorySettings";
import { isRetained, unmanagedPolicies } from "./retained";
import type { EnvironmentConfig } from "./sections";
import { privateRepositoryArgs, privateRepositoryTypes, repositoryRegion } from "./sections/privateRepositories";
import { publicRepositoryTypes } from "./sections/publicRepositories";

/**
 * Rejects an update that would delete or replace a repository that contains images, before anything changes. One error
 * lists each repository, what it contains, and how to keep or delete it. ECR itself would reject this only halfway
 * through the update, and not at all with `forceDelete`; if that was applied before, this only warns.
 *
 * @param state The stack's current state.
 * @param region The provider's region.
 * @throws InputRefused with every such repository.
 */
export async function refuseLosses(config: EnvironmentConfig, state: StackState, region: string): Promise<void> {
  const found = await Promise.all([
    ...resourcesOf(state, privateRepositoryTypes.repository).map((repository) =>
      privateFaults(config, state, repository, region),
    ),
    ...resourcesOf(state, publicRepositoryTypes.repository).map((repository) =>
      publicFaults(config, state, repository),
    ),
  ]);
  refuseConfig(
    found.flat().map((fault) => ({ ...fault, path: `${pulumi.getProject()}:${fault.path}` })),
    "the update would delete images",
  );
}

async function privateFaults(
  config: EnvironmentConfig,
  state: StackState,
  { name: logicalName, outputs }: StateResource,
  providerRegion: string,
): Promise<Fault[]> {
  const name = String(outputs["name"]);
  const region = String(outputs["region"] ?? providerRegion);
  const registryId = outputs["registryId"] === undefined ? undefined : String(outputs["registryId"]);
  const key = Object.keys(config.privateRepositories).find(
    (each) =>
      registryName(config.privateRepositories[each], each) === name &&
      (repositoryRegion(config, each) ?? providerRegion) === region,
  );
  const described = `the repository ${JSON.stringify(name)} in ${region}`;
  const retained = isRetained(state, "private", logicalName);
  if (key === undefined && retained) return [];
  const left =
    key !== undefined && retained ? unmanagedPolicies(config, state, { kind: "private", key }, logicalName) : [];
  const loss =
    key === undefined
      ? privateLoss(config, state, { name, region, logicalName, described }, providerRegion)
      : await replacement(config, state, key, { described, region, logicalName, outputs });
  if (loss === undefined) return left;
  // Deleting the repository deletes its images; deleting its key makes them unreadable for good.
  const held = await privateRepositoryContents({ repositoryName: name, region, registryId });
  // A retained repository stays in AWS under its name, so a replacement could not be created.
  return [...left, ...lossFaults({ ...loss, always: loss.always || retained }, held, outputs["forceDelete"] === true)];
}

async function publicFaults(
  config: EnvironmentConfig,
  state: StackState,
  { name: logicalName, outputs }: StateResource,
): Promise<Fault[]> {
  const repositoryName = String(outputs["repositoryName"]);
  const key = Object.keys(config.publicRepositories).find(
    (each) => registryName(config.publicRepositories[each], each) === repositoryName,
  );
  const retained = isRetained(state, "public", logicalName);
  if (key !== undefined) return retained ? unmanagedPolicies(config, state, { kind: "public", key }, logicalName) : [];
  if (retained) return [];
  const held = await publicRepositoryContents({ repositoryName, region: String(outputs["region"] ?? "us-east-1") });
  const former = formerEntry(config, state, "public", { name: repositoryName, logicalName });
  const described = `the repository ${JSON.stringify(repositoryName)}`;
  const loss =
    former === undefined
      ? removal("publicRepositories", repositoryName, described, `repositoryName: ${repositoryName}`)
      : changed("publicRepositories", former, described, [
          nameChange(config.publicRepositories[former], repositoryName),
        ]);
  return lossFaults(loss, held, outputs["forceDestroy"] === true);
}

type RepositorySection = "privateRepositories" | "publicRepositories";

/** What the update would delete; whether it contains anything is checked later. */
interface Loss extends Pick<Fault, "path" | "value" | "fix"> {
  what: string;
  /** Whether it is refused even when the repository is empty. @default false */
  always?: boolean;
}

/** The loss of a private repository that no entry describes any more. */
function privateLoss(
  config: EnvironmentConfig,
  state: StackState,
  lost: { name: string; region: string; logicalName: string; described: string },
  providerRegion: string,
): Loss {
  const { name, region, described } = lost;
  const section = "privateRepositories";
  const former = formerEntry(config, state, "private", lost, providerRegion);
  if (former === undefined) {
    const isInherited = (config.defaults.privateRepository?.region ?? providerRegion) === region;
    return removal(section, name, described, `repositoryName: ${name}${isInherited ? "" : `, region: ${region}`}`);
  }
  const own = config.privateRepositories[former];
  const newRegion = repositoryRegion(config, former);
  return changed(section, former, described, [
    ...(registryName(own, former) === name ? [] : [nameChange(own, name)]),
    ...((newRegion ?? providerRegion) === region
      ? []
      : [{ word: "region", setting: "region", value: newRegion, former: `region: ${region}` }]),
  ]);
}

/** @param settings What describes the repository in a new entry. */
function removal(section: RepositorySection, name: string, described: string, settings: string): Loss {
  return {
    path: section,
    value: name,
    what: `no entry describes ${described} any more, so it would be deleted`,
    fix: waysOut(section, `describe it again (under another key: ${settings})`, "remove it"),
  };
}

/** A setting of an entry that made it describe another repository. */
interface Change {
  word: string;
  setting: string;
  value: unknown;
  /** How the setting is written for the former repository. */
  former: string;
}

function nameChange(own: Parameters<typeof registryName>[0] = {}, name: string): Change {
  const { repositoryName, import: adopted } = own;
  const isAdopted = repositoryName === undefined && adopted !== undefined;
  return {
    word: "name",
    setting: isAdopted ? "import" : "repositoryName",
    value: isAdopted ? adopted : repositoryName,
    former: `${isAdopted ? "import" : "repositoryName"}: ${name}`,
  };
}

function changed(section: RepositorySection, key: string, described: string, changes: readonly Change[]): Loss {
  const [first] = changes;
  const words = changes.map(({ word }) => word).join(" and ");
  return {
    path: `${section}.${key}.${first?.setting}`,
    value: first?.value,
    what: `another ${words} means ${first?.setting === "import" ? "another" : "a new, empty"} repository, and ${described} would be deleted`,
    fix: waysOut(section, `write ${changes.map(({ former }) => former).join(" and ")}`, "make this change"),
  };
}

function waysOut(section: RepositorySection, keep: string, then: string): string {
  const force = section === "publicRepositories" ? "forceDestroy" : "forceDelete";
  return (
    `to keep it, ${keep}; ` +
    `to leave it in AWS, apply retainOnDelete: true to it first, then ${then}; ` +
    `to delete it with its images, apply ${force}: true first.`
  );
}

/** A change to the encryption settings, which replaces the repository or deletes its key. */
async function replacement(
  config: EnvironmentConfig,
  state: StackState,
  key: string,
  found: { described: string; region: string; logicalName: string; outputs: StateResource["outputs"] },
): Promise<Loss | undefined> {
  const { described, region, logicalName, outputs } = found;
  const args = privateRepositoryArgs(config, key);
  const [is] = (outputs["encryptionConfigurations"] ?? []) as { encryptionType?: string; kmsKey?: string }[];
  const loss = (setting: "encryption" | "createKey" | "kmsKey", what: string, instead: string): Loss => ({
    path: `privateRepositories.${key}.${setting}`,
    value: args[setting],
    what: `the images of ${described} are encrypted with ${what}`,
    fix: `write ${instead}, or describe a second repository and copy the images there.`,
  });
  const type = is?.encryptionType ?? "AES256";
  if (encryptionTypes[args.encryption ?? "kms"] !== type) {
    const fixed = `${type}, which is fixed when a repository is created, so it would be replaced by an empty one`;
    return loss("encryption", fixed, `encryption: ${encryptionSpelling(type)}`);
  }
  const hasOwnKey = resourcesOf(state, privateRepositoryTypes.key).some(
    ({ name, outputs: made }) => name === logicalName && made["arn"] === is?.kmsKey,
  );
  const otherKey = `${is?.kmsKey ?? "another key"}, and a repository's key is fixed when it is created, so it would be replaced by an empty one`;
  if (hasOwnKey && args.createKey !== true) {
    const gone = `the key that createKey made (${is?.kmsKey}): the key would be deleted, and then nobody could pull or push an image`;
    return { ...loss("createKey", gone, "createKey: true again"), always: true };
  }
  if (args.createKey === true && !hasOwnKey) return loss("createKey", otherKey, "createKey: null");
  const arn = typeof args.kmsKey === "string" ? await knownKmsKeyArn(args.kmsKey, region) : undefined;
  return arn === undefined || arn === is?.kmsKey
    ? undefined
    : loss("kmsKey", otherKey, `kmsKey: ${is?.kmsKey ?? "null"}`);
}

function encryptionSpelling(type: string): string {
  return Object.entries(encryptionTypes).find(([, each]) => each === type)?.[0] ?? type;
}

function lossFaults({ what, always, ...fault }: Loss, held: RepositoryContents, isForced: boolean): Fault[] {
  if (held.count === 0 && !always) return [];
  const images = held.count === 1 ? "1 image" : `${held.count.toLocaleString("en")} images`;
  const { newest } = held;
  const name = newest && (newest.tags.length > 0 ? newest.tags.join(", ") : newest.digest);
  const holds = `it holds ${images}${newest ? `, the newest ${name} of ${newest.pushedAt.slice(0, 10)}` : ""}`;
  if (!isForced || always) return [{ ...fault, rule: `${what}: ${holds}.` }];
  pulumi.log.warn(`${pulumi.getProject()}:${fault.path}: ${what}, which the state's forceDelete allows: ${holds}.`);
  return [];
}
