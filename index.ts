import { ContainerImage, type ImageBuild, PrivateRepository, PublicRepository } from "./components";
import { privateRepositoryArgs } from "./config/environment";
import { loadConfig } from "./config/load";
import { pullPermissions } from "./ecr/pullPermissions";

// Config -> components -> outputs. What differs between environments stands in Pulumi.<env>.yaml.
const config = loadConfig();

const privates = mapValues(
  config.privateRepositories,
  (_, name) => new PrivateRepository(name, privateRepositoryArgs(config, name)),
);

const publics = mapValues(
  config.publicRepositories,
  ({ tags, ...settings }, name) => new PublicRepository(name, { ...settings, tags: { ...config.tags, ...tags } }),
);

/** `private/<key>` or `public/<key>`; loadConfig made sure that it is there. */
function repository(reference: string) {
  const key = reference.slice(reference.indexOf("/") + 1);
  const found = reference.startsWith("private/") ? privates[key] : publics[key];
  if (found === undefined) throw new Error(`no such repository: ${reference}`);
  return found;
}

const builds = mapValues(
  config.images,
  ({ repositories, ...settings }, name) =>
    new ContainerImage(name, { ...settings, repositories: repositories.map(repository) }),
);

/** How the first image that goes to a repository is built, so that its push commands build that very image. */
function buildFor(reference: string): ImageBuild | undefined {
  const name = Object.entries(config.images).find(([, image]) => image.repositories.includes(reference))?.[0];
  return name === undefined ? undefined : builds[name]?.build;
}

function outputsOf(reference: string, each: PrivateRepository | PublicRepository) {
  return {
    url: each.url,
    arn: each.arn,
    name: each.repositoryName,
    registryId: each.registryId,
    pushCommands: each.pushCommands(buildFor(reference)),
  };
}

function mapValues<In, Out>(values: Record<string, In>, map: (value: In, key: string) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value, key)]));
}

// The outputs that other stacks build on; their contract is outputs/schema.ts.
export { outputsVersion } from "./outputs";
export const privateRepositories = mapValues(privates, (each, key) => ({
  ...outputsOf(`private/${key}`, each),
  region: each.region,
  pullPolicy: each.arn.apply((arn) => JSON.stringify(pullPermissions([arn]))),
}));
export const publicRepositories = mapValues(publics, (each, key) => outputsOf(`public/${key}`, each));
export const images = mapValues(builds, ({ reference, references, tag, digest }, key) => {
  const names = config.images[key]?.repositories ?? [];
  return {
    reference,
    references: Object.fromEntries(names.map((name, index) => [name, references[index]])),
    repository: names[0],
    tag,
    digest,
  };
});
