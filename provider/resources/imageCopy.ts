import { z } from "zod";
import { isDigest } from "../../ecr/digests";
import type { CopyProgress } from "../../oci/copyBlobs";
import { type CopiedImage, copyImage } from "../../oci/copyImage";
import { findImage, putTags } from "../../oci/tags";
import type { CallContext, DiffRequest, PropertyChange, ReadResult, ResourceHandler } from "../protocol/definition";
import type { PropertyMap, PropertyValue } from "../protocol/values";
import { checkInputs, imageAddress, imageTag, login, readInputs } from "./inputs";
import { missingImage } from "./missingImage";
import { telling } from "./refusal";
import { type RepositoryAt, repositoryAt, withoutReference } from "./repositoryAt";

const inputs = z.strictObject({
  source: imageAddress,
  sourceLogin: login.optional(),
  repository: imageAddress,
  repositoryLogin: login.optional(),
  tag: imageTag.optional(),
  platforms: z.array(z.string()).min(1).optional(),
  referrers: z.boolean().optional(),
});
type Inputs = z.infer<typeof inputs>;

/** What decides which image is where; logins are another one at each run and never count. */
const deciding = ["source", "repository", "tag", "platforms", "referrers"] as const;

/**
 * An image, index or artifact copied into a repository as the very bytes, with what refers to it. The tag is put last, so
 * that nothing half is ever visible. Deletion leaves the image in its registry.
 */
export const imageCopy: ResourceHandler<void> = {
  type: "ecr:index:ImageCopy",

  check: async ({ news }) => checkInputs(inputs, news),

  diff: async (request) => ({ changes: changesOf(request, deciding) }),

  async create(properties, _, context) {
    if (context.preview) return { id: "", outputs: foreseen(properties) };
    const outputs = await copy(readInputs(inputs, properties), context);
    return {
      id: withoutReference(String(properties["repository"])),
      outputs: { ...withoutLogins(properties), ...outputs },
    };
  },

  async update({ news }, _, context) {
    if (context.preview) return foreseen(news);
    return { ...withoutLogins(news), ...(await copy(readInputs(inputs, news), context)) };
  },

  read: readImage,

  async delete() {
    // Lifecycle policies and the repository's deletion remove images; others may run this one.
  },
};

const placed = z.looseObject({ repository: imageAddress, repositoryLogin: login, tag: imageTag }).partial();

/** What a repository has of an image that was brought there. */
export async function readImage({ id, inputs: known, outputs }: ReadRequest): Promise<ReadResult | undefined> {
  const { repository, repositoryLogin, tag } = placed.parse(known);
  if (repository === undefined) throw new Error(`${id}: an image copy cannot be imported; write it into the program`);
  const digest = String(outputs["digest"]);
  const { client } = repositoryAt(repository, repositoryLogin);
  return telling(`repository: ${repository}`, async () => {
    if ((await findImage(client, digest)) === undefined) return undefined;
    const tagged = tag === undefined ? undefined : await findImage(client, tag);
    return { id, inputs: known, outputs: { ...outputs, tagged: tagged?.digest ?? null } };
  });
}

/**
 * Gives an image that the repository holds the tag that it lost, or another one, from the registry alone: what it was made from may be gone.
 *
 * @returns What the resource says then; undefined when the image has to be brought again.
 */
export async function tagAgain(
  { oldInputs, oldOutputs, news }: UpdateRequest,
  deciding: readonly string[],
): Promise<PropertyMap | undefined> {
  if (deciding.some((each) => each !== "tag" && !same(oldInputs[each], news[each]))) return undefined;
  const { repository, repositoryLogin, tag } = placed.parse(news);
  const { digest } = oldOutputs;
  if (repository === undefined || typeof digest !== "string") return undefined;
  const target = repositoryAt(repository, repositoryLogin);
  return telling(`repository: ${repository}`, async () => {
    const found = await findImage(target.client, digest);
    if (found === undefined) return undefined;
    await refuseTaken(target, tag, digest);
    if (tag !== undefined) await putTags(target.client, digest, [tag]);
    const { mediaType, reference } = oldOutputs;
    return { digest, mediaType, reference, tagged: tag === undefined ? null : digest } as PropertyMap;
  });
}

type UpdateRequest = Parameters<ResourceHandler<void>["update"]>[0];
type ReadRequest = Parameters<ResourceHandler<void>["read"]>[0];

