import { type HandEdit, handled, nthEntry } from "./edits";
import { type LivingStack, up } from "./livingStack";
import { type Place, placesOf, type Repository, unknownUntilUpdate, type World } from "./model";
import { move } from "./transition";

/** Changes AWS by hand; what this removed, the next update with a refresh must restore. */
export async function changeByHand(stack: LivingStack, edit: HandEdit): Promise<void> {
  const { account, world } = stack;
  const place = handled(world, edit);
  const repository = place && world.repositories[place];
  if (!repository) return stack.skip();
  switch (edit.do) {
    case "push":
    case "moveTag": {
      const isFirst = !("latest" in repository.images);
      const tag = edit.do === "moveTag" || isFirst ? "latest" : `v${stack.story.length}`;
      move(repository.images, tag, await account.push(place, tag));
      return follows(world, place, tag) ? assertRestored(stack) : undefined;
    }
    case "deleteImage": {
      const [, digest] = nthEntry(Object.entries(repository.images), edit.pick) ?? [];
      if (digest === undefined) return stack.skip();
      await account.deleteImage(place, digest);
      const gone = Object.keys(repository.images).filter((tag) => repository.images[tag] === digest);
      for (const tag of gone) delete repository.images[tag];
      return gone.some((tag) => isBuild(world, place, tag) || follows(world, place, tag))
        ? assertRestored(stack)
        : stack.check();
    }
    case "deleteLifecyclePolicy":
      await account.deleteLifecyclePolicy(place);
      break;
    case "deleteRepositoryPolicy":
      await account.deleteRepositoryPolicy(place);
      break;
    case "deleteRepository":
      await account.deleteRepository(place);
      repository.images = {};
      if (Object.values(world.config.images).some((image) => placesOf(world.config, image).includes(place))) {
        return assertRestored(stack);
      }
  }
  await stack.must(...up, "--refresh");
  return stack.check();
}

/** Whether the program has this image in its state. */
function isBuild(world: World, place: Place, tag: string): boolean {
  return Object.values(world.config.images).some(
    (image) => world.tags[image.content] === tag && placesOf(world.config, image).includes(place),
  );
}

/** Whether the program keeps this tag on its image there. */
function follows(world: World, place: Place, tag: string): boolean {
  return Object.values(world.config.images).some(
    (image) => image.tags?.includes(tag) && placesOf(world.config, image).includes(place),
  );
}

/** A refresh must see that an image or tag is gone or moved, and the next update must restore it. */
async function assertRestored(stack: LivingStack): Promise<void> {
  await stack.must("refresh", "--yes", "--skip-preview");
  await stack.must(...up);
  const world = structuredClone(stack.world);
  for (const image of Object.values(world.config.images)) {
    for (const place of placesOf(world.config, image)) {
      const { images } = world.repositories[place] as Repository;
      const tag = world.tags[image.content] ?? unknownUntilUpdate;
      images[tag] ??= unknownUntilUpdate;
      for (const each of image.tags ?? []) move(images, each, images[tag] ?? unknownUntilUpdate);
    }
  }
  return stack.updated(world);
}
