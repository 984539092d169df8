import { z } from "zod";
import type { CopyProgress } from "../../oci/copyBlobs";
import { ManifestCopies } from "../../oci/copyManifests";
import { type IndexChild, indexChildren, makeIndex, pushIndex } from "../../oci/imageIndex";
import { putTags } from "../../oci/tags";
import type { CallContext, ResourceHandler } from "../protocol/definition";
import { withExportedImage } from "./dockerSave";
import { changesOf, progressText, readImage, refuseTaken, tagAgain, withoutLogins } from "./imageCopy";
import { checkInputs, imageAddress, imageId, imageTag, login, readInputs } from "./inputs";
import { telling } from "./refusal";
import { type RepositoryAt, repositoryAt, withoutReference } from "./repositoryAt";

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
export const imageIndex: ResourceHandler<void> = {
  type: "ecr:index:ImageIndex",

  check: async ({ news }) => checkInputs(inputs, news),

  diff: async (request) => ({ changes: changesOf(request, deciding) }),

  async create(properties, _, context) {
    if (context.preview) return { id: "", outputs: withoutLogins(properties) };
    const outputs = await publish(readInputs(inputs, properties), context);
    return {
      id: withoutReference(String(properties["repository"])),
      outputs: { ...withoutLogins(properties), ...outputs },
    };
  },

  async update(request, _, context) {
    const kept = withoutLogins(request.news);
    if (context.preview) return kept;
    // Docker need not hold what the registry does.
    const tagged = await tagAgain(request, deciding);
    return { ...kept, ...(tagged ?? (await publish(readInputs(inputs, request.news), context))) };
  },

  read: readImage,

  async delete() {
    // Lifecycle policies and the repository's deletion remove images; others may run this one.
  },
};

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
  return telling(`images: an index in ${target.url}`, () => put(children, target, tag));
}

/** The index comes last, and its tag after it: nobody pulls one whose images are not there. */
async function put(children: readonly IndexChild[], { client, url }: RepositoryAt, tag: string | undefined) {
  const index = makeIndex(children);
  const { digest, mediaType } = index;
  await refuseTaken({ client, url, reference: undefined }, tag, digest);
  await pushIndex(client, index);
  if (tag !== undefined) await putTags(client, digest, [tag]);
  return { digest, mediaType, reference: `${url}@${digest}`, tagged: tag === undefined ? null : digest };
}
