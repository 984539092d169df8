import { createHash } from "node:crypto";
import { z } from "zod";
import { isDigest } from "../ecr/names/digests";
import { RegistryRefusal } from "./registryRequest";

export const ociIndex = "application/vnd.oci.image.index.v1+json";
export const ociManifest = "application/vnd.oci.image.manifest.v1+json";
export const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
export const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
/** From release candidates of the specification; some registries still have such manifests. */
const artifactManifest = "application/vnd.oci.artifact.manifest.v1+json";

const indexTypes = [ociIndex, dockerList];
const imageTypes = [ociManifest, dockerManifest, artifactManifest];

/** The media types accepted for manifests. */
export const manifestTypes: readonly string[] = [...indexTypes, ...imageTypes];

export function isIndexType(mediaType: string): boolean {
  return indexTypes.includes(mediaType);
}

export const mediaTypeForm = /^[\w.+-]{1,127}\/[\w.+-]{1,127}$/;
const mediaType = z.string().regex(mediaTypeForm);
const word = z.string().regex(/^[\w.-]{0,64}$/);
const platform = z.looseObject({ os: word, architecture: word, variant: word.optional() });
const descriptor = inOneSpelling({
  mediaType,
  digest: z.string().refine(isDigest, { error: "it is not a digest" }),
  size: z.int().min(0),
  platform: platform.optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
  artifactType: z.string().optional(),
});
const manifest = inOneSpelling({
  mediaType: mediaType.optional(),
  artifactType: z.string().optional(),
  manifests: z.array(descriptor).optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).nullish(),
  blobs: z.array(descriptor).nullish(),
  subject: descriptor.nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

/** A reference from one manifest to a manifest, index, or blob. */
export type Descriptor = z.infer<typeof descriptor>;

/** What a manifest refers to. */
export interface ManifestContent {
  /** From the manifest; from the registry when the manifest has none. */
  mediaType: string;
  isIndex: boolean;
  /** The manifests and indexes in an index. */
  children: readonly Descriptor[];
  /** Configuration and layers; in an index, entries that are not manifests, as in BuildKit's caches. */
  blobs: readonly Descriptor[];
  /** The manifest it is a referrer of. */
  subject: string | undefined;
  /** As shown in the subject's list of referrers. */
  artifactType: string | undefined;
  annotations: Record<string, string> | undefined;
}

/** A manifest's bytes and the media type from the registry's response. */
export interface RawManifest {
  body: Buffer;
  contentType: string;
}

/**
 * Parses what a manifest refers to. Anyone who can push an image controls it: each value must be well-formed.
 *
 * @throws RegistryRefusal for content that is not a manifest, and for content that one client reads as an image and
 * another as an index (CVE-2021-41190): what was verified under its digest could differ from what others pull.
 */
export function manifestContent({ body, contentType }: RawManifest): ManifestContent {
  const value = parse(body);
  const types = [value.mediaType, contentType];
  const isIndex = value.manifests !== undefined || types.some((type) => type && isIndexType(type));
  const isImage =
    [value.config, value.layers, value.blobs].some((each) => each !== undefined) ||
    types.some((type) => type && imageTypes.includes(type));
  if (isIndex && isImage) throw new RegistryRefusal("it is both an image and an index");
  const type = value.mediaType ?? (manifestTypes.includes(contentType) ? contentType : undefined);
  if (!isIndex && !isImage) throw new RegistryRefusal(`it is neither an image nor an index (${contentType})`);
  const entries = value.manifests ?? [];
  const isManifest = (entry: Descriptor) => manifestTypes.includes(entry.mediaType);
  return {
    mediaType: type ?? (isIndex ? ociIndex : ociManifest),
    isIndex,
    children: entries.filter(isManifest),
    blobs: isIndex
      ? entries.filter((entry) => !isManifest(entry))
      : [value.config ?? [], value.layers ?? [], value.blobs ?? []].flat(),
    subject: value.subject?.digest,
    artifactType: value.artifactType ?? value.config?.mediaType,
    annotations: value.annotations ?? undefined,
  };
}

/**
 * Whether a layer is not pushed and stays at its `urls` because its license forbids distribution, such as Windows base
 * layers. The manifest is copied without it, as crane and Docker do.
 */
export function isForeign({ mediaType }: Descriptor): boolean {
  return mediaType.includes(".nondistributable.") || mediaType.includes(".foreign.");
}

/** The digest of the content, with an algorithm of the registry protocol. */
export function digestOf(body: Buffer, algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(body).digest("hex")}`;
}

/**
 * Go matches JSON names case-insensitively (`Layers` sets `layers`) and the last one wins: a Go client would see a
 * different image than this code does.
 */
export function inOneSpelling<T extends z.ZodRawShape>(shape: T) {
  const names = Object.keys(shape);
  const folded = new Map(names.map((name) => [fold(name), name]));
  return z.looseObject(shape).superRefine((value, context) => {
    const other = Object.keys(value).find((key) => !names.includes(key) && folded.has(fold(key)));
    if (other === undefined) return;
    context.addIssue({ code: "custom", message: `it spells ${folded.get(fold(other))} differently` });
  });
}

/** Case folding as in Go's JSON decoder: the long s equals s, and the kelvin sign equals k. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

function parse(body: Buffer): z.infer<typeof manifest> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new RegistryRefusal("it sent no manifest: the answer is not JSON");
  }
  const parsed = manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RegistryRefusal(`it sent an invalid manifest: ${issue?.path.join(".")}: ${issue?.message}`);
}
