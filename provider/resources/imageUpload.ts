import { z } from "zod";
import type { CopyProgress } from "../../oci/copyBlobs";
import { ManifestCopies } from "../../oci/copyManifests";
import type { CallContext } from "../protocol/definition";
import { withExportedImage } from "./dockerSave";
import { imageAddress, imageId, imageTag, login } from "./inputs";
import { progressText } from "./progressText";
import { pushedImage } from "./pushedImage";
import { withRefusalAdvice } from "./refusal";
import { openRepository } from "./repositoryTarget";
import { refuseTaken, tagImage } from "./tagImage";

const inputs = z.strictObject({
  localImage: z.string(),
  imageId,
  dockerHost: z.string().optional(),
  platform: z.string().optional(),
  repository: imageAddress,
  repositoryLogin: login.optional(),
  tag: imageTag.optional(),
});
type Inputs = z.infer<typeof inputs>;

/**
 * Inputs that determine which image is where. Neither its name in Docker nor the Docker address: the ID identifies the
 * image.
 */
const identifyingInputs = ["imageId", "platform", "repository", "tag"] as const;

/**
 * An image in Docker, pushed to a repository over the registry protocol. Deleting the resource leaves it in the
 * registry.
 */
export const imageUpload = pushedImage({
  type: "ecr:index:ImageUpload",
  inputs,
  identifyingInputs,
  transfer: upload,
  // The image may be gone from Docker when the registry already has it.
  retagsExisting: true,
});

function upload(
  { localImage, imageId, dockerHost, platform, repository, repositoryLogin, tag }: Inputs,
  context: CallContext,
) {
  const target = openRepository(repository, repositoryLogin);
  const image = { subject: `localImage: ${JSON.stringify(localImage)}`, id: imageId, platform, host: dockerHost };
  return withExportedImage(image, context.signal, (archive, digest) =>
    withRefusalAdvice(`localImage: ${localImage} to ${target.url}`, async () => {
      await refuseTaken(target, tag, digest);
      const onProgress = (progress: CopyProgress) => context.status(progressText(progress));
      const copies = new ManifestCopies({ source: archive, target: target.client, onProgress });
      const { mediaType } = await copies.manifest(digest);
      context.status(`${copies.blobs.sent.bytes.toLocaleString("en")} bytes sent`);
      return tagImage(target, { digest, mediaType }, tag);
    }),
  );
}
