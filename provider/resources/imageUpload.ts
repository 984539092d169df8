import { z } from "zod";
import type { CopyProgress } from "../../oci/copyBlobs";
import { ManifestCopies } from "../../oci/copyManifests";
import type { CallContext } from "../protocol/definition";
import { withExportedImage } from "./dockerSave";
import { imageAddress, imageId, imageTag, login } from "./inputs";
import { placedImage } from "./placedImage";
import { progressText } from "./progressText";
import { telling } from "./refusal";
import { repositoryAt } from "./repositoryAt";
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

/** What decides which image is where. Neither its name in Docker nor where Docker is: the id is the image. */
const deciding = ["imageId", "platform", "repository", "tag"] as const;

/** An image that Docker holds, pushed to a repository over the registry protocol. Deletion leaves it in its registry. */
export const imageUpload = placedImage({
  type: "ecr:index:ImageUpload",
  inputs,
  deciding,
  bring: upload,
  // Docker need not hold what the registry does.
  tagsWhatIsThere: true,
});

function upload(
  { localImage, imageId, dockerHost, platform, repository, repositoryLogin, tag }: Inputs,
  context: CallContext,
) {
  const target = repositoryAt(repository, repositoryLogin);
  const image = { subject: `localImage: ${JSON.stringify(localImage)}`, id: imageId, platform, host: dockerHost };
  return withExportedImage(image, context.signal, (archive, digest) =>
    telling(`localImage: ${localImage} to ${target.url}`, async () => {
      await refuseTaken(target, tag, digest);
      const onProgress = (progress: CopyProgress) => context.status(progressText(progress));
      const copies = new ManifestCopies({ source: archive, target: target.client, onProgress });
      const { mediaType } = await copies.manifest(digest);
      context.status(`${copies.blobs.sent.bytes.toLocaleString("en")} bytes sent`);
      return tagImage(target, { digest, mediaType }, tag);
    }),
  );
}
