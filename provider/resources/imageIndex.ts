import { z } from "zod";
import type { CopyProgress } from "../../oci/copyBlobs";
import { ManifestCopies } from "../../oci/copyManifests";
import { type IndexChild, indexChildren, makeIndex, pushIndex } from "../../oci/imageIndex";
import type { CallContext } from "../protocol/definition";
import { withExportedImage } from "./dockerSave";
import { imageAddress, imageId, imageTag, login } from "./inputs";
import { progressText } from "./progressText";
import { pushedImage } from "./pushedImage";
import { withRefusalAdvice } from "./refusal";
import { openRepository } from "./repositoryTarget";
import { refuseTaken, tagImage } from "./tagImage";

const inputs = z.strictObject({
  images: z.array(z.strictObject({ platform: z.string(), imageId })).min(1),
  dockerHosts: z.array(z.string()).optional(),
  repository: imageAddress,
  repositoryLogin: login.optional(),
  tag: imageTag.optional(),
});
type Inputs = z.infer<typeof inputs>;

/** Inputs that determine which index is where. The Docker address does not: an ID identifies the image. */
const identifyingInputs = ["images", "repository", "tag"] as const;

/**
 * A multi-platform image: images in Docker, combined into an index in a repository. Only the index is tagged; its
 * images are referenced by digest, and deleted with it. Deleting the resource leaves all of it in the registry.
 */
export const imageIndex = pushedImage({
  type: "ecr:index:ImageIndex",
  inputs,
  identifyingInputs,
  transfer: publish,
  // The images may be gone from Docker when the registry already has the index.
  retagsExisting: true,
});

/** A refresh in the same run removed the index from the state after the program had read it. */
const adviceIfMissing = "Run the update again: an index that is not in the state is built again.";

async function publish({ images, dockerHosts = [], repository, repositoryLogin, tag }: Inputs, context: CallContext) {
  const target = openRepository(repository, repositoryLogin);
  const children: IndexChild[] = [];
  // One at a time, because each is unpacked on disk.
  for (const [position, { platform, imageId: id }] of images.entries()) {
    const subject = `images[${position}]: the image for ${platform}`;
    const image = { subject, id, platform, host: dockerHosts[position], adviceIfMissing };
    children.push(
      ...(await withExportedImage(image, context.signal, (archive, digest) =>
        withRefusalAdvice(`${subject} to ${target.url}`, async () => {
          const onProgress = (progress: CopyProgress) => context.status(`${platform}: ${progressText(progress)}`);
          await new ManifestCopies({ source: archive, target: target.client, onProgress }).manifest(digest);
          return indexChildren(target.client, digest);
        }),
      )),
    );
  }
  return withRefusalAdvice(`images: an index in ${target.url}`, async () => {
    const index = makeIndex(children);
    await refuseTaken(target, tag, index.digest);
    // Pushed last, and tagged after that: nobody can pull it before its images are there.
    await pushIndex(target.client, index);
    return tagImage(target, index, tag);
  });
}
