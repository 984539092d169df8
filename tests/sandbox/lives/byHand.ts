import { type HandEdit, handled, nth } from "./edits";
import { type LivingStack, up } from "./livingStack";
import { made, type Place, placesOf, type Repository, type World } from "./model";
import { move } from "./transition";

/** Something is done past the program; where it took something away, the next update with a refresh puts it right. */
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
      return follows(world, place, tag) ? putRight(stack) : undefined;
    }
    case "deleteImage": {
      const [, digest] = nth(Object.entries(repository.images), edit.pick) ?? [];
      if (digest === undefined) return stack.skip();
      await account.deleteImage(place, digest);
      const gone = Object.keys(repository.images).filter((tag) => repository.images[tag] === digest);
      for (const tag of gone) delete repository.images[tag];
      return gone.some((tag) => isBuild(world, place, tag) || follows(world, place, tag))
        ? putRight(stack)
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
        return putRight(stack);
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

/** Whether a tag is one that the program has follow an image there. */
function follows(world: World, place: Place, tag: string): boolean {
  return Object.values(world.config.images).some(
    (image) => image.tags?.includes(tag) && placesOf(world.config, image).includes(place),
  );
}

/** An image or tag that is gone or moved is seen by the next refresh, and the update after it has it as it was. */
async function putRight(stack: LivingStack): Promise<void> {
  await stack.must("refresh", "--yes", "--skip-preview");
  await stack.must(...up);
  const world = structuredClone(stack.world);
  for (const image of Object.values(world.config.images)) {
    for (const place of placesOf(world.config, image)) {
      const { images } = world.repositories[place] as Repository;
      const tag = world.tags[image.content] ?? made;
      images[tag] ??= made;
      for (const each of image.tags ?? []) move(images, each, images[tag] ?? made);
    }
  }
  return stack.updated(world);
}
