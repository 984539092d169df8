import {
  containerImageFaults,
  type ImageTarget,
  mirroredImageFaults,
  privateRepositoryFaults,
  publicRepositoryFaults,
  pushRoleFaults,
  registryEventsFaults,
  registryFaults,
} from "../components";
import { costSettingsFaults } from "../ecr/costs";
import type { Fault } from "../ecr/faults";
import { oneOf } from "../ecr/nearestWord";
import { partitionOf } from "../ecr/regions";
import {
  imageTargets,
  isReference,
  mirroredImageArgs,
  privateRepositoryArgs,
  publicRepositoryArgs,
  registryArgs,
  registryEventsArgs,
} from "./arguments";
import { conflictFaults } from "./conflicts";
import type { EnvironmentConfig } from "./schema";

/**
 * What the components would refuse, for all of them at once and with paths into the config. Components check themselves
 * too, but by the time that the last one speaks the first ones are registered.
 *
 * @param region The provider's, where it is known.
 */
export function environmentFaults(config: EnvironmentConfig, region?: string): Fault[] {
  const targets = imageTargets(config);
  const each = (section: Section, faultsOf: (key: string) => Fault[]) =>
    Object.keys(config[section]).flatMap((key) =>
      faultsOf(key).map((fault) => ({ ...fault, path: `${section}.${key}.${fault.path}` })),
    );
  return [
    ...each("privateRepositories", (key) =>
      fromDefaults(
        "privateRepository",
        config.defaults.privateRepository,
        config.privateRepositories[key],
        privateRepositoryFaults(key, privateRepositoryArgs(config, key)),
      ),
    ),
    ...each("publicRepositories", (key) =>
      fromDefaults(
        "publicRepository",
        config.defaults.publicRepository,
        config.publicRepositories[key],
        publicRepositoryFaults(key, publicRepositoryArgs(config, key)),
      ),
    ),
    ...each("images", (key) => {
      const { repositories = [], ...settings } = config.images[key] ?? {};
      const { known, faults } = find(targets, repositories);
      return [
        ...faults,
        ...unlessMisspelt(faults, containerImageFaults({ context: "", ...settings, repositories: known })),
      ];
    }),
    ...each("mirroredImages", (key) => {
      const { known, faults } = find(targets, config.mirroredImages[key]?.repositories ?? []);
      return [...faults, ...unlessMisspelt(faults, mirroredImageFaults(mirroredImageArgs(config, key, known)))];
    }),
    ...each("registries", (key) => registryFaults(key, registryArgs(config, key))),
    ...each("pushRoles", (key) => {
      const { repositories = [], tags, ...settings } = config.pushRoles[key] ?? {};
      const arns = repositories.filter((reference) => !isReference(reference));
      const { known, faults } = find(targets, repositories.filter(isReference));
      return [
        ...faults,
        ...pushRoleFaults(
          key,
          { ...settings, repositories: [...arns, ...known.map((each) => anyArn(each, region))] },
          region,
        ),
      ];
    }),
    ...each("registryEvents", (key) => {
      const { faults } = find(targets, config.registryEvents[key]?.repositories?.filter(isReference) ?? []);
      return [...faults, ...registryEventsFaults(key, registryEventsArgs(config, key))];
    }),
    ...costFaults(config),
    ...promotionFaults(config, targets),
    ...sameImageFaults(config),
    ...conflictFaults(config, region),
  ];
}

