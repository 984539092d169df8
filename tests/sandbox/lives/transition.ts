import {
  type Config,
  canMove,
  emptyRegistry,
  entriesOf,
  homeRegion,
  made,
  placesOf,
  regions,
  type World,
  wantedRegistry,
} from "./model";

/** What an update to a config does: the world after it, or why it is refused with nothing changed. */
export type Outcome =
  | { world: World }
  | { refused: string /** By AWS alone, so that the update has begun. */; late: boolean };

/**
 * The program's rules. A repository is what it is in AWS, so a renamed key is no change; what goes away has to be empty, or
 * its deletion with images was asked for by the update before.
 */
export function transition(before: World, config: Config): Outcome {
  const world = structuredClone({ ...before, config });
  const early = [...twice(config), ...going(before, config), ...stuck(config)];
  const refusals = [...early, ...coming(before, config)];
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
      // What was adopted keeps its encryption.
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
  // Another role takes over what one made that is gone.
  if (roles.length === 0) delete world.provider;
  else if (roles.some(({ createProvider }) => createProvider)) world.provider ??= made;
  return { world };
}

/** Images come to where they are not yet; a tag that follows them comes with a new image, or to a new place. */
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
      images[tag ?? made] = held ?? made;
      for (const each of held !== undefined && tagged ? [] : (image.tags ?? [])) move(images, each, held ?? made);
    }
  }
}

/** Gives a tag to another image; the one that had it stays, without a tag if it has no other. */
export function move(images: Record<string, string>, tag: string, digest: string): void {
  const before = images[tag];
  images[tag] = digest;
  if (before !== undefined && !Object.values(images).includes(before)) images[before] = before;
  // It had no tag until now.
  if (digest !== made && images[digest] === digest) delete images[digest];
}

/** Tags that are to follow an image where no tag can be moved. */
function stuck(config: Config): string[] {
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

/** Two entries for one thing. */
function twice(config: Config): string[] {
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

/** Why what is deleted or replaced may not go. */
function going(world: World, config: Config): string[] {
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

/** Why what is made or adopted cannot be. */
function coming(world: World, config: Config): string[] {
  return entriesOf(config).flatMap(({ place, imported, wanted }) => {
    if (world.managed[place] !== undefined) return [];
    const there = world.repositories[place];
    if (!imported) return there === undefined ? [] : [`${place} exists already`];
    if (there === undefined) return [`${place} is not there to be adopted`];
    return there.encryption === wanted.settings.encryption ? [] : [`${place} is encrypted otherwise`];
  });
}
