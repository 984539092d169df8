import { z } from "zod";
import { isDigest } from "../../ecr/digests";
import { findImage, putTags } from "../../oci/tags";
import type { CallContext, DiffRequest, PropertyChange, ResourceHandler } from "../protocol/definition";
import { asText, isMap, type PropertyMap } from "../protocol/values";
import { checkInputs, imageAddress, imageTag, login, readInputs } from "./inputs";
import { bringBack, missingImage } from "./missingImage";
import { telling } from "./refusal";
import { type RepositoryAt, repositoryAt, withoutReference } from "./repositoryAt";

const inputs = z.strictObject({
  image: imageAddress,
  repositories: z.array(z.strictObject({ url: imageAddress, keptTags: z.array(imageTag).optional() })).min(1),
  /** In the order of the repositories. */
  logins: z.array(login).optional(),
  tags: z.array(imageTag),
});
type Inputs = z.infer<typeof inputs>;

/**
 * The tags of an image in the repositories that hold it. What an immutable tag names is looked up first, in all of them;
 * then each tag takes one GET and one PUT. Tags that are left out later, and all of them on deletion, stay in the registry.
 */
export const imageTags: ResourceHandler<void> = {
  type: "ecr:index:ImageTags",

  check: async ({ news }) => checkInputs(inputs, news),

  diff: async (request) => ({ changes: changesOf(request) }),

  async create(properties, _, context) {
    if (context.preview) return { id: "", outputs: await foreseen(properties, context) };
    const tagged = await putAll(readInputs(inputs, properties));
    return { id: withoutReference(String(properties["image"])), outputs: { ...withoutLogins(properties), ...tagged } };
  },

  async update({ news, oldInputs, oldOutputs }, _, context) {
    if (context.preview) return foreseen(news, context);
    const isSame = oldInputs["image"] === news["image"];
    const known = isSame ? asText(oldOutputs["digest"]) : undefined;
    return { ...withoutLogins(news), ...(await putAll(readInputs(inputs, news), known)) };
  },

  async read({ id, inputs: known, outputs }) {
    if (!isMap(known) || Object.keys(known).length === 0) {
      throw new Error(`${id}: an image's tags cannot be imported; write them into the program`);
    }
    const { repositories, logins = [], ...all } = readInputs(inputs, known);
    const places = repositories.map(({ url }, index) => repositoryAt(url, logins[index]));
    // Without its own tag it counts as gone: what brings it there gives it that again.
    return telling(`tags of ${all.image}`, async () => {
      const held = await Promise.all(
        [String(outputs["digest"]), repositoryAt(all.image).reference].map((each) => findIn(places, each)),
      );
      if (held.includes(undefined)) return undefined;
      return { id, inputs: known, outputs: { ...outputs, tagged: await tagsFound(places, namesOf(all)) } };
    });
  },

  async delete() {
    // Whoever pulls one of these tags goes on doing so.
  },
};

/** The image's own tag, by which it is given, and those that follow it. */
function namesOf({ image, tags }: Pick<Inputs, "image" | "tags">): string[] {
  const { reference = "latest" } = repositoryAt(image);
  return [...new Set([...(isDigest(reference) ? [] : [reference]), ...tags])];
}

/** @param known Digest that the image had before, under the same tag of its own. */
function putAll(properties: Inputs, known?: string) {
  return telling(`tags of ${properties.image}`, () => putEach(properties, known));
}

async function putEach(properties: Inputs, known: string | undefined) {
  const { image, repositories, logins = [], tags } = properties;
  const places = repositories.map(({ url, keptTags = [] }, index) => ({
    ...repositoryAt(url, logins[index]),
    keptTags,
  }));
  const digest = await digestOf(image, places, known);
  refuseOther(image, digest, known);
  const found = await Promise.all(places.map(async (place) => ({ ...place, tagged: await tagsFound([place], tags) })));
  refuseKept(found, digest);
  for (const { client, url, tagged } of found) {
    const missing = tags.filter((tag) => tagged[`${url}:${tag}`] !== digest);
    if (missing.length > 0) await putTags(client, digest, missing);
  }
  return {
    digest,
    references: places.map(({ url }) => `${url}@${digest}`),
    tagged: await tagsFound(places, namesOf(properties)),
  };
}

