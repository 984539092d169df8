import { z } from "zod";
import { PushRefusal } from "./pushRefusal";

const ociManifest = "application/vnd.oci.image.manifest.v1+json";
const ociIndex = "application/vnd.oci.image.index.v1+json";
const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";

/**
 * Media types that ECR stores (ECR user guide, "Container image manifest format support"); schema 1 is not supported
 * here.
 */
export const manifestMediaTypes: readonly string[] = [dockerManifest, dockerList, ociManifest, ociIndex];

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "a digest must be sha256: followed by 64 hexadecimal digits");
/** RFC 6838 without parameters: ECR refuses `…+json;version=0.2` (aws/containers-roadmap issue 2306). */
const mediaType = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/,
    "a media type must be type/subtype, without parameters",
  );
const descriptor = z.looseObject({ mediaType, digest, size: z.int().min(0) });
const common = {
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: mediaType.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
};
const imageManifest = z.looseObject({
  ...common,
  config: descriptor,
  layers: z.array(descriptor),
  subject: descriptor.optional(),
});
const imageIndex = z.looseObject({ ...common, manifests: z.array(descriptor), subject: descriptor.optional() });

/** The properties of a manifest that the registry needs. */
export interface ManifestFacts {
  mediaType: string;
  artifactMediaType?: string;
  /** Total size of config and layers in bytes; 0 for an index. */
  blobsSize: number;
  /** Digests of the config and the layers. */
  blobs: string[];
  /** Digests of the manifests in an index. */
  children: string[];
  subject?: string;
  annotations?: Record<string, string>;
}

/**
 * Parses a manifest.
 *
 * @param contentType The client's media type; it must match the manifest's own, if it has one.
 * @param mustSayType Rejects a manifest when neither the client nor the manifest gives a media type, as PutImage does.
 * @throws PushRefusal "manifestInvalid" with the reason.
 */
export function readManifest(body: Buffer, contentType: string | undefined, mustSayType = false): ManifestFacts {
  const value = parseJson(body);
  const inside = mediaTypeInside(value);
  const declared = contentType?.split(";")[0]?.trim() || inside;
  if (declared === undefined && mustSayType) {
    throw invalid("neither it nor imageManifestMediaType specifies a media type");
  }
  const mediaType = declared ?? guessMediaType(value);
  if (inside !== undefined && inside !== mediaType) {
    throw invalid(`its mediaType is ${inside}, but it was sent as ${mediaType}`);
  }
  if (mediaType === undefined || !manifestMediaTypes.includes(mediaType)) {
    throw invalid(`the media type ${mediaType ?? "(none)"} is not one of ${manifestMediaTypes.join(", ")}`);
  }
  return mediaType === ociIndex || mediaType === dockerList
    ? indexFacts(value, mediaType)
    : imageFacts(value, mediaType);
}

/** A blob's media type in an image's manifest. */
export function blobMediaType(body: Buffer, digest: string): string | undefined {
  const { config, layers } = parse(imageManifest, parseJson(body));
  return [config, ...layers].find((blob) => blob.digest === digest)?.mediaType;
}

/**
 * The media type to store a manifest under. Distribution requires Docker's media type inside the manifest, ECR does
 * not: a manifest without one is stored as the OCI type, which has the same structure.
 */
export function mediaTypeInStorage(mediaType: string, body: Buffer): string {
  if (mediaTypeInside(parseJson(body)) !== undefined) return mediaType;
  if (mediaType === dockerManifest) return ociManifest;
  return mediaType === dockerList ? ociIndex : mediaType;
}

function mediaTypeInside(manifest: unknown): string | undefined {
  return z.looseObject({ mediaType: z.string().optional() }).safeParse(manifest).data?.mediaType;
}

function imageFacts(value: unknown, mediaType: string): ManifestFacts {
  const manifest = parse(imageManifest, value);
  const blobs = [manifest.config, ...manifest.layers];
  return {
    mediaType,
    artifactMediaType: manifest.artifactType ?? manifest.config.mediaType,
    blobsSize: blobs.reduce((sum, blob) => sum + blob.size, 0),
    blobs: blobs.map((blob) => blob.digest),
    children: [],
    subject: manifest.subject?.digest,
    annotations: manifest.annotations,
  };
}

function indexFacts(value: unknown, mediaType: string): ManifestFacts {
  const index = parse(imageIndex, value);
  return {
    mediaType,
    artifactMediaType: index.artifactType,
    blobsSize: 0,
    blobs: [],
    children: index.manifests.map((child) => child.digest),
    subject: index.subject?.digest,
    annotations: index.annotations,
  };
}

function guessMediaType(value: unknown): string | undefined {
  if (imageManifest.safeParse(value).success) {
    return ociManifest;
  }
  return imageIndex.safeParse(value).success ? ociIndex : undefined;
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    throw invalid(result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  }
  return result.data;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw invalid("it is not JSON");
  }
}

/**
 * ECR's exact message, which some clients look for (containers/image pull request 584); the reason is in the detail.
 */
function invalid(reason: string): PushRefusal {
  const message = "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'";
  return new PushRefusal("manifestInvalid", `${message} (${reason})`, reason);
}
