import {
  containerImageFaults,
  type ImageTarget,
  type PrivateRepositoryArgs,
  privateRepositoryFaults,
  privateTagSettings,
  publicRepositoryFaults,
  publicTagSettings,
} from "../components";
import type { Fault } from "../ecr/faults";
import type { EnvironmentConfig } from "./schema";

/** The arguments of one private repository, as its component takes them. */
export function privateRepositoryArgs(config: EnvironmentConfig, key: string): PrivateRepositoryArgs {
  const { lifecyclePolicy, tags, ...settings } = config.privateRepositories[key] ?? {};
  return {
    ...settings,
    // The schema leaves it open: privateRepositoryFaults checks it key by key.
    lifecyclePolicy: lifecyclePolicy as PrivateRepositoryArgs["lifecyclePolicy"],
    tags: { ...config.tags, ...tags },
  };
}

/**
 * What the components would refuse, for all of them at once and with paths into the config. Components check themselves
 * too, but by the time that the last one speaks the first ones are registered.
 */
export function environmentFaults(config: EnvironmentConfig): Fault[] {
  const under = (path: string, faults: Fault[]) => faults.map((fault) => ({ ...fault, path: `${path}.${fault.path}` }));
  return [
    ...Object.keys(config.privateRepositories).flatMap((key) =>
      under(`privateRepositories.${key}`, privateRepositoryFaults(key, privateRepositoryArgs(config, key))),
    ),
    ...Object.entries(config.publicRepositories).flatMap(([key, args]) =>
      under(`publicRepositories.${key}`, publicRepositoryFaults(key, args)),
    ),
    ...Object.entries(config.images).flatMap(([key, { repositories, ...args }]) => {
      const { targets, unknown } = imageTargets(config, repositories);
      return under(`images.${key}`, [...unknown, ...containerImageFaults({ ...args, repositories: targets })]);
    }),
  ];
}

/** What `private/<key>` and `public/<key>` stand for, and the references that stand for nothing. */
function imageTargets(config: EnvironmentConfig, references: readonly string[]) {
  const known: Record<string, ImageTarget> = {};
  for (const [logicalName, args] of Object.entries(config.privateRepositories)) {
    known[`private/${logicalName}`] = { kind: "private", logicalName, tagSettings: privateTagSettings(args) };
  }
  for (const logicalName of Object.keys(config.publicRepositories)) {
    known[`public/${logicalName}`] = { kind: "public", logicalName, tagSettings: publicTagSettings };
  }
  const isKnown = (reference: string) => Object.hasOwn(known, reference);
  const choices = Object.keys(known);
  return {
    targets: references.flatMap((reference) => (isKnown(reference) ? [known[reference] as ImageTarget] : [])),
    unknown: references.flatMap((reference, index): Fault[] =>
      isKnown(reference)
        ? []
        : [
            {
              path: `repositories[${index}]`,
              value: reference,
              rule: "no such repository in this config.",
              fix: choices.length > 0 ? `write one of ${choices.join(", ")}.` : "describe the repository first.",
            },
          ],
    ),
  };
}
