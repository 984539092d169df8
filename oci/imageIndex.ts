import { hasDigest } from "./imageManifest";
import { type Descriptor, digestOf, manifestContent, ociIndex } from "./manifestContent";
import { platformOfImage } from "./platformSubset";
import { type Platform, platformName } from "./platforms";
import type { RegistryClient } from "./registryClient";
import { RegistryRefusal } from "./registryRequest";

/** An image of an index, or an attestation about one. */
export interface IndexChild {
  digest: string;
  mediaType: string;
  /** Of the manifest itself, in bytes. */
  size: number;
  platform: Platform;
  annotations?: Record<string, string>;
}

/** An index as it is pushed. */
export interface ImageIndex {
  digest: string;
  mediaType: string;
  bytes: Buffer;
}

/**
 * Makes an OCI index. The same images make the same index, in whatever order they come: by platform, attestations last.
 *
 * @throws Error when two images are for one platform: nobody could tell which one is meant.
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
 * What an image gives to an index: itself with the platform of its configuration; of an index, as BuildKit pushes it with
 * attestations, what is in it.
 *
 * @throws RegistryRefusal when it is not there, or no image.
 */
export async function indexChildren(client: RegistryClient, digest: string): Promise<IndexChild[]> {
  const raw = await client.manifest(digest);
  if (!hasDigest(raw.body, digest)) throw new RegistryRefusal(`${client.host} sends something else than ${digest}`);
  const content = manifestContent(raw);
  if (content.isIndex) return content.children.map(childOf);
  const platform = await platformOfImage(client, content);
  return [{ digest, mediaType: content.mediaType, size: raw.body.length, platform }];
}

/** Puts an index under its digest; its images have to be there. A registry that has it already is not sent it again. */
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

/** With its members in one order, and of the platform those that tell images apart. */
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
