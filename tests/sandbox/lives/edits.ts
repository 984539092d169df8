import fc from "fast-check";
import {
  type Config,
  canMove,
  entriesOf,
  homeRegion,
  type Place,
  type PrivateEntry,
  type PublicEntry,
  type Region,
  type RegistryEntry,
  type RoleEntry,
  regions,
  type World,
} from "./model";

/** A change to the stack's file. `pick` wraps around what exists, so that an edit applies in every life. */
export type ConfigEdit =
  | { do: "add"; key: string; entry: PrivateEntry }
  | { do: "addPublic"; key: string; entry: PublicEntry }
  | { do: "remove"; pick: number }
  | { do: "renameKey"; pick: number; key: string }
  | { do: "renameRepository"; pick: number; name: string }
  | { do: "moveRegion"; pick: number }
  | { do: "set"; pick: number; settings: Partial<PrivateEntry> }
  | { do: "setPublic"; pick: number; settings: Partial<PublicEntry> }
  | { do: "unset"; pick: number; setting: number }
  | { do: "setRegistry"; key: string; entry: RegistryEntry }
  | { do: "renameRegistry"; pick: number; key: string }
  | { do: "removeRegistry"; pick: number }
  | { do: "setImage"; content: number; latest: boolean; picks: number[] }
  | { do: "removeImage" }
  | { do: "setRole"; key: string; entry: RoleEntry }
  | { do: "renameRole"; pick: number; key: string }
  | { do: "removeRole"; pick: number }
  | { do: "takeBack" };

/** A change made directly in AWS, without the program. */
export type HandEdit =
  | { do: "push"; pick: number }
  | { do: "moveTag"; pick: number }
  | { do: "deleteImage"; pick: number }
  | { do: "deleteLifecyclePolicy"; pick: number }
  | { do: "deleteRepositoryPolicy"; pick: number }
  | { do: "deleteRepository"; pick: number };

export type Edit =
  | ConfigEdit
  | HandEdit
  | { do: "adopt"; key: string; name: string; region: Region }
  | { do: "killed"; edit: ConfigEdit; operation: string; after: number }
  | { do: "targeted"; first: ConfigEdit; other: ConfigEdit }
  | { do: "refresh" }
  | { do: "promote" }
  | { do: "secondStack"; name: string; registry: boolean };

/** Few, so that edits collide. */
const names = ["alpha", "beta", "team/alpha", "gamma"];
const keys = ["alpha", "beta", "gamma", "delta"];

const pick = fc.nat({ max: 11 });
const key = fc.constantFrom(...keys);
const name = fc.constantFrom(...names);
const region = fc.constantFrom(...regions);
const anyone: string[] = ["210987654321"];
const organization: string[] = ["o-a1b2c3d4e5"];

const settings: fc.Arbitrary<Partial<PrivateEntry>> = fc.oneof(
  fc.record({ encryption: fc.constantFrom("aes256" as const, "kms" as const) }),
  fc.record({ imageTagMutability: fc.constantFrom("MUTABLE" as const, "IMMUTABLE" as const) }),
  fc.record({ exclusionFilters: fc.constant<string[]>(["latest"]) }),
  fc.record({ scanOnPush: fc.boolean() }),
  fc.record({ lifecyclePolicy: fc.constantFrom(false as const, "service" as const, "release" as const) }),
  fc.record({ access: fc.record({ pullFrom: fc.constantFrom(anyone, organization) }) }),
  fc.record({ tags: fc.constantFrom<Record<string, string>[]>({ team: "a" }, { team: "b", stage: "x" }) }),
  fc.record({ forceDelete: fc.boolean() }),
  fc.record({ retainOnDelete: fc.boolean() }),
  fc.record({ protect: fc.boolean() }),
);

const publicSettings: fc.Arbitrary<Partial<PublicEntry>> = fc.oneof(
  fc.record({ catalogData: fc.constantFrom({ description: "Pets" }, { description: "More pets" }) }),
  fc.constant({ access: { pushFrom: anyone } }),
  fc.constant({ tags: { team: "a" } }),
  fc.record({ forceDestroy: fc.boolean() }),
  fc.record({ retainOnDelete: fc.boolean() }),
  fc.record({ protect: fc.boolean() }),
);

const registry: fc.Arbitrary<RegistryEntry> = fc.record(
  {
    region,
    // To a region that no test reads, for repositories that no life has.
    replication: fc.constant([{ regions: ["us-east-1"], repositories: ["prod/"] }]),
    scanning: fc.constant({ type: "basic" as const, scanOnPush: ["prod/*"] }),
    replicateFrom: fc.constant(anyone),
  },
  { requiredKeys: [] },
);

