import { z } from "zod";
import type { CopyProgress } from "../../oci/copyBlobs";
import { ManifestCopies } from "../../oci/copyManifests";
import { putTags } from "../../oci/tags";
import type { CallContext, ResourceHandler } from "../protocol/definition";
import { withExportedImage } from "./dockerSave";
import { changesOf, progressText, readImage, refuseTaken, tagAgain, withoutLogins } from "./imageCopy";
import { checkInputs, imageAddress, imageId, imageTag, login, readInputs } from "./inputs";
import { telling } from "./refusal";
import { repositoryAt, withoutReference } from "./repositoryAt";

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
export const imageUpload: ResourceHandler<void> = {
  type: "ecr:index:ImageUpload",

  check: async ({ news }) => checkInputs(inputs, news),

  diff: async (request) => ({ changes: changesOf(request, deciding) }),

  async create(properties, _, context) {
    if (context.preview) return { id: "", outputs: withoutLogins(properties) };
    const outputs = await upload(readInputs(inputs, properties), context);
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
    return { ...kept, ...(tagged ?? (await upload(readInputs(inputs, request.news), context))) };
  },

  read: readImage,

  async delete() {
    // Lifecycle policies and the repository's deletion remove images; others may run this one.
  },
};

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
      if (tag !== undefined) await putTags(target.client, digest, [tag]);
      return { digest, mediaType, reference: `${target.url}@${digest}`, tagged: tag === undefined ? null : digest };
    }),
  );
}
