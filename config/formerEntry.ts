import { resourcesOf, type StackState } from "../components/stackState";
import type { RepositoryKind } from "../outputs/repositoryKey";
import { registryName } from "./repositorySettings";
import type { EnvironmentConfig } from "./sections";
import { privateRepositoryTypes, repositoryRegion } from "./sections/privateRepositories";
import { publicRepositoryTypes } from "./sections/publicRepositories";

/** A repository that no entry describes any more. Public ones have no region. */
interface LostRepository {
  name: string;
  region?: string;
  logicalName: string;
}

/**
 * The key of the entry that described a lost repository and now describes another one. An entry that describes a
 * repository of the state is not it, whatever its name. The state's own outputs tell for sure, because they have each
 * repository by its entry's key; without them, as after a first update that failed, it is the entry with the same key or
 * name.
 *
 * @returns Undefined if the entry was removed, or cannot be told from others.
 */
export function formerEntry(
  config: EnvironmentConfig,
  state: StackState,
  kind: RepositoryKind,
  { name, region, logicalName }: LostRepository,
  providerRegion?: string,
): string | undefined {
  const isPrivate = kind === "private";
  const entries = isPrivate ? config.privateRepositories : config.publicRepositories;
  const placeOf = (key: string) =>
    placeText(
      registryName(entries[key], key),
      isPrivate ? (repositoryRegion(config, key) ?? providerRegion) : undefined,
    );
  const inState = resourcesOf(state, (isPrivate ? privateRepositoryTypes : publicRepositoryTypes).repository).map(
    ({ outputs }) =>
      isPrivate
        ? { name: String(outputs["name"]), region: String(outputs["region"] ?? providerRegion) }
        : { name: String(outputs["repositoryName"]), region: undefined },
  );
  const placesInState = new Set(inState.map((each) => placeText(each.name, each.region)));
  const moved = Object.keys(entries).filter((key) => !placesInState.has(placeOf(key)));
  const known = Object.entries(outputsOf(state, `${kind}Repositories`)).find(
    ([, each]) => each.name === name && (!isPrivate || each.region === region),
  );
  if (known !== undefined) return moved.find((key) => key === known[0]);
  const places = new Set(Object.keys(entries).map(placeOf));
  const lostOfName = inState.filter((each) => each.name === name && !places.has(placeText(each.name, each.region)));
  const sameName = moved.filter((key) => registryName(entries[key], key) === name);
  return (
    (lostOfName.length === 1 ? sameName[0] : undefined) ?? moved.find((key) => key === logicalName || key === name)
  );
}

function placeText(name: string, region: string | undefined): string {
  return `${region} ${name}`;
}

/** The repositories in the stack's outputs, by key. */
function outputsOf(state: StackState, section: string): Record<string, { name?: unknown; region?: unknown }> {
  const [stack] = resourcesOf(state, "pulumi:pulumi:Stack");
  const found = stack?.outputs[section];
  return typeof found === "object" && found !== null
    ? Object.fromEntries(Object.entries(found).filter(([, each]) => typeof each === "object" && each !== null))
    : {};
}
