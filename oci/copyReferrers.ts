import { isDeepStrictEqual } from "node:util";
import type { ManifestCopies } from "./copyManifests";
import { type Descriptor, isIndexType, manifestContent, ociIndex } from "./manifestContent";
import { referrersTag } from "./referrers";
import type { RegistryClient } from "./registryClient";
import { RegistryRefusal } from "./registryRequest";
import { all, Slots } from "./slots";
import { findImage, putTags } from "./tags";

/**
 * Suffixes of the tags cosign stores signatures, attestations, and SBOMs under, unless it is set to use the referrers
 * API.
 */
const cosignSuffixes = [".sig", ".att", ".sbom"];

const subjectsAtOnce = 4;

/**
 * Copies the referrers of the copied manifests, and their referrers in turn: from the source's referrers API, the
 * referrers tag, and cosign's tags.
 *
 * @returns Their digests.
 */
export async function copyReferrers(copy: ManifestCopies, source: RegistryClient): Promise<string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const slots = new Slots(subjectsAtOnce);
  // The referrers of the image, then the referrers of those, and so on.
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
 * Cosign's tag moves when a signature is added at the source. Signatures made at the target must survive: the tag moves
 * only to a manifest that has every signature the current one has.
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

/** In a repository with immutable tags, a new signature at the source must not make the whole copy fail. */
async function putUnlessImmutable({ keptTags }: ManifestCopies, tag: string, put: () => Promise<unknown>) {
  try {
    await put();
  } catch (error) {
    if (!(error instanceof RegistryRefusal && error.code === "TAG_INVALID")) throw error;
    keptTags.add(tag);
  }
}

/** In a registry without the referrers API, the index under the subject's tag must list them (Referrers Tag Schema). */
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
