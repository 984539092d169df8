import type { ImageTarget } from "../components";
import { privateTagSettings } from "../components/repositories/privateRepositoryArgs";
import { publicTagSettings } from "../components/repositories/publicRepositoryBase";
import type { Fault } from "../ecr/faults";
import { oneOf } from "../ecr/values/nearestWord";
import { isRepositoryKey } from "../outputs/repositoryKey";
import type { UnfinishedStack } from "./section";
import { type PrivateRepositoriesConfig, privateRepositoryArgs } from "./sections/privateRepositories";
import type { PublicRepositoriesConfig } from "./sections/publicRepositories";

// Repositories as other sections refer to them: `private/<key>` and `public/<key>`.

export type RepositoriesConfig = PrivateRepositoriesConfig & PublicRepositoriesConfig;

/**
 * Resolves the references of a `repositories` setting to what is known before the repositories exist. References that
 * do not resolve are reported.
 *
 * @param others Whether the setting also accepts ARNs and names, which are ignored here. @default false
 */
export function findRepositories(
  config: RepositoriesConfig,
  references: readonly string[] = [],
  { others = false } = {},
): { known: ImageTarget[]; faults: Fault[] } {
  const targets = new Map([
    ...Object.keys(config.privateRepositories).map((key): [string, ImageTarget] => [
      `private/${key}`,
      { kind: "private", logicalName: key, tagSettings: privateTagSettings(privateRepositoryArgs(config, key)) },
    ]),
    ...Object.keys(config.publicRepositories).map((key): [string, ImageTarget] => [
      `public/${key}`,
      { kind: "public", logicalName: key, tagSettings: publicTagSettings },
    ]),
  ]);
  const choices = [...targets.keys()];
  const known = references.flatMap((reference) => targets.get(reference) ?? []);
  const faults = references.flatMap((reference, index): Fault[] => {
    if (targets.has(reference) || (others && !isRepositoryKey(reference))) return [];
    return [
      {
        path: `repositories[${index}]`,
        value: reference,
        rule: isRepositoryKey(reference)
          ? "no such repository in this config."
          : "must be private/<key> or public/<key> of this config.",
        fix: choices.length > 0 ? oneOf(reference, choices) : "describe the repository first.",
      },
    ];
  });
  return { known, faults };
}

/** Drops the fault about missing repositories if the references were only misspelled, which is already reported. */
export function withoutMisspeltFaults(misspelt: readonly Fault[], faults: readonly Fault[]): readonly Fault[] {
  return misspelt.length > 0 ? faults.filter(({ path }) => path !== "repositories") : faults;
}

/** The component created for a reference. Validation has already made sure that it exists. */
export function createdRepository({ repositories }: UnfinishedStack, reference: string) {
  const made = isRepositoryKey(reference) ? repositories.get(reference) : undefined;
  if (made === undefined) throw new Error(`no such repository: ${reference}`);
  return made;
}
