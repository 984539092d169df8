import { z } from "zod";
import type { CopyProgress } from "../../oci/copyBlobs";
import { ManifestCopies } from "../../oci/copyManifests";
import { type IndexChild, indexChildren, makeIndex, pushIndex } from "../../oci/imageIndex";
import type { CallContext } from "../protocol/definition";
import { withExportedImage } from "./dockerSave";
import { imageAddress, imageId, imageTag, login } from "./inputs";
import { placedImage } from "./placedImage";
import { progressText } from "./progressText";
import { telling } from "./refusal";
import { repositoryAt } from "./repositoryAt";
import { refuseTaken, tagImage } from "./tagImage";

const inputs = z.strictObject({
  images: z.array(z.strictObject({ platform: z.string(), imageId })).min(1),
  dockerHosts: z.array(z.string()).optional(),
  repository: imageAddress,
  repositoryLogin: login.optional(),
  tag: imageTag.optional(),
});
type Inputs = z.infer<typeof inputs>;

/** What decides which index is where. Where Docker is does not: an id is an image. */
const deciding = ["images", "repository", "tag"] as const;

/**
 * One image for several platforms: images that Docker holds, put together in a repository. Only the index gets the tag;
 * its images are named by their digests, and go with it. Deletion leaves all of it in the registry.
 */
export const imageIndex = placedImage({
  type: "ecr:index:ImageIndex",
  inputs,
  deciding,
  bring: publish,
  // Docker need not hold what the registry does.
  tagsWhatIsThere: true,
});

/** A refresh in the same run took the index out of the state after the program had read it there. */
const ifGone = "Run the update again: an index that the state does not have is built anew.";

async function publish({ images, dockerHosts = [], repository, repositoryLogin, tag }: Inputs, context: CallContext) {
  const target = repositoryAt(repository, repositoryLogin);
  const children: IndexChild[] = [];
  // One after the other: each is unpacked on disk.
  for (const [position, { platform, imageId: id }] of images.entries()) {
    const subject = `images[${position}]: the image for ${platform}`;
    const image = { subject, id, platform, host: dockerHosts[position], ifGone };
    children.push(
      ...(await withExportedImage(image, context.signal, (archive, digest) =>
        telling(`${subject} to ${target.url}`, async () => {
          const onProgress = (progress: CopyProgress) => context.status(`${platform}: ${progressText(progress)}`);
          await new ManifestCopies({ source: archive, target: target.client, onProgress }).manifest(digest);
          return indexChildren(target.client, digest);
        }),
      )),
    );
  }
  return telling(`images: an index in ${target.url}`, async () => {
    const index = makeIndex(children);
    await refuseTaken(target, tag, index.digest);
    // It comes last, and its tag after it: nobody pulls one whose images are not there.
    await pushIndex(target.client, index);
    return tagImage(target, index, tag);
  });
}
