import { z } from "zod";
import { isDigest } from "../../ecr/names/digests";
import { type CopiedImage, copyImage } from "../../oci/copyImage";
import { findImage } from "../../oci/tags";
import type { CallContext } from "../protocol/definition";
import type { PropertyMap } from "../protocol/values";
import { imageAddress, imageTag, login } from "./inputs";
import { missingImage } from "./missingImage";
import { progressText } from "./progressText";
import { pushedImage, withoutLogins } from "./pushedImage";
import { withRefusalAdvice } from "./refusal";
import { openRepository, type RepositoryTarget, withoutReference } from "./repositoryTarget";
import { refuseTaken, tagImage } from "./tagImage";

const inputs = z.strictObject({
  source: imageAddress,
  sourceLogin: login.optional(),
  repository: imageAddress,
  repositoryLogin: login.optional(),
  tag: imageTag.optional(),
  platforms: z.array(z.string()).min(1).optional(),
  referrers: z.boolean().optional(),
});
type Inputs = z.infer<typeof inputs>;

/** Inputs that determine which image is where; credentials differ on each run and never count. */
const identifyingInputs = ["source", "repository", "tag", "platforms", "referrers"] as const;

/**
 * An image, index, or artifact copied to a repository byte for byte, with its referrers. The tag is put last, so that a
 * partial copy is never visible. Deleting the resource leaves the image in its registry.
 */
export const imageCopy = pushedImage({
  type: "ecr:index:ImageCopy",
  inputs,
  identifyingInputs,
  previewOutputs,
  transfer: copy,
});

function copy(properties: Inputs, context: CallContext) {
  const { source, repository } = properties;
  return withRefusalAdvice(`source: ${source} to ${withoutReference(repository)}`, () =>
    transferImage(properties, context),
  );
}

async function transferImage(
  { source, sourceLogin, repository, repositoryLogin, tag, ...options }: Inputs,
  context: CallContext,
) {
  const from = openRepository(source, sourceLogin);
  const to = openRepository(repository, repositoryLogin);
  const digest = await digestOf(from, source);
  // For a subset of platforms, the digest is known only once it is made.
  if (options.platforms === undefined) await refuseTaken(to, tag, digest);
  const copied = await copyImage({
    source: from.client,
    digest,
    target: to.client,
    referrers: options.referrers ?? true,
    platforms: options.platforms,
    onProgress: (progress) => context.status(progressText(progress)),
  });
  for (const warning of warningsOf(copied, to.url)) context.log("warning", warning);
  context.status(`${copied.bytesSent.toLocaleString("en")} bytes sent`);
  return tagImage(to, copied, tag);
}

/** How the result differs from a complete copy. */
function warningsOf({ foreignLayers, keptTags }: CopiedImage, url: string): string[] {
  const warnings: string[] = [];
  if (foreignLayers.length > 0) {
    warnings.push(
      `source: ${foreignLayers.length} of its layers must not be distributed and are not in the copy, such as ` +
        `${foreignLayers[0]}. Clients that pull it get them from the addresses in its manifest.`,
    );
  }
  for (const tag of keptTags) {
    warnings.push(
      `repository: ${url}:${tag} has other signatures than the source, and is left unchanged: it cannot be moved, or has some ` +
        "that the source does not have. Add the source's with cosign, which keeps both.",
    );
  }
  return warnings;
}

/** Resolves the source to a digest. */
async function digestOf({ client, reference }: RepositoryTarget, source: string): Promise<string> {
  if (reference !== undefined && isDigest(reference)) return reference;
  const found = await findImage(client, reference ?? "latest");
  if (found === undefined) throw missingImage("source", source);
  return found.digest;
}

/** What a preview knows: a digest in the source is the copy's digest. */
function previewOutputs(properties: PropertyMap): PropertyMap {
  const { source, repository, platforms } = properties;
  const known = withoutLogins(properties);
  if (typeof source !== "string" || (platforms !== undefined && platforms !== null)) return known;
  const [, digest] = source.split("@");
  if (digest === undefined) return known;
  return {
    ...known,
    digest,
    ...(typeof repository === "string" && { reference: `${withoutReference(repository)}@${digest}` }),
  };
}
