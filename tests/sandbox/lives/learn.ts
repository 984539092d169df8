import assert from "node:assert/strict";
import type { Snapshot } from "./account";
import { placesOf, unknownUntilUpdate, type World } from "./model";

/** Reads the tags and digests that an update built from AWS; each must exist exactly once. */
export function learn(world: World, found: Snapshot): void {
  if (world.provider === unknownUntilUpdate) world.provider = found.provider;
  const fresh = new Set<string>();
  for (const image of Object.values(world.config.images)) {
    for (const place of placesOf(world.config, image)) {
      const images = world.repositories[place]?.images ?? {};
      const actual = found.repositories[place]?.images ?? {};
      if (images[unknownUntilUpdate]) {
        const known = Object.values(world.tags);
        const tags = Object.keys(actual).filter((tag) => tag.startsWith("src-") && !known.includes(tag));
        const tag = world.tags[image.content] ?? tags[0];
        assert.ok(tag, `${place} has no new build: ${JSON.stringify(actual)}`);
        world.tags[image.content] = tag;
        delete images[unknownUntilUpdate];
        images[tag] = unknownUntilUpdate;
      }
      const tag = world.tags[image.content] ?? "";
      const digest = actual[tag] ?? "";
      if (images[tag] === unknownUntilUpdate) fresh.add(digest);
      for (const [each, value] of Object.entries(images)) if (value === unknownUntilUpdate) images[each] = digest;
    }
  }
  assert.ok(fresh.size < 2, `one build has several digests: ${[...fresh].join(", ")}`);
}
