import type { ManifestCopies } from "./copyManifests";
import { type Descriptor, ociIndex } from "./manifestContent";
import { referrersTag } from "./referrers";
import type { RegistryClient } from "./registryClient";
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
export async function copyReferrers(copy: ManifestCopies): Promise<string[]> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const slots = new Slots(subjectsAtOnce);
  // Those of an image, then those of its referrers, and so on.
  for (let subjects = copy.digests; subjects.length > 0; subjects = copy.digests.filter((each) => !seen.has(each))) {
    for (const subject of subjects) seen.add(subject);
    const each = await all(subjects.map((subject) => slots.run(() => referrersOf(copy, subject))));
    for (const digest of each.flat()) found.add(digest);
  }
  return [...found];
}

async function referrersOf(copy: ManifestCopies, subject: string): Promise<string[]> {
  const { descriptors } = await copy.source.referrers(subject);
  await all(descriptors.map(({ digest }) => copy.manifest(digest)));
  if (descriptors.length > 0) await noteReferrers(copy.target, subject, descriptors);
  const tagged = await all(cosignSuffixes.map((suffix) => copyTagged(copy, referrersTag(subject, suffix))));
  return [...descriptors.map(({ digest }) => digest), ...tagged.flat()];
}

/** Such a tag says what the image beside it is about, and moves when a signature is added. */
async function copyTagged(copy: ManifestCopies, tag: string): Promise<string[]> {
  const image = await findImage(copy.source, tag);
  if (image === undefined) return [];
  await copy.manifest(image.digest);
  await putTags(copy.target, image.digest, [tag]);
  return [image.digest];
}

/** At a registry without the referrers API, the index under the subject's tag has to name them (Referrers Tag Schema). */
async function noteReferrers(
  target: RegistryClient,
  subject: string,
  descriptors: readonly Descriptor[],
): Promise<void> {
  const { descriptors: noted, isListed } = await target.referrers(subject);
  if (isListed) return;
  const missing = descriptors.filter(({ digest }) => !noted.some((each) => each.digest === digest));
  if (missing.length === 0) return;
  const index = { schemaVersion: 2, mediaType: ociIndex, manifests: [...noted, ...missing] };
  await target.putManifest(referrersTag(subject), Buffer.from(JSON.stringify(index)), ociIndex);
}
