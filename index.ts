import {
  ContainerImage,
  type ImageBuild,
  MirroredImage,
  PrivateRepository,
  PublicRepository,
  PushRole,
  pullPolicy,
  Registry,
  RegistryEvents,
} from "./components";
import * as args from "./config/arguments";
import { loadConfig } from "./config/load";
import { mapValues } from "./config/mapValues";
import { promotedImages } from "./config/promotion";
import { costOutputs } from "./outputs/costOutputs";
import { imageOutputs } from "./outputs/imageOutputs";
import { repositoryOutputs } from "./outputs/repositoryOutputs";
import { madeEntries, withoutSkipped } from "./outputs/withoutSkipped";

// Config -> components -> outputs. What differs between environments stands in Pulumi.<env>.yaml.
const config = loadConfig();

mapValues(config.registries, (_, key) => new Registry(key, args.registryArgs(config, key)));
const privates = mapValues(
  config.privateRepositories,
  (_, key) => new PrivateRepository(key, args.privateRepositoryArgs(config, key)),
);
const publics = mapValues(
  config.publicRepositories,
  (_, key) => new PublicRepository(key, args.publicRepositoryArgs(config, key)),
);

/** `private/<key>` or `public/<key>`; loadConfig made sure that it is there. */
function repository(reference: string): PrivateRepository | PublicRepository {
  const key = reference.slice(reference.indexOf("/") + 1);
  const found = reference.startsWith("private/") ? privates[key] : publics[key];
  if (found === undefined) throw new Error(`no such repository: ${reference}`);
  return found;
}

const built = mapValues(config.images, ({ repositories, ...settings }, key) => {
  return new ContainerImage(key, { ...settings, repositories: repositories.map(repository) });
});
const mirrored = mapValues(config.mirroredImages, ({ repositories }, key) => {
  return new MirroredImage(key, args.mirroredImageArgs(config, key, repositories.map(repository)));
});
const roles = mapValues(config.pushRoles, ({ repositories, ...settings }, key) => {
  const named = repositories.map((each) => (args.isReference(each) ? repository(each) : each));
  return new PushRole(key, { ...settings, tags: args.allTags(config, settings.tags), repositories: named });
});
const events = mapValues(
  config.registryEvents,
  (_, key) => new RegistryEvents(key, args.registryEventsArgs(config, key)),
);

/** How the first image that goes to a repository is built, so that its push commands build that very image. */
function buildFor(reference: string): ImageBuild | undefined {
  const key = Object.keys(built).find((name) => config.images[name]?.repositories.includes(reference));
  return key === undefined ? undefined : built[key]?.build;
}

// The outputs that other stacks build on; their contract is outputs/schema.ts.
export { outputsVersion } from "./outputs";
export const privateRepositories = madeEntries(privates, (each, key) => ({
  ...repositoryOutputs(each, buildFor(`private/${key}`)),
  region: each.region,
  pullPolicy: pullPolicy([each]),
}));
export const publicRepositories = madeEntries(publics, (each, key) =>
  repositoryOutputs(each, buildFor(`public/${key}`)),
);
const targets = { ...config.images, ...config.mirroredImages };
export const images = config.promotion
  ? withoutSkipped(promotedImages(config.promotion, repository))
  : madeEntries({ ...built, ...mirrored }, (image, key) => imageOutputs(image, targets[key]?.repositories ?? []));
export const pushRoles = madeEntries(roles, ({ roleArn }) => ({ roleArn }));
export const registryEvents = madeEntries(events, (each) => ({
  topicArn: each.topic && each.topicArn,
  ruleArns: each.ruleArns,
}));
export const costs = config.costs && costOutputs(config.costs, args.lifecyclePolicies(config));
