import { hasDigest, parseConfiguration } from "./imageManifest";
import type { ImageSource } from "./imageSource";
import { type Descriptor, type ManifestContent, manifestContent, type RawManifest } from "./manifestContent";
import { isPlatform, type Platform, platformsText } from "./platforms";
import { RegistryRefusal } from "./registryRequest";

/**
 * The index of some of an index's platforms: the same text without the others, and without the attestations that are about
 * the others. It is the very same manifest when nothing is left out.
 *
 * @throws RegistryRefusal when a platform is not there.
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
    throw new RegistryRefusal(`${digest} has no image for ${wanted}, but for ${platformsText(there) || "nothing"}`);
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

/** The platform of an index's image. Attestations stand beside the images, for the platform unknown/unknown. */
function platformOf({ platform }: Descriptor): Platform[] {
  return platform && platform.os !== "unknown" ? [platform] : [];
}

/** The image that one of BuildKit's attestations is about. */
function attested({ platform, annotations }: Descriptor): string | undefined {
  // An image says nothing about another one, whatever is written there.
  if (platform !== undefined && platform.os !== "unknown") return undefined;
  return annotations?.["vnd.docker.reference.digest"];
}

/** The platform that an image's configuration names. */
export async function platformOfImage(source: ImageSource, { blobs: [config] }: ManifestContent): Promise<Platform> {
  if (config === undefined) throw new RegistryRefusal("it is an artifact, and runs on no platform");
  const { body } = await source.blob(config.digest);
  if (!hasDigest(body, config.digest))
    throw new RegistryRefusal(`${source.host} sends something else than ${config.digest}`);
  const platform = parseConfiguration(body);
  if (!platform.os || !platform.architecture) {
    throw new RegistryRefusal(`it is an artifact (${config.mediaType}), and runs on no platform`);
  }
  return platform;
}
