import { setTimeout as pause } from "node:timers/promises";
import {
  type ECRClient,
  GetLifecyclePolicyPreviewCommand,
  type LifecyclePolicyPreviewResult,
  paginateGetLifecyclePolicyPreview,
  StartLifecyclePolicyPreviewCommand,
} from "@aws-sdk/client-ecr";
import {
  evaluateLifecycle,
  type LifecyclePolicyDocument,
  lifecyclePolicyText,
  type RepositorySnapshot,
} from "../../ecr/lifecyclePolicy";

/** A difference between this evaluation and ECR's own preview for an image. */
export interface PreviewDifference {
  digest: string;
  /** `expire`, `archive` or `keep`, with the rule: `expire by rule 2`. */
  here: string;
  ecr: string;
}

const pauseMilliseconds = 2000;
/** ECR takes seconds, for very large repositories minutes. */
const longestMilliseconds = 10 * 60 * 1000;

/**
 * Compares an evaluation with ECR's own lifecycle policy preview. Reference artifacts are ignored: they follow their
 * subjects rather than a rule, and a preview need not list them.
 *
 * @throws Error when ECR's preview fails or takes longer than ten minutes.
 */
export async function compareWithEcr(
  ecr: ECRClient,
  repository: RepositorySnapshot,
  document: LifecyclePolicyDocument,
  now: Date,
): Promise<PreviewDifference[]> {
  const theirs = new Map((await ecrPreview(ecr, repository, document)).map((each) => [each.imageDigest, each]));
  return evaluateLifecycle(document, repository.images, now).flatMap((outcome) => {
    const isDue = outcome.at !== undefined && outcome.at <= now;
    const here = isDue ? `${outcome.action} by rule ${outcome.rule}` : "keep";
    const there = resultText(theirs.get(outcome.digest));
    return outcome.reason === "subject" || here === there ? [] : [{ digest: outcome.digest, here, ecr: there }];
  });
}

function resultText(result: LifecyclePolicyPreviewResult | undefined): string {
  if (result === undefined) {
    return "keep";
  }
  return `${result.action?.type === "TRANSITION" ? "archive" : "expire"} by rule ${result.appliedRulePriority}`;
}

async function ecrPreview(
  ecr: ECRClient,
  { name, registryId }: RepositorySnapshot,
  document: LifecyclePolicyDocument,
): Promise<LifecyclePolicyPreviewResult[]> {
  const at = { repositoryName: name, registryId };
  await ecr.send(new StartLifecyclePolicyPreviewCommand({ ...at, lifecyclePolicyText: lifecyclePolicyText(document) }));
  const deadline = Date.now() + longestMilliseconds;
  for (;;) {
    const { status } = await ecr.send(new GetLifecyclePolicyPreviewCommand({ ...at, maxResults: 1 }));
    if (status === "COMPLETE") {
      break;
    }
    if (status !== "IN_PROGRESS" || Date.now() > deadline) {
      throw new Error(`ECR's lifecycle policy preview of ${name} is ${status}; try again later.`);
    }
    await pause(pauseMilliseconds);
  }
  const results: LifecyclePolicyPreviewResult[] = [];
  for await (const { previewResults = [] } of paginateGetLifecyclePolicyPreview({ client: ecr, pageSize: 100 }, at)) {
    results.push(...previewResults);
  }
  return results;
}