/** Faults of a setting that the entry does not have itself: its place is the default, which the entry can take back. */
function fromDefaults(
  kind: string,
  defaults: Readonly<Record<string, unknown>> = {},
  own: Readonly<Record<string, unknown>> = {},
  faults: readonly Fault[],
): Fault[] {
  return faults.map((fault) => {
    const [setting = ""] = fault.path.split(/[.[]/, 1);
    if (Object.hasOwn(own, setting) || !Object.hasOwn(defaults, setting)) return fault;
    return {
      ...fault,
      fix: `it comes from defaults.${kind}: write ${setting}: null here to do without it, or ${fault.fix}`,
    };
  });
}

/** What is no cost settings, and pushes to a repository that is not there: they would be left out without a word. */
function costFaults({ costs, privateRepositories }: EnvironmentConfig): Fault[] {
  if (costs === undefined) return [];
  const keys = Object.keys(privateRepositories);
  const strays = Object.entries(costs.pushes ?? {}).filter(([key]) => !keys.includes(key));
  return [
    ...costSettingsFaults(costs, "costs"),
    ...strays.map(([key, value]) => ({
      path: `costs.pushes.${key}`,
      value,
      rule: "no such private repository in this config.",
      fix: keys.length > 0 ? oneOf(key, keys) : "describe the repository first.",
    })),
  ];
}

/** The sections that describe something by key. */
type Section =
  | "privateRepositories"
  | "publicRepositories"
  | "images"
  | "mirroredImages"
  | "registries"
  | "pushRoles"
  | "registryEvents";

/** An ARN of the right kind in place of one that is known later. */
function anyArn({ kind }: ImageTarget, region = "us-east-1"): string {
  const partition = partitionOf(region);
  return kind === "private"
    ? `arn:${partition}:ecr:${region}:123456789012:repository/known-later`
    : `arn:${partition}:ecr-public::123456789012:repository/known-later`;
}

/** That there is no repository is said already when all that were named are misspelt. */
function unlessMisspelt(misspelt: readonly Fault[], faults: readonly Fault[]): readonly Fault[] {
  return misspelt.length > 0 ? faults.filter(({ path }) => path !== "repositories") : faults;
}

/** What `private/<key>` and `public/<key>` stand for, and the references that stand for nothing. */
function find(targets: Record<string, ImageTarget>, references: readonly string[]) {
  const choices = Object.keys(targets);
  const known: ImageTarget[] = [];
  const faults: Fault[] = [];
  references.forEach((reference, index) => {
    const target = Object.hasOwn(targets, reference) ? targets[reference] : undefined;
    if (target !== undefined) known.push(target);
    else {
      faults.push({
        path: `repositories[${index}]`,
        value: reference,
        rule: isReference(reference)
          ? "no such repository in this config."
          : "must be private/<key> or public/<key> of this config.",
        fix: choices.length > 0 ? oneOf(reference, choices) : "describe the repository first.",
      });
    }
  });
  return { known, faults };
}

/** An environment that takes its images from another one takes none from elsewhere. */
function promotionFaults(config: EnvironmentConfig, targets: Record<string, ImageTarget>): Fault[] {
  const { promotion } = config;
  if (promotion === undefined) return [];
  const foreign = (["images", "mirroredImages"] as const).flatMap((section) =>
    Object.keys(config[section]).map((key) => ({
      path: `${section}.${key}`,
      value: config[section][key],
      rule: `this environment takes its images from ${JSON.stringify(promotion.from)} only.`,
      fix: `make the image there and name it in promotion.images, or leave promotion out.`,
    })),
  );
  const copies = Object.entries(promotion.images).flatMap(([key, { repositories = [], digest, tag, tags }]) => {
    const { known, faults } = find(targets, repositories);
    const ofCopies = Object.entries({ digest, tag, tags }).filter(
      ([, value]) => value !== undefined && value.length > 0,
    );
    const settings =
      repositories.length > 0
        ? mirroredImageFaults({ source: "known.later/image:1", tag, tags, repositories: known })
        : ofCopies.map(([path, value]) => ({
            path,
            value,
            rule: "this is for a copy, and this image is not copied.",
            fix: "name the repositories of the copy, or leave it out.",
          }));
    return [...faults, ...settings].map((fault) => ({ ...fault, path: `promotion.images.${key}.${fault.path}` }));
  });
  return [...foreign, ...copies];
}

/** The outputs name images by their keys, wherever they come from. */
function sameImageFaults(config: EnvironmentConfig): Fault[] {
  return Object.keys(config.mirroredImages)
    .filter((key) => Object.hasOwn(config.images, key))
    .map((key) => ({
      path: `mirroredImages.${key}`,
      value: key,
      rule: "an image of this key is built already.",
      fix: "give one of them another key.",
    }));
}
