import { createHash } from "node:crypto";
import { z } from "zod";
import { isDigest } from "../ecr/digests";
import { RegistryRefusal } from "./registryRequest";

export const ociIndex = "application/vnd.oci.image.index.v1+json";
export const ociManifest = "application/vnd.oci.image.manifest.v1+json";
export const dockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
export const dockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
/** Of the specification's release candidates; some registries still have it. */
const artifactManifest = "application/vnd.oci.artifact.manifest.v1+json";

const indexTypes = [ociIndex, dockerList];
const imageTypes = [ociManifest, dockerManifest, artifactManifest];

/** Everything that is read of a registry as a manifest. */
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

/** A manifest, an index or a blob as another one names it. */
export type Descriptor = z.infer<typeof descriptor>;

/** What a manifest names. */
export interface ManifestContent {
  /** Its own; of one that does not say it, the registry's. */
  mediaType: string;
  isIndex: boolean;
  /** Manifests and indexes of an index. */
  children: readonly Descriptor[];
  /** Configuration and layers; of an index what it has beside images, as BuildKit's caches do. */
  blobs: readonly Descriptor[];
  /** What it is a referrer of. */
  subject: string | undefined;
  /** As the list of a subject's referrers shows it. */
  artifactType: string | undefined;
  annotations: Record<string, string> | undefined;
}

/** A manifest's bytes, and the media type that the registry says. */
export interface RawManifest {
  body: Buffer;
  contentType: string;
}

/**
 * Reads what a manifest names. Whoever can push an image writes it: each value that is read has to have its form.
 *
 * @throws RegistryRefusal for what is no manifest, and for what is an image to one reader and an index to another
 * (CVE-2021-41190): what somebody checked under its digest need not be what others pull under it.
 */
export function manifestContent({ body, contentType }: RawManifest): ManifestContent {
  const value = parse(body);
  const types = [value.mediaType, contentType];
  const isIndex = value.manifests !== undefined || types.some((type) => type && isIndexType(type));
  const isImage =
    [value.config, value.layers, value.blobs].some((each) => each !== undefined) ||
    types.some((type) => type && imageTypes.includes(type));
  if (isIndex && isImage) throw new RegistryRefusal("it is an image and an index at once");
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
 * Whether a layer stays where its `urls` lead: its licence forbids to distribute it, as with Windows' base layers. The
 * manifest goes without it, as with crane and Docker.
 */
export function isForeign({ mediaType }: Descriptor): boolean {
  return mediaType.includes(".nondistributable.") || mediaType.includes(".foreign.");
}

/** The digest of a content, by an algorithm of the registry protocol. */
export function digestOf(body: Buffer, algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(body).digest("hex")}`;
}

/** Go's readers take `Layers` for `layers`, and the last one counts: they would see another image than the one that is read here. */
export function inOneSpelling<T extends z.ZodRawShape>(shape: T) {
  const names = Object.keys(shape);
  const folded = new Map(names.map((name) => [fold(name), name]));
  return z.looseObject(shape).superRefine((value, context) => {
    const other = Object.keys(value).find((key) => !names.includes(key) && folded.has(fold(key)));
    if (other === undefined) return;
    context.addIssue({ code: "custom", message: `it spells ${folded.get(fold(other))} in another way` });
  });
}

/** As Go compares the names of members: the long s is an s to it, and the sign for kelvin a k. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

function parse(body: Buffer): z.infer<typeof manifest> {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new RegistryRefusal("it sends no manifest, but something that is not JSON");
  }
  const parsed = manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RegistryRefusal(`it sends no valid manifest: ${issue?.path.join(".")}: ${issue?.message}`);
}
