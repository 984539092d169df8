import { isDeepStrictEqual } from "node:util";
import type { ManifestCopies } from "./copyManifests";
import { type Descriptor, isIndexType, manifestContent, ociIndex } from "./manifestContent";
import { referrersTag } from "./referrers";
import type { RegistryClient } from "./registryClient";
import { RegistryRefusal } from "./registryRequest";
import { all, Slots } from "./slots";
import { findImage, putTags } from "./tags";

/** What cosign keeps beside an image under tags of its own, when it is not told to use the referrers API. */
const cosignSuffixes = [".sig", ".att", ".sbom"];

const subjectsAtOnce = 4;

/**
 * Copies what refers to the manifests of a copy, and what refers to that: by the source's referrers API, by the tag that
 * stands for it, and by cosign's tags.
 *
 * @returns Their digests.
 */
export async function copyReferrers(copy: ManifestCopies, source: RegistryClient): Promise<string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const slots = new Slots(subjectsAtOnce);
  // Those of an image, then those of its referrers, and so on.
  for (let subjects = copy.digests; subjects.length > 0; subjects = copy.digests.filter((each) => !seen.has(each))) {
    for (const subject of subjects) seen.add(subject);
    const each = await all(subjects.map((subject) => slots.run(() => referrersOf(copy, source, subject))));
    for (const digest of each.flat()) found.add(digest);
  }
  return [...found];
}

async function referrersOf(copy: ManifestCopies, source: RegistryClient, subject: string): Promise<string[]> {
  const { descriptors } = await source.referrers(subject);
  await all(descriptors.map(({ digest }) => copy.manifest(digest)));
  if (descriptors.length > 0) await noteReferrers(copy, subject, descriptors);
  const tagged = await all(cosignSuffixes.map((suffix) => copyTagged(copy, source, referrersTag(subject, suffix))));
  return [...descriptors.map(({ digest }) => digest), ...tagged.flat()];
}

/**
 * Such a tag moves when the source adds a signature. What the target's owner signed there stays: a tag moves to nothing
 * that lacks one of the signatures that it names.
 */
async function copyTagged(copy: ManifestCopies, source: RegistryClient, tag: string): Promise<string[]> {
  const image = await findImage(source, tag);
  if (image === undefined) return [];
  const held = await findImage(copy.target, tag);
  if (held !== undefined && held.digest !== image.digest) {
    const signed = manifestContent(await copy.target.manifest(held.digest));
    const { blobs } = manifestContent(await copy.read(image.digest));
    const [, ...signatures] = signed.blobs;
    if (signed.isIndex || !signatures.every((each) => blobs.some((other) => isDeepStrictEqual(each, other)))) {
      copy.keptTags.add(tag);
      return [];
    }
  }
  await copy.manifest(image.digest);
  await putUnlessImmutable(copy, tag, () => putTags(copy.target, image.digest, [tag]));
  return [image.digest];
}

/** Where tags cannot be moved, one more signature at the source is no reason to refuse the image. */
async function putUnlessImmutable({ keptTags }: ManifestCopies, tag: string, put: () => Promise<unknown>) {
  try {
    await put();
  } catch (error) {
    if (!(error instanceof RegistryRefusal && error.code === "TAG_INVALID")) throw error;
    keptTags.add(tag);
  }
}

/** At a registry without the referrers API, the index under the subject's tag has to name them (Referrers Tag Schema). */
async function noteReferrers(copy: ManifestCopies, subject: string, descriptors: readonly Descriptor[]): Promise<void> {
  const { target, keptTags } = copy;
  const { descriptors: noted, isListed } = await target.referrers(subject);
  if (isListed) return;
  const missing = descriptors.filter(({ digest }) => !noted.some((each) => each.digest === digest));
  if (missing.length === 0) return;
  const tag = referrersTag(subject);
  const held = await findImage(target, tag);
  if (held !== undefined && !isIndexType(held.mediaType)) {
    keptTags.add(tag);
    return;
  }
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [...noted, ...missing] };
  const bytes = Buffer.from(JSON.stringify(index));
  await putUnlessImmutable(copy, tag, () => target.putManifest(tag, bytes, ociIndex));
}
