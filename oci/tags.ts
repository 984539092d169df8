import { hasDigest } from "./imageManifest";
import { manifestContent } from "./manifestContent";
import type { FoundManifest, RegistryClient } from "./registryClient";
import { RegistryRefusal } from "./registryRequest";
import { all } from "./slots";

/**
 * What a tag or digest names now; undefined when there is nothing.
 *
 * @throws RegistryRefusal when the registry refuses to say.
 */
export function findImage(client: RegistryClient, reference: string): Promise<FoundManifest | undefined> {
  return client.head(reference);
}

/**
 * Puts tags on an image that the repository has: one GET of the manifest's bytes, one PUT a tag. A tag that names it already
 * is not put, which an immutable repository would refuse.
 *
 * @returns The tags that were put.
 * @throws RegistryRefusal with ECR's code for an immutable tag that names another image, and when there is no such image.
 */
export async function putTags(client: RegistryClient, digest: string, tags: readonly string[]): Promise<string[]> {
  const found = await all(tags.map((tag) => findImage(client, tag)));
  const missing = tags.filter((_, index) => found[index]?.digest !== digest);
  if (missing.length === 0) return [];
  const raw = await client.manifest(digest);
  if (!hasDigest(raw.body, digest)) throw new RegistryRefusal(`${client.host} sends something else than ${digest}`);
  const { mediaType } = manifestContent(raw);
  // One after the other: what is refused keeps those after it from being put.
  for (const tag of missing) await client.putManifest(tag, raw.body, mediaType);
  return missing;
}