/** What the first of an image's repositories, the one that it is made for, holds under a tag or digest. */
async function findIn([first]: readonly RepositoryAt[], reference = "latest") {
  return first && (await findImage(first.client, reference));
}

/** The image's digest in its first repository, which gets it from another one where it has lost it. */
async function digestOf(image: string, places: readonly RepositoryAt[], known?: string): Promise<string> {
  const { reference = "latest" } = repositoryAt(image);
  if (isDigest(reference)) return reference;
  const digest = (await findIn(places, reference))?.digest ?? (await bringBack(reference, places, known));
  if (digest === undefined) throw missingImage("image", image);
  return digest;
}

/** The image's own tag stands for one image: who moved it wants nothing moved after it unasked. */
function refuseOther(image: string, digest: string, known: string | undefined): void {
  if (known === undefined || known === digest) return;
  throw new Error(
    `image: ${image} names another image (${digest}) than the one that this stack put there (${known}). Nothing was ` +
      "tagged. Give the tag back to the stack's image, or remove it and run `pulumi up --refresh`, which brings the image again.",
  );
}

/** Digests by `<url>:<tag>`. */
async function tagsFound(places: readonly RepositoryAt[], tags: readonly string[]): Promise<Record<string, string>> {
  const found = await Promise.all(
    places.flatMap(({ client, url }) =>
      tags.map(async (tag) => ({ address: `${url}:${tag}`, image: await findImage(client, tag) })),
    ),
  );
  return Object.fromEntries(found.flatMap(({ address, image }) => (image ? [[address, image.digest]] : [])));
}

/** All that a registry would refuse, before anything is put. */
function refuseKept(
  places: readonly { url: string; keptTags: string[]; tagged: Record<string, string> }[],
  digest: string,
): void {
  const taken = places.flatMap(({ url, keptTags, tagged }) =>
    keptTags.flatMap((tag) => {
      const holder = tagged[`${url}:${tag}`];
      return holder === undefined || holder === digest ? [] : [`${url}:${tag} (${holder})`];
    }),
  );
  if (taken.length === 0) return;
  throw new Error(
    `tags: these name another image than ${digest}, and cannot be moved: ${taken.join(", ")}. Nothing was tagged. Give ` +
      "this image a tag of its own, such as the next version.",
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

/** Whether a refresh found a tag gone, or at another image. */
function hasMoved({ digest, tagged }: PropertyMap, { tags, repositories, image }: PropertyMap): boolean {
  if (!isMap(tagged) || !Array.isArray(tags) || !Array.isArray(repositories) || typeof image !== "string") return false;
  const urls = repositories.flatMap((each) => (isMap(each) && typeof each["url"] === "string" ? [each["url"]] : []));
  const followed = urls.flatMap((url) => tags.map((tag) => `${url}:${tag}`));
  return [...(image in tagged ? [image] : []), ...followed].some((address) => tagged[address] !== digest);
}

/** What a preview can say: the digest of an image that is there already, and in words which tags leave another one. */
async function foreseen(properties: PropertyMap, { log }: CallContext): Promise<PropertyMap> {
  const known = withoutLogins(properties);
  const parsed = inputs.safeParse(properties);
  if (!parsed.success) return known;
  const { image, repositories, logins = [], tags } = parsed.data;
  const places = repositories.map(({ url }, index) => repositoryAt(url, logins[index]));
  try {
    const found = await findIn(places, repositoryAt(image).reference);
    const tagged = Object.entries(await tagsFound(places, tags)).filter(([, holder]) => holder !== found?.digest);
    for (const [address, holder] of tagged) {
      log("info", `${address} moves from ${holder} to ${found?.digest ?? `the image that ${image} will name`}`);
    }
    return found === undefined ? known : { ...known, digest: found.digest };
  } catch {
    // A registry that does not answer now may do so in the update.
    return known;
  }
}

function withoutLogins({ logins: _, ...rest }: PropertyMap): PropertyMap {
  return rest;
}
