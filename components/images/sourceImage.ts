import { createHash } from "node:crypto";
import type { Fault } from "../../ecr/faults";
import {
  canonicalReference,
  type ImageReference,
  parseImageReference,
  printImageReference,
  registryPlace,
} from "../../ecr/imageReference";
import type { RegistryLogin } from "../../ecr/registryLogin";
import { hasDigest, type ImageManifest, parseConfiguration, parseManifest } from "../../oci/imageManifest";
import { isIndexType, manifestTypes } from "../../oci/manifestContent";
import { isPlatform, platformName, platformsText } from "../../oci/platforms";
import { type RegistryAnswer, RegistryClient } from "../../oci/registryClient";
import { RegistryRefusal } from "../../oci/registryRequest";
import { dockerLogin } from "./dockerLogin";

/** An image, index or artifact, named so that nothing can change it. */
export interface SourceImage {
  /** `<registry>/<repository>@<digest>`. */
  reference: string;
}

/**
 * Finds the image that a reference names in its registry now.
 *
 * @param wanted platform of an index, or the one that a single image must have. Undefined: whatever there is, as it is
 * @param login default: what `docker login` left for the registry
 */
export async function findSourceImage(
  source: string,
  wanted: string | undefined,
  login?: RegistryLogin,
): Promise<SourceImage | { faults: Fault[] }> {
  const fault = (rule: string, fix: string) => ({ faults: [{ path: "source", value: source, rule, fix }] });
  const reference = canonicalReference(parseImageReference(source, "source"));
  const { host, path } = registryPlace(reference);
  const client = new RegistryClient(host, path, login ?? dockerLogin(host));
  try {
    const answer = await client.manifest(reference.digest ?? reference.tag ?? "");
    const digest = `sha256:${createHash("sha256").update(answer.body).digest("hex")}`;
    const somethingElse = () =>
      fault("the registry sent something else under this digest.", "ask the registry's operator.");
    if (reference.digest !== undefined && !hasDigest(answer.body, reference.digest)) return somethingElse();
    const manifest = parseManifest(answer.body);
    const kinds = kindsOf(manifest, answer);
    if (kinds.size > 1) return fault("it is an image and an index at once.", "name another image.");
    if (kinds.size === 0) {
      return fault(`it is neither an image nor an index (${answer.contentType}).`, "name an image, index or artifact.");
    }
    if (wanted === undefined) return { reference: pinned(reference, digest) };
    if (kinds.has("index")) return fromIndex(manifest, source, wanted, (child) => pinned(reference, child));
    if (manifest.config === undefined) return fault("it has no configuration.", "name a container image.");
    const { body } = await client.blob(manifest.config.digest);
    if (!hasDigest(body, manifest.config.digest)) return somethingElse();
    const config = parseConfiguration(body);
    if (!config.os || !config.architecture) {
      return fault(
        `it is an artifact (${manifest.config.mediaType ?? "without a type"}), which has no platform.`,
        "leave platform out.",
      );
    }
    const platform = platformName(config);
    if (!isPlatform(config, wanted)) {
      return fault(`it is an image for ${platform} only.`, `write platform: "${platform}", or leave it out.`);
    }
    return { reference: pinned(reference, digest) };
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    return fault(`its registry does not give it: ${error.message}.`, fixFor(error.status, host));
  }
}

/** Picks one platform of an index, or says which there are. */
function fromIndex(
  { manifests = [] }: ImageManifest,
  source: string,
  wanted: string,
  pin: (digest: string) => string,
): SourceImage | { faults: Fault[] } {
  // Attestations stand beside the images, for the platform unknown/unknown.
  const images = manifests.flatMap(({ digest, platform }) =>
    platform?.os && platform.architecture && platform.os !== "unknown" ? [{ digest, platform }] : [],
  );
  const fitting = images.filter(({ platform }) => isPlatform(platform, wanted));
  const [first, ...more] = fitting;
  if (first !== undefined && more.length === 0) {
    return { reference: pin(first.digest) };
  }
  const choices = platformsText((first === undefined ? images : fitting).map(({ platform }) => platform));
  return {
    faults: [
      first === undefined
        ? {
            path: "platform",
            value: wanted,
            rule: `the index ${JSON.stringify(source)} has no image for this platform.`,
            fix: choices === "" ? "name another image: it holds none." : `write one of ${choices}.`,
          }
        : {
            path: "platform",
            value: wanted,
            rule: `the index ${JSON.stringify(source)} has several images for this platform.`,
            fix: `write one of ${choices}.`,
          },
    ],
  };
}

/**
 * What a manifest is by its content, by its own media type and by the registry's. Where they differ, what somebody checked
 * under a digest need not be what Docker pulls under it (CVE-2021-41190).
 */
function kindsOf({ mediaType = "", manifests, config, layers }: ImageManifest, { contentType }: RegistryAnswer) {
  const types = [mediaType, contentType];
  const isIndex = manifests !== undefined || types.some(isIndexType);
  const isImageType = (type: string) => manifestTypes.includes(type) && !isIndexType(type);
  const isImage = config !== undefined || layers !== undefined || types.some(isImageType);
  return new Set([...(isIndex ? ["index"] : []), ...(isImage ? ["image"] : [])]);
}

function pinned({ registry, repository }: ImageReference, digest: string): string {
  return printImageReference({ registry, repository, digest });
}

function fixFor(status: number | undefined, host: string): string {
  switch (status) {
    case 401:
    case 403:
      return `correct its name, or log in: \`docker login ${host}\`, or username and password.`;
    case 404:
      return "correct its name, tag or digest.";
    case 429:
      return "it counts pulls: wait, or log in.";
    default:
      return "look whether this machine reaches the registry, and run the same command again: nothing was changed.";
  }
}