const role: fc.Arbitrary<RoleEntry> = fc.record({
  roleName: fc.constantFrom("push-alpha", "push-beta", "push-gamma"),
  createProvider: fc.boolean(),
});

const newEntry: fc.Arbitrary<PrivateEntry> = fc
  .tuple(fc.record({ repositoryName: name, region }, { requiredKeys: [] }), fc.array(settings, { maxLength: 2 }))
  .map(([place, several]) => several.reduce(withSettings, { encryption: "aes256", ...place }));

/** `imageTagMutability` and `exclusionFilters` exclude each other. */
function withSettings(entry: PrivateEntry, settings: Partial<PrivateEntry>): PrivateEntry {
  const { imageTagMutability, exclusionFilters, ...rest } = { ...entry, ...settings };
  return "exclusionFilters" in settings
    ? { ...rest, exclusionFilters }
    : { ...rest, ...(imageTagMutability ? { imageTagMutability } : exclusionFilters && { exclusionFilters }) };
}

const configEdit: fc.Arbitrary<ConfigEdit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), key, entry: newEntry }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("addPublic" as const), key, entry: publicSettings }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("renameKey" as const), pick, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("renameRepository" as const), pick, name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("moveRegion" as const), pick }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("set" as const), pick, settings }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("setPublic" as const), pick, settings: publicSettings }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("unset" as const), pick, setting: pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("setRegistry" as const), key, entry: registry }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("renameRegistry" as const), pick, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeRegistry" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("setImage" as const),
      content: fc.nat({ max: 2 }),
      latest: fc.boolean(),
      picks: fc.array(pick, { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "removeImage" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("setRole" as const), key, entry: role }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("renameRole" as const), pick, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("removeRole" as const), pick }) },
  { weight: 3, arbitrary: fc.constant({ do: "takeBack" as const }) },
);

const handEdit: fc.Arbitrary<HandEdit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("push" as const), pick }) },
  ...(["moveTag", "deleteImage", "deleteLifecyclePolicy", "deleteRepositoryPolicy", "deleteRepository"] as const).map(
    (what) => ({ weight: 1, arbitrary: fc.record({ do: fc.constant(what), pick }) }),
  ),
);

const operation = fc.constantFrom(
  ...[
    "CreateRepository",
    "DeleteRepository",
    "PutLifecyclePolicy",
    "SetRepositoryPolicy",
    "TagResource",
    "PUT manifest",
  ],
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 20, arbitrary: configEdit },
  { weight: 8, arbitrary: handEdit },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("adopt" as const), key, name, region }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("killed" as const),
      edit: configEdit,
      operation,
      after: fc.nat({ max: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("targeted" as const), first: configEdit, other: configEdit }) },
  { weight: 1, arbitrary: fc.constant({ do: "refresh" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "promote" as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("secondStack" as const), name, registry: fc.boolean() }) },
);

const first: fc.Arbitrary<Edit> = fc.record({ do: fc.constant("add" as const), key, entry: newEntry });

/** A life: everything that happens to one account, starting with its first repository. */
export const life: fc.Arbitrary<Edit[]> = fc
  .tuple(first, fc.array(edit, { minLength: 4, maxLength: 10, size: "max" }))
  .map(([add, others]) => [add, ...others]);

/** The config after an edit; `undefined` when the edit has nothing to change. */
export function changed(world: World, previous: Config | undefined, change: ConfigEdit): Config | undefined {
  const config = structuredClone(world.config);
  const { privates, publics, registries, roles } = config;
  switch (change.do) {
    case "add":
      if (privates[change.key]) return undefined;
      privates[change.key] = change.entry;
      return config;
    case "addPublic":
      if (publics[change.key]) return undefined;
      publics[change.key] = change.entry;
      return config;
    case "setRegistry":
      registries[change.key] = change.entry;
      return differing(config, world);
    case "renameRegistry":
      return rename(registries, nthEntry(Object.keys(registries), change.pick), change.key) ? config : undefined;
    case "removeRegistry":
      return remove(registries, nthEntry(Object.keys(registries), change.pick)) ? config : undefined;
    case "setRole":
      roles[change.key] = change.entry;
      return differing(config, world);
    case "renameRole":
      return rename(roles, nthEntry(Object.keys(roles), change.pick), change.key) ? config : undefined;
    case "removeRole":
      return remove(roles, nthEntry(Object.keys(roles), change.pick)) ? config : undefined;
    case "takeBack":
      return previous && differing(previous, world);
    case "setImage": {
      const references = [
        ...Object.keys(privates).map((each) => `private/${each}`),
        ...Object.keys(publics).map((each) => `public/${each}`),
      ];
      if (references.length === 0) return undefined;
      const repositories = [...new Set(change.picks.flatMap((each) => nthEntry(references, each) ?? []))];
      config.images["shop"] = { content: change.content, repositories, ...(change.latest && { tags: ["latest"] }) };
      return differing(config, world);
    }
    case "removeImage":
      return remove(config.images, "shop") ? config : undefined;
    default:
      return changeEntry(config, change) ? differing(config, world) : undefined;
  }
}

