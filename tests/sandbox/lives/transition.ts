import {
  type Config,
  canMove,
  emptyRegistry,
  entriesOf,
  homeRegion,
  placesOf,
  regions,
  unknownUntilUpdate,
  type World,
  wantedRegistry,
} from "./model";

/** The result of an update to a config: the world after it, or why it is rejected without a change. */
export type Outcome =
  | { world: World }
  | { refused: string /** Only AWS rejects it, so the update has started. */; late: boolean };

/**
 * The program's rules. A repository is identified by its name in AWS, so a renamed key is not a change. A deleted one
 * must be empty, unless the previous update allowed its deletion with images.
 */
export function transition(before: World, config: Config): Outcome {
  const world = structuredClone({ ...before, config });
  const early = [...duplicateEntries(config), ...blockedDeletions(before, config), ...blockedTags(config)];
  const refusals = [...early, ...blockedCreations(before, config)];
  if (refusals.length > 0) return { refused: refusals.join("; "), late: early.length === 0 };
  const entries = entriesOf(config);
  for (const place of Object.keys(before.managed)) {
    if (entries.some((entry) => entry.place === place)) continue;
    if (!before.managed[place]?.retain) delete world.repositories[place];
    delete world.managed[place];
  }
  for (const { place, wanted, imported } of entries) {
    const there = before.repositories[place];
    const replaced = there !== undefined && isReplaced(before, config, place);
    world.repositories[place] = {
      ...wanted.settings,
      // An adopted repository keeps its encryption.
      ...(imported && there && { encryption: there.encryption }),
      images: replaced ? {} : (there?.images ?? {}),
    };
    world.managed[place] = wanted.applied;
  }
  publish(before, world);
  for (const region of regions) {
    const entry = Object.values(config.registries).find((each) => (each.region ?? homeRegion) === region);
    world.registries[region] = entry ? wantedRegistry(entry) : emptyRegistry;
  }
  const roles = Object.values(config.roles);
  world.roles = roles.map(({ roleName }) => roleName).sort();
  // Another role takes over the provider that a removed role created.
  if (roles.length === 0) delete world.provider;
  else if (roles.some(({ createProvider }) => createProvider)) world.provider ??= unknownUntilUpdate;
  return { world };
}

/** Pushes images where they are missing. A tag that follows an image moves only with a new image or to a new place. */
function publish(before: World, world: World): void {
  for (const image of Object.values(world.config.images)) {
    const tag = world.tags[image.content];
    for (const place of placesOf(world.config, image)) {
      const images = world.repositories[place]?.images ?? {};
      const held = tag === undefined ? undefined : images[tag];
      const tagged = Object.values(before.config.images).some(
        ({ content, tags = [], ...each }) =>
          content === image.content &&
          tags.length >= (image.tags ?? []).length &&
          placesOf(before.config, { content, ...each }).includes(place),
      );
      images[tag ?? unknownUntilUpdate] = held ?? unknownUntilUpdate;
      for (const each of held !== undefined && tagged ? [] : (image.tags ?? [])) {
        move(images, each, held ?? unknownUntilUpdate);
      }
    }
  }
}

/** Moves a tag to another image; the previous one stays, untagged if it has no other tag. */
export function move(images: Record<string, string>, tag: string, digest: string): void {
  const before = images[tag];
  images[tag] = digest;
  if (before !== undefined && !Object.values(images).includes(before)) images[before] = before;
  // It was untagged until now.
  if (digest !== unknownUntilUpdate && images[digest] === digest) delete images[digest];
}

/** Tags that should follow an image where they cannot move. */
function blockedTags(config: Config): string[] {
  const entries = entriesOf(config);
  return Object.values(config.images).flatMap((image) =>
    placesOf(config, image).flatMap((place) => {
      const wanted = entries.find((entry) => entry.place === place)?.wanted.settings;
      return (image.tags ?? [])
        .filter((tag) => wanted && !canMove({ ...wanted, images: {} }, tag))
        .map((tag) => `${tag} could not move in ${place}`);
    }),
  );
}

/** Two entries for the same resource. */
function duplicateEntries(config: Config): string[] {
  const places = entriesOf(config).map(({ place }) => place);
  const registries = Object.values(config.registries).map(({ region = homeRegion }) => `registry/${region}`);
  const roles = Object.values(config.roles).flatMap(({ roleName, createProvider }) => [
    `role/${roleName}`,
    ...(createProvider ? ["provider"] : []),
  ]);
  return [...places, ...registries, ...roles]
    .filter((each, index, all) => all.indexOf(each) < index)
    .map((each) => `${each} twice`);
}

function isReplaced(world: World, config: Config, place: string): boolean {
  const entry = entriesOf(config).find((each) => each.place === place);
  const there = world.repositories[place];
  if (entry === undefined || there === undefined || world.managed[place] === undefined || entry.imported) return false;
  return entry.wanted.settings.encryption !== there.encryption;
}

/** Why repositories may not be deleted or replaced. */
function blockedDeletions(world: World, config: Config): string[] {
  const entries = entriesOf(config);
  return Object.entries(world.managed).flatMap(([place, applied]) => {
    const stays = entries.some((entry) => entry.place === place);
    if (stays && !isReplaced(world, config, place)) return [];
    if (applied.protect) return [`${place} is protected`];
    if (applied.retain) return stays ? [`${place} is retained, so that its replacement cannot be made`] : [];
    const images = Object.keys(world.repositories[place]?.images ?? {});
    return images.length > 0 && !applied.force ? [`${place} has images`] : [];
  });
}

/** Why repositories cannot be created or adopted. */
function blockedCreations(world: World, config: Config): string[] {
  return entriesOf(config).flatMap(({ place, imported, wanted }) => {
    if (world.managed[place] !== undefined) return [];
    const there = world.repositories[place];
    if (!imported) return there === undefined ? [] : [`${place} exists already`];
    if (there === undefined) return [`${place} is not there to be adopted`];
    return there.encryption === wanted.settings.encryption ? [] : [`${place} is encrypted otherwise`];
  });
}
