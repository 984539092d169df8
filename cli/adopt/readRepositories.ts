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

/** Repositories that are asked about at once. The SDK waits where ECR asks it to. */
const atOnce = 10;

/** A private repository as ECR has it. */
export interface PrivateFound {
  name: string;
  region: string;
  /** ECR's own words: `AES256`, `KMS`, `KMS_DSSE`. */
  encryptionType: string;
  /** ARN of the key, AWS's own too. Undefined with AES256. */
  kmsKey: string | undefined;
  imageTagMutability: string;
  exclusionFilters: string[];
  scanOnPush: boolean;
  /** JSON texts. Undefined where it has none. */
  repositoryPolicy: string | undefined;
  lifecyclePolicy: string | undefined;
  tags: Record<string, string>;
}

/** A public repository as ECR Public has it. */
export interface PublicFound {
  name: string;
  repositoryPolicy: string | undefined;
  catalogData: {
    description?: string;
    aboutText?: string;
    usageText?: string;
    architectures?: string[];
    operatingSystems?: string[];
  };
  /** Whether it shows a logo, which the API gives as an address only. */
  hasLogo: boolean;
  tags: Record<string, string>;
}

/** Reads the private repositories of a region whose names `wanted` takes. @throws the service's error. */
export async function readPrivateRepositories(
  ecr: ECRClient,
  region: string,
  wanted: (name: string) => boolean,
): Promise<PrivateFound[]> {
  const repositories: Repository[] = [];
  for await (const page of paginateDescribeRepositories({ client: ecr }, {})) {
    repositories.push(...(page.repositories ?? []).filter(({ repositoryName = "" }) => wanted(repositoryName)));
  }
  return inTurns(repositories, async (repository) => {
    const { repositoryName = "", repositoryArn: resourceArn, encryptionConfiguration: encryption } = repository;
    const of = { repositoryName };
    const [policy, lifecycle, tags] = await Promise.all([
      orNone(ecr.send(new GetRepositoryPolicyCommand(of))),
      orNone(ecr.send(new GetLifecyclePolicyCommand(of))),
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

/** Reads the account's public repositories. @param client of us-east-1 @throws the service's error. */
export async function readPublicRepositories(
  client: ECRPUBLICClient,
  wanted: (name: string) => boolean,
): Promise<PublicFound[]> {
  const repositories: { repositoryName?: string; repositoryArn?: string }[] = [];
  for await (const page of paginateDescribePublicRepositories({ client }, {})) {
    repositories.push(...(page.repositories ?? []).filter(({ repositoryName = "" }) => wanted(repositoryName)));
  }
  return inTurns(repositories, async ({ repositoryName = "", repositoryArn: resourceArn }) => {
    const of = { repositoryName };
    const [policy, catalog, tags] = await Promise.all([
      orNone(client.send(new GetPublicRepositoryPolicyCommand(of))),
      orNone(client.send(new GetRepositoryCatalogDataCommand(of))),
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

/** What may be missing: a policy, catalog data. Any other refusal goes on. */
async function orNone<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch((error: Error) => {
    if (/^(RepositoryPolicy|LifecyclePolicy|RepositoryCatalogData)NotFoundException$/.test(error.name)) {
      return undefined;
    }
    throw error;
  });
}

function tagsOf(tags: readonly { Key?: string; Value?: string }[] = []): Record<string, string> {
  // Tags of AWS's own (`aws:…`) are nobody's to set.
  return Object.fromEntries(
    tags.filter(({ Key = "" }) => !Key.startsWith("aws:")).map(({ Key = "", Value = "" }) => [Key, Value]),
  );
}

/** Answers in the order of the questions, a few of which are asked at once. */
async function inTurns<T, Answer>(questions: readonly T[], ask: (question: T) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const work = async () => {
    while (next < questions.length) {
      const turn = next++;
      answers[turn] = await ask(questions[turn] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, questions.length) }, work));
  return answers;
}
