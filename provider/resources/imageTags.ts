import { z } from "zod";
import { isDigest } from "../../ecr/names/digests";
import { findImage, putTags } from "../../oci/tags";
import type { CallContext, DiffRequest, PropertyChange, ResourceHandler } from "../protocol/definition";
import { asString, isMap, type PropertyMap } from "../protocol/values";
import { checkInputs, imageAddress, imageTag, login, readInputs } from "./inputs";
import { missingImage, restoreImage } from "./missingImage";
import { withRefusalAdvice } from "./refusal";
import { openRepository, type RepositoryTarget, withoutReference } from "./repositoryTarget";

const inputs = z.strictObject({
  image: imageAddress,
  repositories: z.array(z.strictObject({ url: imageAddress, keptTags: z.array(imageTag).optional() })).min(1),
  /** In the order of the repositories. */
  logins: z.array(login).optional(),
  tags: z.array(imageTag),
});
type Inputs = z.infer<typeof inputs>;

/**
 * The tags of an image in the repositories that have it. Immutable tags are checked first, in all of them; then each
 * tag takes one GET and one PUT. Tags removed from the inputs, and all of them on deletion, stay in the registry.
 */
export const imageTags: ResourceHandler<void> = {
  type: "ecr:index:ImageTags",

  check: async ({ news }) => checkInputs(inputs, news),

  diff: async (request) => ({ changes: changesOf(request) }),

  async create(properties, _, context) {
    if (context.preview) return { id: "", outputs: await previewOutputs(properties, context) };
    const tagged = await putAll(readInputs(inputs, properties));
    return { id: withoutReference(String(properties["image"])), outputs: { ...withoutLogins(properties), ...tagged } };
  },

  async update({ news, oldInputs, oldOutputs }, _, context) {
    if (context.preview) return previewOutputs(news, context);
    const isSame = oldInputs["image"] === news["image"];
    const known = isSame ? asString(oldOutputs["digest"]) : undefined;
    return { ...withoutLogins(news), ...(await putAll(readInputs(inputs, news), known)) };
  },

  async read({ id, inputs: known, outputs }) {
    if (!isMap(known) || Object.keys(known).length === 0) {
      throw new Error(`${id}: an image's tags cannot be imported; write them in the program`);
    }
    const { repositories, logins = [], ...all } = readInputs(inputs, known);
    const targets = repositories.map(({ url }, index) => openRepository(url, logins[index]));
    // Without its own tag it counts as deleted: the resource that puts the image there restores the tag.
    return withRefusalAdvice(`tags of ${all.image}`, async () => {
      const held = await Promise.all(
        [String(outputs["digest"]), openRepository(all.image).reference].map((each) => findInFirst(targets, each)),
      );
      if (held.includes(undefined)) return undefined;
      return { id, inputs: known, outputs: { ...outputs, tagged: await readTags(targets, namesOf(all)) } };
    });
  },

  async delete() {
    // The tags stay, because others may be pulling them.
  },
};

/** The image's own tag, which identifies it, and those that follow it. */
function namesOf({ image, tags }: Pick<Inputs, "image" | "tags">): string[] {
  const { reference = "latest" } = openRepository(image);
  return [...new Set([...(isDigest(reference) ? [] : [reference]), ...tags])];
}

/** @param known The image's previous digest, under the same own tag. */
function putAll(properties: Inputs, known?: string) {
  return withRefusalAdvice(`tags of ${properties.image}`, () => putEach(properties, known));
}

async function putEach(properties: Inputs, known: string | undefined) {
  const { image, repositories, logins = [], tags } = properties;
  const targets = repositories.map(({ url, keptTags = [] }, index) => ({
    ...openRepository(url, logins[index]),
    keptTags,
  }));
  const digest = await digestOf(image, targets, known);
  refuseMovedTag(image, digest, known);
  const found = await Promise.all(
    targets.map(async (target) => ({ ...target, tagged: await readTags([target], tags) })),
  );
  refuseImmutableTags(found, digest);
  for (const { client, url, tagged } of found) {
    const missing = tags.filter((tag) => tagged[`${url}:${tag}`] !== digest);
    if (missing.length > 0) await putTags(client, digest, missing);
  }
  return {
    digest,
    references: targets.map(({ url }) => `${url}@${digest}`),
    tagged: await readTags(targets, namesOf(properties)),
  };
}

/** What the first of an image's repositories, the one it is made for, has under a tag or digest. */
async function findInFirst([first]: readonly RepositoryTarget[], reference = "latest") {
  return first && (await findImage(first.client, reference));
}

