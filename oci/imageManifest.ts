import { createHash } from "node:crypto";
import { z } from "zod";
import { isDigest } from "../ecr/digests";
import { inOneSpelling } from "./manifestContent";
import { RegistryRefusal } from "./registryRequest";

// Whoever can push an image writes its manifest: what is read of it goes into addresses, references and messages, so that
// each value has to have its form.

const digest = z.string().refine(isDigest, { error: "it is not a digest" });
const mediaType = z
  .string()
  .regex(/^[\w.+-]{1,127}\/[\w.+-]{1,127}$/)
  .optional();
/** Empty in artifacts that are no images, such as signatures. */
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

/** @throws RegistryRefusal when it is none. */
export function parseManifest(body: Buffer): ImageManifest {
  return parse(manifest, body, "manifest");
}

/** The platform that an image's configuration names. @throws RegistryRefusal when it is none. */
export function parseConfiguration(body: Buffer): Platform {
  return parse(platform, body, "image configuration");
}

/** What `docker image inspect` says of an image: its id and its platform, which whoever built it wrote. */
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
    /** Whether the id is that of a manifest or an index, as in the containerd store; else of a configuration. */
    isManifest: Boolean(Descriptor) || (RepoDigests ?? []).some((each) => each.endsWith(`@${Id}`)),
    platform: { os: Os, architecture: Architecture, variant: Variant },
  }));

/** Whether a content is the one that a digest stands for. */
export function hasDigest(body: Buffer, digest: string): boolean {
  const [algorithm = ""] = digest.split(":", 1);
  return digest === `${algorithm}:${createHash(algorithm).update(body).digest("hex")}`;
}

function parse<T>(schema: z.ZodType<T>, body: Buffer, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(body.toString());
  } catch {
    throw new RegistryRefusal(`it sends no ${what}, but something that is not JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new RegistryRefusal(`it sends no valid ${what}: ${issue?.path.join(".")}: ${issue?.message}`);
}
