import { z } from "zod";
import { isDigest } from "../../ecr/digests";
import { type CopiedImage, copyImage } from "../../oci/copyImage";
import { findImage } from "../../oci/tags";
import type { CallContext } from "../protocol/definition";
import type { PropertyMap } from "../protocol/values";
import { imageAddress, imageTag, login } from "./inputs";
import { missingImage } from "./missingImage";
import { placedImage, withoutLogins } from "./placedImage";
import { progressText } from "./progressText";
import { telling } from "./refusal";
import { type RepositoryAt, repositoryAt, withoutReference } from "./repositoryAt";
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

/** What decides which image is where; logins are another one at each run and never count. */
const deciding = ["source", "repository", "tag", "platforms", "referrers"] as const;

/**
 * An image, index or artifact copied into a repository as the very bytes, with what refers to it. The tag is put last, so
 * that nothing half is ever visible. Deletion leaves the image in its registry.
 */
export const imageCopy = placedImage({ type: "ecr:index:ImageCopy", inputs, deciding, foresee: foreseen, bring: copy });

function copy(properties: Inputs, context: CallContext) {
  const { source, repository } = properties;
  return telling(`source: ${source} to ${withoutReference(repository)}`, () => bring(properties, context));
}

async function bring(
  { source, sourceLogin, repository, repositoryLogin, tag, ...options }: Inputs,
  context: CallContext,
) {
  const from = repositoryAt(source, sourceLogin);
  const to = repositoryAt(repository, repositoryLogin);
  const digest = await digestOf(from, source);
  // Of a subset of platforms the digest is known only when it is made.
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

/** What is otherwise than a whole copy would have it. */
function warningsOf({ foreignLayers, keptTags }: CopiedImage, url: string): string[] {
  const warnings: string[] = [];
  if (foreignLayers.length > 0) {
    warnings.push(
      `source: ${foreignLayers.length} of its layers must not be distributed and are not in the copy, such as ` +
        `${foreignLayers[0]}. Whoever pulls it gets them from the addresses that its manifest names.`,
    );
  }
  for (const tag of keptTags) {
    warnings.push(
      `repository: ${url}:${tag} names other signatures than in the source, and stays: it cannot be moved, or has some ` +
        "that the source does not have. Add the source's with cosign, which keeps both.",
    );
  }
  return warnings;
}

/** What the source names now. */
async function digestOf({ client, reference }: RepositoryAt, source: string): Promise<string> {
  if (reference !== undefined && isDigest(reference)) return reference;
  const found = await findImage(client, reference ?? "latest");
  if (found === undefined) throw missingImage("source", source);
  return found.digest;
}

/** What a preview can say: a digest that stands in the source is the copy's. */
function foreseen(properties: PropertyMap): PropertyMap {
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
