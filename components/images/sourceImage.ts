import { createHash } from "node:crypto";
import type { Fault } from "../../ecr/faults";
import {
  canonicalReference,
  hostAndPath,
  type ImageReference,
  parseImageReference,
  printImageReference,
} from "../../ecr/names/imageReference";
import type { RegistryLogin } from "../../ecr/registry/registryLogin";
import { hasDigest, type ImageManifest, parseConfiguration, parseManifest } from "../../oci/imageManifest";
import { isIndexType, manifestTypes } from "../../oci/manifestContent";
import { isPlatform, platformName, platformsText } from "../../oci/platforms";
import { type RegistryAnswer, RegistryClient } from "../../oci/registryClient";
import { RegistryRefusal } from "../../oci/registryRequest";
import { dockerLogin } from "./dockerLogin";

/** An image, index, or artifact by its immutable reference. */
export interface SourceImage {
  /** `<registry>/<repository>@<digest>`. */
  reference: string;
}

/**
 * Resolves a reference to the image it currently points to.
 *
 * @param wanted Platform to select from an index, or that a single image must have. Undefined: the image as it is.
 * @param login Default: the credentials that `docker login` stored for the registry.
 */
export async function findSourceImage(
  source: string,
  wanted: string | undefined,
  login?: RegistryLogin,
): Promise<SourceImage | { faults: Fault[] }> {
  const fault = (rule: string, fix: string) => ({ faults: [{ path: "source", value: source, rule, fix }] });
  const reference = canonicalReference(parseImageReference(source, "source"));
  const { host, path } = hostAndPath(reference);
  const client = new RegistryClient(host, path, login ?? dockerLogin(host));
  try {
    const answer = await client.manifest(reference.digest ?? reference.tag ?? "");
    const digest = `sha256:${createHash("sha256").update(answer.body).digest("hex")}`;
    const somethingElse = () =>
      fault("the registry sent other content under this digest.", "ask the registry's operator.");
    if (reference.digest !== undefined && !hasDigest(answer.body, reference.digest)) return somethingElse();
    const manifest = parseManifest(answer.body);
    const kinds = classifyManifest(manifest, answer);
    if (kinds.size > 1) return fault("its manifest is both an image and an index.", "name another image.");
    if (kinds.size === 0) {
      return fault(`it is neither an image nor an index (${answer.contentType}).`, "name an image, index or artifact.");
    }
    if (wanted === undefined) return { reference: pinnedReference(reference, digest) };
    if (kinds.has("index")) {
      return selectPlatform(manifest, source, wanted, (child) => pinnedReference(reference, child));
    }
    if (manifest.config === undefined) return fault("must have an image configuration.", "name a container image.");
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
      return fault(`it is only for ${platform}.`, `write platform: "${platform}", or leave it out.`);
    }
    return { reference: pinnedReference(reference, digest) };
  } catch (error) {
    if (!(error instanceof RegistryRefusal)) throw error;
    return fault(`its registry does not return it: ${error.message}.`, fixForStatus(error.status, host));
  }
}

/** Selects one platform of an index, or reports which ones it has. */
function selectPlatform(
  { manifests = [] }: ImageManifest,
  source: string,
  wanted: string,
  pin: (digest: string) => string,
): SourceImage | { faults: Fault[] } {
  // Attestations are listed next to the images, as platform unknown/unknown.
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
            fix: choices === "" ? "name another image: this index is empty." : `write one of ${choices}.`,
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
 * What a manifest is by its content, its own media type, and the registry's. If they differ, what was verified under a
 * digest may not be what Docker pulls under it (CVE-2021-41190).
 */
function classifyManifest(
  { mediaType = "", manifests, config, layers }: ImageManifest,
  { contentType }: RegistryAnswer,
) {
  const types = [mediaType, contentType];
  const isIndex = manifests !== undefined || types.some(isIndexType);
  const isImageType = (type: string) => manifestTypes.includes(type) && !isIndexType(type);
  const isImage = config !== undefined || layers !== undefined || types.some(isImageType);
  return new Set([...(isIndex ? ["index"] : []), ...(isImage ? ["image"] : [])]);
}

function pinnedReference({ registry, repository }: ImageReference, digest: string): string {
  return printImageReference({ registry, repository, digest });
}

function fixForStatus(status: number | undefined, host: string): string {
  switch (status) {
    case 401:
    case 403:
      return `correct its name, or log in: \`docker login ${host}\`, or username and password.`;
    case 404:
      return "correct its name, tag or digest.";
    case 429:
      return "the registry limits pulls: wait, or log in.";
    default:
      return "check that this machine can reach the registry, then run the same command again: nothing was changed.";
  }
}