type EntryEdit = Extract<ConfigEdit, { pick: number }>;

/** @returns Whether the change applies to an entry. */
function changeEntry(
  config: Config,
  change: Exclude<EntryEdit, { do: "renameRegistry" | "removeRegistry" | "renameRole" | "removeRole" }>,
): boolean {
  const { privates, publics } = config;
  const all = [
    ...Object.keys(privates).map((each) => ["private", each]),
    ...Object.keys(publics).map((each) => ["public", each]),
  ];
  const of = {
    setPublic: Object.keys(publics).map((each) => ["public", each]),
    set: all.filter(([kind]) => kind === "private"),
  };
  const [kind, at] =
    nthEntry(change.do === "set" || change.do === "setPublic" ? of[change.do] : all, change.pick) ?? [];
  if (at === undefined) return false;
  const section = (kind === "private" ? privates : publics) as Record<string, PrivateEntry>;
  const entry = section[at];
  if (entry === undefined) return false;
  switch (change.do) {
    case "remove":
      refer(config, `${kind}/${at}`);
      return remove(section, at);
    case "renameKey":
      // The repository keeps its name.
      section[at] = { ...entry, ...(entry.import === undefined && { repositoryName: entry.repositoryName ?? at }) };
      if (!rename(section, at, change.key)) return false;
      refer(config, `${kind}/${at}`, `${kind}/${change.key}`);
      return true;
    case "renameRepository":
      delete entry.import;
      entry.repositoryName = change.name;
      return true;
    case "moveRegion":
      if (kind === "public") return false;
      entry.repositoryName ??= entry.import;
      delete entry.import;
      entry.region = regions.find((each) => each !== (entry.region ?? homeRegion));
      return true;
    case "set":
    case "setPublic":
      // An adopted repository keeps its encryption.
      if (entry.import !== undefined && "encryption" in change.settings) return false;
      section[at] = withSettings(entry, change.settings as Partial<PrivateEntry>);
      return true;
    case "unset": {
      const setting = nthEntry(
        Object.keys(entry).filter((each) => !["repositoryName", "region", "import", "encryption"].includes(each)),
        change.setting,
      );
      return remove(entry as Record<string, unknown>, setting);
    }
  }
}

/** Images follow a renamed repository's key, and lose a removed repository. */
function refer(config: Config, from: string, to?: string): void {
  for (const [name, image] of Object.entries(config.images)) {
    image.repositories = image.repositories.flatMap((each) => (each === from ? (to ?? []) : each));
    if (image.repositories.length === 0) delete config.images[name];
  }
}

/** The repository that a manual edit changes, picked from the managed ones that it fits. */
export function handled(world: World, edit: HandEdit): Place | undefined {
  const fits = (place: Place) => {
    const repository = world.repositories[place];
    switch (edit.do) {
      case "push":
        return true;
      case "moveTag":
        return repository !== undefined && "latest" in repository.images && canMove(repository, "latest");
      case "deleteImage":
        return Object.keys(repository?.images ?? {}).length > 0;
      case "deleteLifecyclePolicy":
        return repository?.lifecycle !== undefined;
      case "deleteRepositoryPolicy":
        return repository?.policy !== undefined;
      case "deleteRepository":
        // An imported repository could not be imported again.
        return entriesOf(world.config).some((entry) => entry.place === place && !entry.imported);
    }
  };
  return nthEntry(Object.keys(world.managed).filter(fits).sort(), edit.pick);
}

export function nthEntry<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % Math.max(all.length, 1)];
}

function remove(section: Record<string, unknown>, key: string | undefined): boolean {
  if (key === undefined || !(key in section)) return false;
  return delete section[key];
}

function rename<T>(section: Record<string, T>, from: string | undefined, to: string): boolean {
  const entry = from === undefined ? undefined : section[from];
  if (from === undefined || entry === undefined || to in section) return false;
  delete section[from];
  section[to] = entry;
  return true;
}

function differing(config: Config, world: World): Config | undefined {
  return JSON.stringify(config) === JSON.stringify(world.config) ? undefined : config;
}
