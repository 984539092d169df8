import * as ecr from "@pulumi/aws/ecr";
import * as ecrpublic from "@pulumi/aws/ecrpublic";
import { undefinedIfNotFound } from "../images/imageRepository";

/** The images in a repository in AWS. */
export interface RepositoryContents {
  /** Images, not tags; 0 when the repository does not exist. */
  count: number;
  newest?: {
    tags: readonly string[];
    digest: string;
    /** When it was pushed, in ISO 8601. */
    pushedAt: string;
  };
}

const noImages: RepositoryContents = { count: 0 };

/** Looks up a private repository's images in AWS. */
export async function privateRepositoryContents(repository: {
  repositoryName: string;
  region?: string;
  registryId?: string;
}): Promise<RepositoryContents> {
  const found = await undefinedIfNotFound(ecr.getImages(repository));
  const digests = new Set(found?.imageIds.map(({ imageDigest }) => imageDigest));
  if (digests.size === 0) return noImages;
  const { registryId, repositoryName, region } = repository;
  const newest = await undefinedIfNotFound(ecr.getImage({ repositoryName, region, registryId, mostRecent: true }));
  return {
    count: digests.size,
    ...(newest && {
      newest: { tags: newest.imageTags, digest: newest.imageDigest, pushedAt: isoTime(newest.imagePushedAt) },
    }),
  };
}

/** Looks up a public repository's images in AWS. */
export async function publicRepositoryContents(repository: {
  repositoryName: string;
  region: string;
}): Promise<RepositoryContents> {
  const found = await undefinedIfNotFound(ecrpublic.getImages(repository));
  const images = [...(found?.images ?? [])].sort((a, b) => (a.imagePushedAt < b.imagePushedAt ? 1 : -1));
  const [newest] = images;
  if (newest === undefined) return noImages;
  return {
    count: images.length,
    newest: { tags: newest.imageTags, digest: newest.imageDigest, pushedAt: newest.imagePushedAt },
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
