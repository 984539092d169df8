import { hasDigest } from "./imageManifest";
import { manifestContent } from "./manifestContent";
import type { FoundManifest, RegistryClient } from "./registryClient";
import { RegistryRefusal } from "./registryRequest";
import { all } from "./slots";

/**
 * What a tag or digest resolves to; undefined when it does not exist.
 *
 * @throws RegistryRefusal when the registry refuses the request.
 */
export function findImage(client: RegistryClient, reference: string): Promise<FoundManifest | undefined> {
  return client.head(reference);
}

/**
 * Tags an image in the repository: one GET of the manifest, one PUT for each tag. Tags that already point to the image
 * are skipped, because an immutable repository would refuse them.
 *
 * @returns The tags that were put.
 * @throws RegistryRefusal with ECR's code when an immutable tag points to another image, or when the image does not
 * exist.
 */
export async function putTags(client: RegistryClient, digest: string, tags: readonly string[]): Promise<string[]> {
  const found = await all(tags.map((tag) => findImage(client, tag)));
  const missing = tags.filter((_, index) => found[index]?.digest !== digest);
  if (missing.length === 0) return [];
  const raw = await client.manifest(digest);
  if (!hasDigest(raw.body, digest)) throw new RegistryRefusal(`${client.host} sent other content than ${digest}`);
  const { mediaType } = manifestContent(raw);
  // One at a time: after a refusal, the remaining tags are not put.
  for (const tag of missing) await client.putManifest(tag, raw.body, mediaType);
  return missing;
}
