import * as pulumi from "@pulumi/pulumi";
import { refuseInput } from "../components";
import { knownKmsKeyArn } from "../components/kmsKeyArn";
import { type HeldImages, heldPrivateImages, heldPublicImages } from "../components/repositories/heldImages";
import { encryptionTypes } from "../components/repositories/privateRepositorySettings";
import { resourcesOf, type StackState, type StateResource } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { privateRepositoryArgs, registryName, repositoryRegion } from "./arguments";
import type { EnvironmentConfig } from "./schema";

const privateType = "ecr:index:PrivateRepository$aws:ecr/repository:Repository";
const publicType = "ecr:index:PublicRepository$aws:ecrpublic/repository:Repository";

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
    ...resourcesOf(state, privateType).map((repository) => privateFaults(config, state, repository, region)),
    ...resourcesOf(state, publicType).map((repository) => publicFaults(config, state, repository)),
  ]);
  refuseInput(
    "the update would delete images",
    found.flat().map((fault) => ({ ...fault, path: `${pulumi.getProject()}:${fault.path}` })),
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
  const loss =
    key === undefined
      ? removal("privateRepositories", name, place, keys[0])
      : await replacement(config, state, key, { place, region, logicalName, outputs });
  if (loss === undefined || isRetained(state, "ecr:index:PrivateRepository", logicalName)) return [];
  // The images go with a repository that is deleted; with its key they can never be read again.
  const held = await heldPrivateImages({ repositoryName: name, region, registryId });
  return lossOf(loss, held, outputs["forceDelete"] === true);
}

async function publicFaults(
  config: EnvironmentConfig,
  state: StackState,
  { name: logicalName, outputs }: StateResource,
): Promise<Fault[]> {
  const repositoryName = String(outputs["repositoryName"]);
  const isThere = Object.keys(config.publicRepositories).some(
    (each) => registryName(config, `public/${each}`) === repositoryName,
  );
  if (isThere || isRetained(state, "ecr:index:PublicRepository", logicalName)) return [];
  const held = await heldPublicImages({ repositoryName, region: String(outputs["region"] ?? "us-east-1") });
  const loss = removal(
    "publicRepositories",
    repositoryName,
    `the repository ${JSON.stringify(repositoryName)}`,
    undefined,
  );
  return lossOf(loss, held, outputs["forceDestroy"] === true);
}

/** What would go, before it is known whether it holds anything. */
interface Loss extends Pick<Fault, "path" | "value" | "fix"> {
  what: string;
  /** An empty repository would be lost too. @default false */
  always?: boolean;
}

function removal(section: string, name: string, place: string, movedTo: string | undefined): Loss {
  const force = section === "publicRepositories" ? "forceDestroy" : "forceDelete";
  return {
    path: movedTo === undefined ? section : `${section}.${movedTo}.region`,
    value: name,
    what:
      movedTo === undefined
        ? `no entry describes ${place} any more, so it would be deleted`
        : `another region makes a new, empty repository, and ${place} would be deleted`,
    fix:
      `to keep it, describe it again${movedTo === undefined ? ` (under another key: repositoryName: ${name})` : ""}; ` +
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
  // Adoption refuses another encryption by itself.
  if (args.import !== undefined) return undefined;
  const [is] = (outputs["encryptionConfigurations"] ?? []) as { encryptionType?: string; kmsKey?: string }[];
  const ownKey = resourcesOf(state, "ecr:index:PrivateRepository$aws:kms/key:Key").find(
    ({ name, outputs: key }) => name === logicalName && key["arn"] === is?.kmsKey,
  );
  const path = `privateRepositories.${key}`;
  const type = is?.encryptionType ?? "AES256";
  if (encryptionTypes[args.encryption ?? "kms"] !== type) {
    return {
      path: `${path}.encryption`,
      value: args.encryption,
      what: `the images of ${place} are encrypted with ${type}, which is fixed when a repository is created, so it would be replaced by an empty one`,
      fix: `write encryption: ${spellingOf(type)}, or describe a second repository and copy the images there.`,
    };
  }
  if (ownKey !== undefined && args.createKey !== true) {
    return {
      path: `${path}.createKey`,
      value: args.createKey,
      what: `the images of ${place} are encrypted with the key that createKey made (${is?.kmsKey}): the key would be deleted, and then nobody could read or push any`,
      always: true,
      fix: "write createKey: true again, or describe a second repository and copy the images there.",
    };
  }
  if (args.createKey === true && ownKey === undefined) {
    return {
      path: `${path}.createKey`,
      value: true,
      what: `the images of ${place} are encrypted with ${is?.kmsKey ?? "another key"}, and a repository's key is fixed when it is created, so it would be replaced by an empty one`,
      fix: "leave createKey out, or describe a second repository and copy the images there.",
    };
  }
  const arn = typeof args.kmsKey === "string" ? await knownKmsKeyArn(args.kmsKey, region) : undefined;
  if (arn !== undefined && arn !== is?.kmsKey) {
    return {
      path: `${path}.kmsKey`,
      value: args.kmsKey,
      what: `the images of ${place} are encrypted with ${is?.kmsKey ?? "another key"}, and a repository's key is fixed when it is created, so it would be replaced by an empty one`,
      fix: `write kmsKey: ${is?.kmsKey ?? "null"}, or describe a second repository and copy the images there.`,
    };
  }
  return undefined;
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

/** Whether it was told to stay in AWS: its component says so in the state. */
function isRetained(state: StackState, type: string, name: string): boolean {
  return resourcesOf(state, type).some((each) => each.name === name && each.outputs["retainOnDelete"] === true);
}
