import * as aws from "@pulumi/aws";
import { orUndefined } from "../images/imageRepository";

/** The images in a repository of AWS. */
export interface HeldImages {
  /** Images, not tags; 0 when there is no such repository. */
  count: number;
  newest?: {
    tags: readonly string[];
    digest: string;
    /** When it was pushed, in ISO 8601. */
    pushedAt: string;
  };
}

const none: HeldImages = { count: 0 };

/** What a private repository holds, asked of AWS. */
export async function heldPrivateImages(repository: {
  repositoryName: string;
  region?: string;
  registryId?: string;
}): Promise<HeldImages> {
  const found = await orUndefined(aws.ecr.getImages(repository));
  const digests = new Set(found?.imageIds.map(({ imageDigest }) => imageDigest));
  if (digests.size === 0) return none;
  const { registryId, repositoryName, region } = repository;
  const newest = await orUndefined(aws.ecr.getImage({ repositoryName, region, registryId, mostRecent: true }));
  return {
    count: digests.size,
    ...(newest && {
      newest: { tags: newest.imageTags, digest: newest.imageDigest, pushedAt: isoTime(newest.imagePushedAt) },
    }),
  };
}

/** What a public repository holds, asked of AWS. */
export async function heldPublicImages(repository: { repositoryName: string; region: string }): Promise<HeldImages> {
  const found = await orUndefined(aws.ecrpublic.getImages(repository));
  const images = [...(found?.images ?? [])].sort((a, b) => (a.imagePushedAt < b.imagePushedAt ? 1 : -1));
  const [newest] = images;
  if (newest === undefined) return none;
  return {
    count: images.length,
    newest: { tags: newest.imageTags, digest: newest.imageDigest, pushedAt: newest.imagePushedAt },
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
