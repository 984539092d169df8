import { createHash } from "node:crypto";
import { z } from "zod";
import { isDigest } from "../ecr/names/digests";
import { inOneSpelling } from "./manifestContent";
import { RegistryRefusal } from "./registryRequest";

// Anyone who can push an image controls its manifest, and values from it go into URLs, references, and messages: each
// value must be well-formed.

const digest = z.string().refine(isDigest, { error: "it is not a digest" });
const mediaType = z
  .string()
  .regex(/^[\w.+-]{1,127}\/[\w.+-]{1,127}$/)
  .optional();
/** Empty in artifacts that are not images, such as signatures. */
const word = z
  .string()
  .regex(/^[\w.-]{0,64}$/)
  .optional();

const platform = z.object({ os: word, architecture: word, variant: word });

const manifest = inOneSpelling({
  mediaType,
  /** Of an index. */
  manifests: z.array(inOneSpelling({ digest, platform: platform.optional() })).optional(),
  /** Of an image. */
  config: inOneSpelling({ digest, mediaType }).optional(),
  layers: z.unknown().optional(),
});

export type Platform = z.infer<typeof platform>;
export type ImageManifest = z.infer<typeof manifest>;

/** @throws RegistryRefusal when the body is not a manifest. */
export function parseManifest(body: Buffer): ImageManifest {
  return parse(manifest, body, "manifest");
}

/** The platform from an image configuration. @throws RegistryRefusal when the body is not a configuration. */
export function parseConfiguration(body: Buffer): Platform {
  return parse(platform, body, "image configuration");
}

/** The ID and platform from `docker image inspect`. Their values come from whoever built the image. */
export const dockerImage = z
  .object({
    Id: digest,
    Os: word.unwrap().min(1),
    Architecture: word.unwrap().min(1),
    Variant: word,
    RepoDigests: z.array(z.string()).nullish().catch(null),
    Descriptor: z.unknown().optional(),
  })
  .transform(({ Id, Os, Architecture, Variant, RepoDigests, Descriptor }) => ({
    id: Id,
    /** Whether the ID is the digest of a manifest or index (containerd store) rather than of a configuration. */
    isManifest: Boolean(Descriptor) || (RepoDigests ?? []).some((each) => each.endsWith(`@${Id}`)),
    platform: { os: Os, architecture: Architecture, variant: Variant },
  }));

/** Whether the content matches a digest. */
export function hasDigest(body: Buffer, digest: string): boolean {
  const [algorithm = ""] = digest.split(":", 1);
  return digest === `${algorithm}:${createHash(algorithm).update(body).digest("hex")}`;
}

function parse<T>(schema: z.ZodType<T>, body: Buffer, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new RegistryRefusal(`it sent no ${what}: the answer is not JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RegistryRefusal(`it sent an invalid ${what}: ${issue?.path.join(".")}: ${issue?.message}`);
}
