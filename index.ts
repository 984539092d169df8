import {
  ContainerImage,
  MirroredImage,
  PrivateRepository,
  PublicRepository,
  PushRole,
  pullPolicy,
  Registry,
  RegistryEvents,
} from "./components";
import * as args from "./config/arguments";
import { loadEnvironment } from "./config/environment";
import { named } from "./config/logicalNames";
import { mapValues } from "./config/mapValues";
import { promotedImages } from "./config/promotion";
import { outputsVersion } from "./outputs";
import { costOutputs } from "./outputs/costOutputs";
import { imageOutputs } from "./outputs/imageOutputs";
import { repositoryOutputs } from "./outputs/repositoryOutputs";
import { madeEntries, withoutSkipped } from "./outputs/withoutSkipped";

// Config -> components -> outputs. What differs between environments stands in Pulumi.<env>.yaml.
export = async () => {
  const { config, names } = await loadEnvironment();

  mapValues(config.registries, (_, key) => new Registry(...named(names.registry(key), args.registryArgs(config, key))));
  const privates = mapValues(
    config.privateRepositories,
    (_, key) => new PrivateRepository(...named(names.privateRepository(key), args.privateRepositoryArgs(config, key))),
  );
  const publics = mapValues(
    config.publicRepositories,
    (_, key) => new PublicRepository(...named(names.publicRepository(key), args.publicRepositoryArgs(config, key))),
  );

  const repository = (reference: string) => args.referredTo(reference, privates, publics);

  const built = mapValues(config.images, ({ repositories, ...settings }, key) => {
    return new ContainerImage(key, { ...settings, repositories: repositories.map(repository) });
  });
  const mirrored = mapValues(config.mirroredImages, ({ repositories }, key) => {
    return new MirroredImage(key, args.mirroredImageArgs(config, key, repositories.map(repository)));
  });
  const roles = mapValues(
    config.pushRoles,
    (_, key) => new PushRole(...named(names.pushRole(key), args.pushRoleArgs(config, key, repository))),
  );
  const events = mapValues(
    config.registryEvents,
    (_, key) => new RegistryEvents(...named(names.registryEvents(key), args.registryEventsArgs(config, key))),
  );

  /** How the first image that goes to a repository is built, so that its push commands build that very image. */
  const buildFor = (reference: string) => built[args.firstImageIn(config, reference) ?? ""]?.build;

  // The outputs that other stacks build on; their contract is outputs/schema.ts.
  const targets = { ...config.images, ...config.mirroredImages };
  return {
    outputsVersion,
    privateRepositories: madeEntries(privates, (each, key) => ({
      ...repositoryOutputs(each, buildFor(`private/${key}`)),
      region: each.region,
      pullPolicy: pullPolicy([each]),
    })),
    publicRepositories: madeEntries(publics, (each, key) => repositoryOutputs(each, buildFor(`public/${key}`))),
    images: config.promotion
      ? withoutSkipped(promotedImages(config.promotion, repository))
      : madeEntries({ ...built, ...mirrored }, (image, key) => imageOutputs(image, targets[key]?.repositories ?? [])),
    pushRoles: madeEntries(roles, ({ roleArn }) => ({ roleArn })),
    registryEvents: madeEntries(events, (each) => ({
      topicArn: each.topic && each.topicArn,
      ruleArns: each.ruleArns,
    })),
    costs: config.costs && costOutputs(config.costs, args.lifecyclePolicies(config)),
  };
};
