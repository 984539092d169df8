import { hasDigest } from "./imageManifest";
import { type Descriptor, digestOf, manifestContent, ociIndex } from "./manifestContent";
import { platformOfImage } from "./platformSubset";
import { type Platform, platformName } from "./platforms";
import type { RegistryClient } from "./registryClient";
import { RegistryRefusal } from "./registryRequest";

/** An image in an index, or an attestation for one. */
export interface IndexChild {
  digest: string;
  mediaType: string;
  /** Size of the manifest itself, in bytes. */
  size: number;
  platform: Platform;
  annotations?: Record<string, string>;
}

/** An index, ready to push. */
export interface ImageIndex {
  digest: string;
  mediaType: string;
  bytes: Buffer;
}

/**
 * Builds an OCI index. The order of the images does not matter: they are sorted by platform, with attestations last.
 *
 * @throws Error when two images have the same platform: a pull could not tell them apart.
 */
export function makeIndex(children: readonly IndexChild[]): ImageIndex {
  const manifests = [...new Map(children.map((child) => [child.digest, child])).values()].sort(compare).map(entry);
  const platforms = manifests.map(({ platform }) => platformName(platform)).filter((name) => name !== unknown);
  const twice = platforms.find((name, index) => platforms.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two images are for ${twice}`);
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }));
  return { digest: digestOf(bytes), mediaType: ociIndex, bytes };
}

/**
 * The index entries for an image: the image with the platform from its configuration. For an index, such as BuildKit
 * pushes with attestations, its own entries.
 *
 * @throws RegistryRefusal when it does not exist or is not an image.
 */
export async function indexChildren(client: RegistryClient, digest: string): Promise<IndexChild[]> {
  const raw = await client.manifest(digest);
  if (!hasDigest(raw.body, digest)) throw new RegistryRefusal(`${client.host} sent other content than ${digest}`);
  const content = manifestContent(raw);
  if (content.isIndex) return content.children.map(childOf);
  const platform = await platformOfImage(client, content);
  return [{ digest, mediaType: content.mediaType, size: raw.body.length, platform }];
}

/** Pushes an index by digest, unless the registry already has it. Its images must be there. */
export async function pushIndex(client: RegistryClient, { digest, mediaType, bytes }: ImageIndex): Promise<void> {
  if ((await client.head(digest)) !== undefined) return;
  await client.putManifest(digest, bytes, mediaType);
}

const unknown = "unknown/unknown";

function childOf({ digest, mediaType, size, platform, annotations }: Descriptor): IndexChild {
  return {
    digest,
    mediaType,
    size,
    platform: platform ?? { os: "unknown", architecture: "unknown" },
    ...(annotations && { annotations }),
  };
}

/** Fixes the order of properties, and keeps only the platform properties that distinguish images. */
function entry({ mediaType, digest, size, platform, annotations }: IndexChild) {
  const { os, architecture, variant, ...rest } = platform;
  return {
    mediaType,
    digest,
    size,
    platform: { architecture, os, ...(variant && { variant }), ...rest },
    ...(annotations && { annotations }),
  };
}

function compare(one: IndexChild, other: IndexChild): number {
  const key = ({ platform, digest }: IndexChild) =>
    [Number(platform.os === "unknown"), platformName(platform), digest].join(" ");
  const [a, b] = [key(one), key(other)];
  return a < b ? -1 : Number(a > b);
}
