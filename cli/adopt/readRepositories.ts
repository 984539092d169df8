import {
  type ECRClient,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  ListTagsForResourceCommand,
  paginateDescribeRepositories,
  type Repository,
} from "@aws-sdk/client-ecr";
import {
  type ECRPUBLICClient,
  GetRepositoryPolicyCommand as GetPublicRepositoryPolicyCommand,
  GetRepositoryCatalogDataCommand,
  ListTagsForResourceCommand as ListPublicTagsCommand,
  paginateDescribeRepositories as paginateDescribePublicRepositories,
} from "@aws-sdk/client-ecr-public";
import { errorText, isRefusal } from "../aws/clients";

/** Repositories read concurrently. The SDK backs off when ECR throttles. */
const concurrency = 10;

/** A private repository as ECR returns it. */
export interface DescribedPrivateRepository {
  name: string;
  region: string;
  /** ECR's value: `AES256`, `KMS` or `KMS_DSSE`. */
  encryptionType: string;
  /** ARN of the key, including keys managed by AWS; `undefined` with AES256. */
  kmsKey: string | undefined;
  imageTagMutability: string;
  exclusionFilters: string[];
  scanOnPush: boolean;
  /** JSON strings; `undefined` when not set. */
  repositoryPolicy: string | undefined;
  lifecyclePolicy: string | undefined;
  tags: Record<string, string>;
}

/** A public repository as ECR Public returns it. */
export interface DescribedPublicRepository {
  name: string;
  repositoryPolicy: string | undefined;
  catalogData: {
    description?: string;
    aboutText?: string;
    usageText?: string;
    architectures?: string[];
    operatingSystems?: string[];
  };
  /** Whether it has a logo. The API returns only a URL, not the image. */
  hasLogo: boolean;
  tags: Record<string, string>;
}

/** The repositories that could be read, and errors for the others: `team/app: AccessDeniedException: …`. */
export interface RepositoriesResult<Found> {
  found: Found[];
  unread: string[];
}

/**
 * Reads the private repositories of a region whose names match.
 * @throws The service's error, unless it concerns a single repository.
 */
export async function readPrivateRepositories(
  ecr: ECRClient,
  region: string,
  wanted: (name: string) => boolean,
): Promise<RepositoriesResult<DescribedPrivateRepository>> {
  const repositories: Repository[] = [];
  for await (const page of paginateDescribeRepositories({ client: ecr }, {})) {
    repositories.push(...(page.repositories ?? []).filter(({ repositoryName = "" }) => wanted(repositoryName)));
  }
  return readEach(repositories, async (repository) => {
    const { repositoryName = "", repositoryArn: resourceArn, encryptionConfiguration: encryption } = repository;
    const of = { repositoryName };
    const [policy, lifecycle, tags] = await Promise.all([
      undefinedIfNotFound(ecr.send(new GetRepositoryPolicyCommand(of))),
      undefinedIfNotFound(ecr.send(new GetLifecyclePolicyCommand(of))),
      ecr.send(new ListTagsForResourceCommand({ resourceArn })),
    ]);
    return {
      name: repositoryName,
      region,
      encryptionType: encryption?.encryptionType ?? "AES256",
      kmsKey: encryption?.kmsKey,
      imageTagMutability: repository.imageTagMutability ?? "MUTABLE",
      exclusionFilters: (repository.imageTagMutabilityExclusionFilters ?? []).map(({ filter = "" }) => filter),
      scanOnPush: repository.imageScanningConfiguration?.scanOnPush ?? false,
      repositoryPolicy: policy?.policyText,
      lifecyclePolicy: lifecycle?.lifecyclePolicyText,
      tags: tagsOf(tags.tags),
    };
  });
}

/**
 * Reads the account's public repositories.
 * @param client A client for us-east-1.
 * @throws The service's error, unless it concerns a single repository.
 */
export async function readPublicRepositories(
  client: ECRPUBLICClient,
  wanted: (name: string) => boolean,
): Promise<RepositoriesResult<DescribedPublicRepository>> {
  const repositories: { repositoryName?: string; repositoryArn?: string }[] = [];
  for await (const page of paginateDescribePublicRepositories({ client }, {})) {
    repositories.push(...(page.repositories ?? []).filter(({ repositoryName = "" }) => wanted(repositoryName)));
  }
  return readEach(repositories, async ({ repositoryName = "", repositoryArn: resourceArn }) => {
    const of = { repositoryName };
    const [policy, catalog, tags] = await Promise.all([
      undefinedIfNotFound(client.send(new GetPublicRepositoryPolicyCommand(of))),
      undefinedIfNotFound(client.send(new GetRepositoryCatalogDataCommand(of))),
      client.send(new ListPublicTagsCommand({ resourceArn })),
    ]);
    const { description, aboutText, usageText, architectures, operatingSystems, logoUrl } = catalog?.catalogData ?? {};
    return {
      name: repositoryName,
      repositoryPolicy: policy?.policyText,
      catalogData: { description, aboutText, usageText, architectures, operatingSystems },
      hasLogo: logoUrl !== undefined,
      tags: tagsOf(tags.tags),
    };
  });
}

/**
 * Returns `undefined` for an optional part that does not exist, such as a policy or catalog data. Other errors are
 * rethrown.
 */
async function undefinedIfNotFound<T>(lookup: Promise<T>): Promise<T | undefined> {
  return lookup.catch((error: Error) => {
    if (/^(RepositoryPolicy|LifecyclePolicy|RepositoryCatalogData)NotFoundException$/.test(error.name)) {
      return undefined;
    }
    throw error;
  });
}

function tagsOf(tags: readonly { Key?: string; Value?: string }[] = []): Record<string, string> {
  // `aws:` tags are reserved for AWS and cannot be set.
  return Object.fromEntries(
    tags.filter(({ Key = "" }) => !Key.startsWith("aws:")).map(({ Key = "", Value = "" }) => [Key, Value]),
  );
}

/** A repository's own policy may deny access; such an error must not stop the other repositories from being read. */
async function readEach<Repository extends { repositoryName?: string }, Found>(
  repositories: readonly Repository[],
  read: (repository: Repository) => Promise<Found>,
): Promise<RepositoriesResult<Found>> {
  const unread: string[] = [];
  const found = await mapConcurrently(repositories, async (repository) => {
    try {
      return [await read(repository)];
    } catch (error) {
      if (!isRefusal(error)) throw error;
      unread.push(`${repository.repositoryName}: ${errorText(error)}`);
      return [];
    }
  });
  return { found: found.flat(), unread };
}

/** Maps with limited concurrency; results keep the order of the input. */
async function mapConcurrently<T, Answer>(
  questions: readonly T[],
  ask: (question: T) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async () => {
    while (next < questions.length) {
      const turn = next++;
      answers[turn] = await ask(questions[turn] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, questions.length) }, work));
  return answers;
}