function copy(properties: Inputs, context: CallContext) {
  const { source, repository } = properties;
  return telling(`source: ${source} to ${withoutReference(repository)}`, () => bring(properties, context));
}

async function bring(
  { source, sourceLogin, repository, repositoryLogin, tag, ...options }: Inputs,
  context: CallContext,
) {
  const from = repositoryAt(source, sourceLogin);
  const to = repositoryAt(repository, repositoryLogin);
  const digest = await digestOf(from, source);
  // Of a subset of platforms the digest is known only when it is made.
  if (options.platforms === undefined) await refuseTaken(to, tag, digest);
  const copied = await copyImage({
    source: from.client,
    digest,
    target: to.client,
    referrers: options.referrers ?? true,
    platforms: options.platforms,
    onProgress: (progress) => context.status(progressText(progress)),
  });
  for (const warning of warningsOf(copied, to.url)) context.log("warning", warning);
  context.status(`${copied.bytesSent.toLocaleString("en")} bytes sent`);
  await refuseTaken(to, tag, copied.digest);
  if (tag !== undefined) await putTags(to.client, copied.digest, [tag]);
  return {
    digest: copied.digest,
    mediaType: copied.mediaType,
    reference: `${to.url}@${copied.digest}`,
    tagged: tag === undefined ? null : copied.digest,
  };
}

/** What is otherwise than a whole copy would have it. */
function warningsOf({ foreignLayers, keptTags }: CopiedImage, url: string): string[] {
  const warnings: string[] = [];
  if (foreignLayers.length > 0) {
    warnings.push(
      `source: ${foreignLayers.length} of its layers must not be distributed and are not in the copy, such as ` +
        `${foreignLayers[0]}. Whoever pulls it gets them from the addresses that its manifest names.`,
    );
  }
  for (const tag of keptTags) {
    warnings.push(
      `repository: ${url}:${tag} names other signatures than in the source, and stays: it cannot be moved, or has some ` +
        "that the source does not have. Add the source's with cosign, which keeps both.",
    );
  }
  return warnings;
}

export function progressText({ kind, digest, size, how }: CopyProgress): string {
  return `${kind} ${digest.slice(0, "sha256:".length + 12)} (${size.toLocaleString("en")} bytes): ${how}`;
}

/** What the source names now. */
async function digestOf({ client, reference }: RepositoryAt, source: string): Promise<string> {
  if (reference !== undefined && isDigest(reference)) return reference;
  const found = await findImage(client, reference ?? "latest");
  if (found === undefined) throw missingImage("source", source);
  return found.digest;
}

/** A copy never takes a tag from another image: whoever pulls that tag would get other bytes from then on. */
export async function refuseTaken(
  { client, url }: RepositoryAt,
  tag: string | undefined,
  digest: string,
): Promise<void> {
  const holder = tag === undefined ? undefined : await findImage(client, tag);
  if (holder === undefined || holder.digest === digest) return;
  throw new Error(
    `tag: ${url}:${tag} names another image (${holder.digest}) than the one to be copied (${digest}). Nothing was ` +
      "tagged. Give that one another tag and take this one from it, or copy under another tag.",
  );
}

/** @param deciding the inputs that decide which image is where */
export function changesOf(
  { oldInputs, oldOutputs, news }: DiffRequest,
  deciding: readonly string[],
): Record<string, PropertyChange> {
  const changes: Record<string, PropertyChange> = {};
  for (const property of deciding) {
    if (same(oldInputs[property], news[property])) continue;
    changes[property] = { kind: "update", replace: property === "repository", inputDiff: true };
  }
  // As a refresh found it: the tag is gone, or names another image.
  const { tagged, digest } = oldOutputs;
  if (news["tag"] && "tagged" in oldOutputs && tagged !== digest) changes["tag"] ??= { kind: "update" };
  return changes;
}

function same(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** What a preview can say: a digest that stands in the source is the copy's. */
function foreseen(properties: PropertyMap): PropertyMap {
  const { source, repository, platforms } = properties;
  const known = withoutLogins(properties);
  if (typeof source !== "string" || (platforms !== undefined && platforms !== null)) return known;
  const [, digest] = source.split("@");
  if (digest === undefined) return known;
  return {
    ...known,
    digest,
    ...(typeof repository === "string" && { reference: `${withoutReference(repository)}@${digest}` }),
  };
}

export function withoutLogins({ sourceLogin: _, repositoryLogin: __, ...rest }: PropertyMap): PropertyMap {
  return rest;
}