/** The image's digest in its first repository; if it was lost there, it is restored from another one. */
async function digestOf(image: string, targets: readonly RepositoryTarget[], known?: string): Promise<string> {
  const { reference = "latest" } = openRepository(image);
  if (isDigest(reference)) return reference;
  const digest = (await findInFirst(targets, reference))?.digest ?? (await restoreImage(reference, targets, known));
  if (digest === undefined) throw missingImage("image", image);
  return digest;
}

/** The image's own tag identifies one image: if somebody moved it, no other tag may silently follow. */
function refuseMovedTag(image: string, digest: string, known: string | undefined): void {
  if (known === undefined || known === digest) return;
  throw new Error(
    `image: ${image} points to a different image (${digest}) than the one that this stack put there (${known}). Nothing was ` +
      "tagged. Move the tag back to the stack's image, or remove it and run `pulumi up --refresh`, which pushes the image again.",
  );
}

/** Digests by `<url>:<tag>`. */
async function readTags(
  targets: readonly RepositoryTarget[],
  tags: readonly string[],
): Promise<Record<string, string>> {
  const found = await Promise.all(
    targets.flatMap(({ client, url }) =>
      tags.map(async (tag) => ({ address: `${url}:${tag}`, image: await findImage(client, tag) })),
    ),
  );
  return Object.fromEntries(found.flatMap(({ address, image }) => (image ? [[address, image.digest]] : [])));
}

/** Refuses everything that a registry would refuse, before anything is put. */
function refuseImmutableTags(
  targets: readonly { url: string; keptTags: string[]; tagged: Record<string, string> }[],
  digest: string,
): void {
  const taken = targets.flatMap(({ url, keptTags, tagged }) =>
    keptTags.flatMap((tag) => {
      const holder = tagged[`${url}:${tag}`];
      return holder === undefined || holder === digest ? [] : [`${url}:${tag} (${holder})`];
    }),
  );
  if (taken.length === 0) return;
  throw new Error(
    `tags: these point to another image than ${digest}, and cannot be moved: ${taken.join(", ")}. Nothing was tagged. Give ` +
      "this image its own tag, such as the next version.",
  );
}

function changesOf({ oldInputs, oldOutputs, news }: DiffRequest): Record<string, PropertyChange> {
  const changes: Record<string, PropertyChange> = {};
  for (const property of ["image", "tags", "repositories"] as const) {
    if (JSON.stringify(oldInputs[property] ?? null) === JSON.stringify(news[property] ?? null)) continue;
    changes[property] = { kind: "update", inputDiff: true };
  }
  if (Object.keys(changes).length === 0 && hasMoved(oldOutputs, news)) changes["tags"] = { kind: "update" };
  return changes;
}

/** Whether a refresh found a tag missing or pointing to another image. */
function hasMoved({ digest, tagged }: PropertyMap, { tags, repositories, image }: PropertyMap): boolean {
  if (!isMap(tagged) || !Array.isArray(tags) || !Array.isArray(repositories) || typeof image !== "string") return false;
  const urls = repositories.flatMap((each) => (isMap(each) && typeof each["url"] === "string" ? [each["url"]] : []));
  const followed = urls.flatMap((url) => tags.map((tag) => `${url}:${tag}`));
  return [...(image in tagged ? [image] : []), ...followed].some((address) => tagged[address] !== digest);
}

/**
 * What a preview knows: the digest of an image that already exists. Also logs which tags will move away from another
 * image.
 */
async function previewOutputs(properties: PropertyMap, { log }: CallContext): Promise<PropertyMap> {
  const known = withoutLogins(properties);
  const parsed = inputs.safeParse(properties);
  if (!parsed.success) return known;
  const { image, repositories, logins = [], tags } = parsed.data;
  const targets = repositories.map(({ url }, index) => openRepository(url, logins[index]));
  try {
    const found = await findInFirst(targets, openRepository(image).reference);
    // A tag that cannot move stays, or the update refuses it.
    const fixed = new Set(repositories.flatMap(({ url, keptTags = [] }) => keptTags.map((tag) => `${url}:${tag}`)));
    const tagged = Object.entries(await readTags(targets, tags)).filter(
      ([address, holder]) => holder !== found?.digest && !fixed.has(address),
    );
    for (const [address, holder] of tagged) {
      log("info", `${address} moves from ${holder} to ${found?.digest ?? `the image that ${image} will point to`}`);
    }
    return found === undefined ? known : { ...known, digest: found.digest };
  } catch {
    // A registry that does not respond now may do so in the update.
    return known;
  }
}

function withoutLogins({ logins: _, ...rest }: PropertyMap): PropertyMap {
  return rest;
}
