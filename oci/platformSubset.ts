import { hasDigest, parseConfiguration } from "./imageManifest";
import type { ImageSource } from "./imageSource";
import { type Descriptor, type ManifestContent, manifestContent, type RawManifest } from "./manifestContent";
import { isPlatform, type Platform, platformsText } from "./platforms";
import { RegistryRefusal } from "./registryRequest";

/**
 * Reduces an index to some of its platforms: the same JSON without the other platforms and their attestations. When
 * nothing is removed, the manifest is returned unchanged.
 *
 * @throws RegistryRefusal when a platform is missing.
 */
export async function choosePlatforms(
  source: ImageSource,
  digest: string,
  whole: RawManifest,
  platforms: readonly string[],
): Promise<RawManifest> {
  const content = manifestContent(whole);
  const there = content.isIndex ? content.children.flatMap(platformOf) : [await platformOfImage(source, content)];
  for (const wanted of platforms) {
    if (there.some((platform) => isPlatform(platform, wanted))) continue;
    const others = there.length > 0 ? `only for ${platformsText(there)}` : "and no others";
    throw new RegistryRefusal(`${digest} has no image for ${wanted}, ${others}`);
  }
  if (!content.isIndex) return whole;
  const index = JSON.parse(whole.body.toString()) as { manifests: Descriptor[] };
  const images = index.manifests.filter((entry) =>
    platformOf(entry).some((each) => platforms.some((wanted) => isPlatform(each, wanted))),
  );
  const kept = new Set(images.map((entry) => entry.digest));
  const manifests = index.manifests.filter((entry) => kept.has(entry.digest) || kept.has(attested(entry) ?? ""));
  if (manifests.length === index.manifests.length) return whole;
  return { body: Buffer.from(JSON.stringify({ ...index, manifests })), contentType: whole.contentType };
}

/** The platform of an image in an index. Attestations are listed next to the images, as platform unknown/unknown. */
function platformOf({ platform }: Descriptor): Platform[] {
  return platform && platform.os !== "unknown" ? [platform] : [];
}

/** The image that a BuildKit attestation describes. */
function attested({ platform, annotations }: Descriptor): string | undefined {
  // An image does not attest another one, whatever its annotations say.
  if (platform !== undefined && platform.os !== "unknown") return undefined;
  return annotations?.["vnd.docker.reference.digest"];
}

/** The platform from the image's configuration. */
export async function platformOfImage(source: ImageSource, { blobs: [config] }: ManifestContent): Promise<Platform> {
  if (config === undefined) throw new RegistryRefusal("it is an artifact and has no platform");
  const { body } = await source.blob(config.digest);
  if (!hasDigest(body, config.digest)) {
    throw new RegistryRefusal(`${source.host} sent other content than ${config.digest}`);
  }
  const platform = parseConfiguration(body);
  if (!platform.os || !platform.architecture) {
    throw new RegistryRefusal(`it is an artifact (${config.mediaType}) and has no platform`);
  }
  return platform;
}
