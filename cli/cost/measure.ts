import { type ECRClient, GetAccountSettingCommand } from "@aws-sdk/client-ecr";
import { ECRPUBLICClient, paginateDescribeImages } from "@aws-sdk/client-ecr-public";
import { type StorageUse, type StoredImage, storageUse } from "../../ecr/costs/storageUse";
import { awsClients, errorText } from "../aws/clients";
import { type Manifest, readManifests } from "../aws/manifests";
import type { RepositoryContent } from "../aws/repositoryImages";

/** ECR Public's API, for stacks in every region. */
const publicRegion = "us-east-1";

export interface MeasuredRepository extends StorageUse {
  name: string;
  region: string;
  images: number;
  content: RepositoryContent;
}

export interface Measurement {
  repositories: MeasuredRepository[];
  /** All private repositories combined: with blob mounting, less than their sum. */
  total: StorageUse;
  /** Regions whose registries share layers between repositories. */
  blobMounting: string[];
  publicRepositories: { name: string; images: number; bytes: number }[];
  /** Descriptions of what the figures do not include. */
  unknown: string[];
}

/**
 * Measures what repositories store: layers from manifests, each counted once per repository, or per registry where
 * layers are shared.
 */
export async function measure(
  contents: readonly RepositoryContent[],
  publicNames: readonly string[],
): Promise<Measurement> {
  const unknown: string[] = [];
  const manifests = new Map<RepositoryContent, Map<string, Manifest>>();
  for (const content of contents) {
    const digests = content.images.map(({ digest }) => digest);
    manifests.set(content, await readManifests(awsClients(content.region).ecr, content, digests));
  }
  const blobMounting: string[] = [];
  for (const region of new Set(contents.map((content) => content.region))) {
    if (await sharesLayers(awsClients(region).ecr, region, unknown)) {
      blobMounting.push(region);
    }
  }
  const measured = measureImages(contents, manifests, blobMounting);
  const publicRepositories = await measurePublic(publicNames);
  if (publicRepositories.length > 0) {
    unknown.push(
      "public repositories: ECR Public reports only image sizes, so shared layers are counted in each image",
    );
  }
  return { ...measured, publicRepositories, unknown: [...measured.unknown, ...unknown] };
}

/**
 * Like `measure`, without calling AWS.
 *
 * @param manifests Known manifests of each repository. @default none: images count with the size that ECR reports
 * @param blobMounting Regions whose registries share layers between repositories. @default none
 */
export function measureImages(
  contents: readonly RepositoryContent[],
  manifests: ReadonlyMap<RepositoryContent, ReadonlyMap<string, Manifest>> = new Map(),
  blobMounting: readonly string[] = [],
): Measurement {
  const unknown: string[] = [];
  const stored: { region: string; images: StoredImage[] }[] = [];
  const repositories = contents.map((content): MeasuredRepository => {
    const known = manifests.get(content) ?? new Map<string, Manifest>();
    const images = storedImages(content, known);
    const estimated = images.length - known.size;
    if (estimated > 0) {
      unknown.push(
        `${content.name}: ${estimated} images counted by the size that ECR reports, without separating their layers`,
      );
    }
    stored.push({ region: content.region, images });
    const { name, region } = content;
    return { ...storageUse(images), name, region, images: images.length, content };
  });
  const total: StorageUse = { standard: 0, archive: 0 };
  for (const region of new Set(contents.map((content) => content.region))) {
    const here = stored.filter((each) => each.region === region).map(({ images }) => images);
    for (const images of blobMounting.includes(region) ? [here.flat()] : here) {
      const use = storageUse(images);
      total.standard += use.standard;
      total.archive += use.archive;
    }
  }
  return { repositories, total, blobMounting: [...blobMounting], publicRepositories: [], unknown };
}

/** An image without an available manifest (archived images) is a single part, with the size that ECR reports. */
function storedImages({ images }: RepositoryContent, manifests: ReadonlyMap<string, Manifest>): StoredImage[] {
  return images.map(({ digest, sizeBytes = 0, storageClass }): StoredImage => {
    const manifest = manifests.get(digest);
    const blobs = manifest ? [{ digest, sizeBytes: manifest.sizeBytes }, ...manifest.blobs] : [{ digest, sizeBytes }];
    return { blobs, ...(storageClass && { storageClass }) };
  });
}

/** ECR API, GetAccountSetting: BLOB_MOUNTING. Without permission for it, layers conservatively count as not shared. */
async function sharesLayers(ecr: ECRClient, region: string, unknown: string[]): Promise<boolean> {
  try {
    const { value } = await ecr.send(new GetAccountSettingCommand({ name: "BLOB_MOUNTING" }));
    return value === "ENABLED";
  } catch (error) {
    unknown.push(`whether the registry in ${region} shares layers (BLOB_MOUNTING): ${errorText(error)}`);
    return false;
  }
}

async function measurePublic(names: readonly string[]): Promise<Measurement["publicRepositories"]> {
  const client = new ECRPUBLICClient({ region: publicRegion, maxAttempts: 8 });
  const repositories: Measurement["publicRepositories"] = [];
  for (const repositoryName of names) {
    const repository = { name: repositoryName, images: 0, bytes: 0 };
    for await (const { imageDetails = [] } of paginateDescribeImages({ client, pageSize: 1000 }, { repositoryName })) {
      repository.images += imageDetails.length;
      repository.bytes += imageDetails.reduce((sum, { imageSizeInBytes = 0 }) => sum + imageSizeInBytes, 0);
    }
    repositories.push(repository);
  }
  return repositories;
}
