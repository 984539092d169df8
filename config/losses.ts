import * as pulumi from "@pulumi/pulumi";
import { knownKmsKeyArn } from "../components/kmsKeyArn";
import { type HeldImages, heldPrivateImages, heldPublicImages } from "../components/repositories/heldImages";
import { encryptionTypes } from "../components/repositories/privateRepositorySettings";
import { resourcesOf, type StackState, type StateResource } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { privateRepositoryArgs, registryName, repositoryRegion } from "./arguments";
import { refuseConfig } from "./refuseConfig";
import { isRetained, leftPolicies } from "./retained";
import type { EnvironmentConfig } from "./schema";
import { stateTypes } from "./stateTypes";

/**
 * Refuses an update that would delete or replace a repository with images in it, before anything is done: one error names
 * each of them, with what it holds and how to keep it or let it go. ECR itself refuses only when the update gets there,
 * and not at all with `forceDelete`; where that was applied before, a warning says what goes.
 *
 * @param state What the stack has.
 * @param region The provider's.
 * @throws InputRefused with every such repository.
 */
export async function refuseLosses(config: EnvironmentConfig, state: StackState, region: string): Promise<void> {
  const found = await Promise.all([
    ...resourcesOf(state, stateTypes.privateRepository.repository).map((repository) =>
      privateFaults(config, state, repository, region),
    ),
    ...resourcesOf(state, stateTypes.publicRepository.repository).map((repository) =>
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
  const keys = Object.keys(config.privateRepositories).filter(
    (each) => registryName(config, `private/${each}`) === name,
  );
  const key = keys.find((each) => (repositoryRegion(config, each) ?? providerRegion) === region);
  const place = `the repository ${JSON.stringify(name)} in ${region}`;
  const retained = isRetained(state, "private", logicalName);
  if (key === undefined && retained) return [];
  const left = key !== undefined && retained ? leftPolicies(config, state, `private/${key}`, logicalName) : [];
  const loss =
    key === undefined
      ? removal("privateRepositories", name, place, region, keys[0])
      : await replacement(config, state, key, { place, region, logicalName, outputs });
  if (loss === undefined) return left;
  // The images go with a repository that is deleted; with its key they can never be read again.
  const held = await heldPrivateImages({ repositoryName: name, region, registryId });
  // AWS has it under that very name as long as it is retained.
  return [...left, ...lossOf({ ...loss, always: loss.always || retained }, held, outputs["forceDelete"] === true)];
}

async function publicFaults(
  config: EnvironmentConfig,
  state: StackState,
  { name: logicalName, outputs }: StateResource,
): Promise<Fault[]> {
  const repositoryName = String(outputs["repositoryName"]);
  const key = Object.keys(config.publicRepositories).find(
    (each) => registryName(config, `public/${each}`) === repositoryName,
  );
  const retained = isRetained(state, "public", logicalName);
  if (key !== undefined) return retained ? leftPolicies(config, state, `public/${key}`, logicalName) : [];
  if (retained) return [];
  const held = await heldPublicImages({ repositoryName, region: String(outputs["region"] ?? "us-east-1") });
  const loss = removal("publicRepositories", repositoryName, `the repository ${JSON.stringify(repositoryName)}`);
  return lossOf(loss, held, outputs["forceDestroy"] === true);
}

/** What would go, before it is known whether it holds anything. */
interface Loss extends Pick<Fault, "path" | "value" | "fix"> {
  what: string;
  /** An empty repository would be lost too. @default false */
  always?: boolean;
}

/** @param movedTo The key that describes it in another region now. */
function removal(section: string, name: string, place: string, region?: string, movedTo?: string): Loss {
  const force = section === "publicRepositories" ? "forceDestroy" : "forceDelete";
  const keep =
    movedTo === undefined
      ? `describe it again (under another key: repositoryName: ${name})`
      : `write region: ${region}`;
  return {
    path: movedTo === undefined ? section : `${section}.${movedTo}.region`,
    value: name,
    what:
      movedTo === undefined
        ? `no entry describes ${place} any more, so it would be deleted`
        : `another region makes a new, empty repository, and ${place} would be deleted`,
    fix:
      `to keep it, ${keep}; ` +
      "to leave it in AWS, apply retainOnDelete: true to it first, then remove it; " +
      `to delete it with its images, apply ${force}: true first.`,
  };
}

/** What cannot be changed of a repository that stays: another encryption makes another repository. */
async function replacement(
  config: EnvironmentConfig,
  state: StackState,
  key: string,
  found: { place: string; region: string; logicalName: string; outputs: StateResource["outputs"] },
): Promise<Loss | undefined> {
  const { place, region, logicalName, outputs } = found;
  const args = privateRepositoryArgs(config, key);
  const [is] = (outputs["encryptionConfigurations"] ?? []) as { encryptionType?: string; kmsKey?: string }[];
  const loss = (setting: "encryption" | "createKey" | "kmsKey", what: string, instead: string): Loss => ({
    path: `privateRepositories.${key}.${setting}`,
    value: args[setting],
    what: `the images of ${place} are encrypted with ${what}`,
    fix: `write ${instead}, or describe a second repository and copy the images there.`,
  });
  const type = is?.encryptionType ?? "AES256";
  if (encryptionTypes[args.encryption ?? "kms"] !== type) {
    const fixed = `${type}, which is fixed when a repository is created, so it would be replaced by an empty one`;
    return loss("encryption", fixed, `encryption: ${spellingOf(type)}`);
  }
  const hasOwnKey = resourcesOf(state, stateTypes.privateRepository.key).some(
    ({ name, outputs: made }) => name === logicalName && made["arn"] === is?.kmsKey,
  );
  const otherKey = `${is?.kmsKey ?? "another key"}, and a repository's key is fixed when it is created, so it would be replaced by an empty one`;
  if (hasOwnKey && args.createKey !== true) {
    const gone = `the key that createKey made (${is?.kmsKey}): the key would be deleted, and then nobody could read or push any`;
    return { ...loss("createKey", gone, "createKey: true again"), always: true };
  }
  if (args.createKey === true && !hasOwnKey) return loss("createKey", otherKey, "createKey: null");
  const arn = typeof args.kmsKey === "string" ? await knownKmsKeyArn(args.kmsKey, region) : undefined;
  return arn === undefined || arn === is?.kmsKey
    ? undefined
    : loss("kmsKey", otherKey, `kmsKey: ${is?.kmsKey ?? "null"}`);
}

function spellingOf(type: string): string {
  return Object.entries(encryptionTypes).find(([, each]) => each === type)?.[0] ?? type;
}

function lossOf({ what, always, ...fault }: Loss, held: HeldImages, isForced: boolean): Fault[] {
  if (held.count === 0 && !always) return [];
  const images = held.count === 1 ? "1 image" : `${held.count.toLocaleString("en")} images`;
  const { newest } = held;
  const name = newest && (newest.tags.length > 0 ? newest.tags.join(", ") : newest.digest);
  const holds = `it holds ${images}${newest ? `, the newest ${name} of ${newest.pushedAt.slice(0, 10)}` : ""}`;
  if (!isForced || always) return [{ ...fault, rule: `${what}: ${holds}.` }];
  pulumi.log.warn(`${pulumi.getProject()}:${fault.path}: ${what}, as the state's forceDelete allows: ${holds}.`);
  return [];
}
