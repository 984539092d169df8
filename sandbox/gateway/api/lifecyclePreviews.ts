import type {
  GetLifecyclePolicyPreviewRequest,
  LifecyclePolicyPreviewResult,
  StartLifecyclePolicyPreviewRequest,
} from "@aws-sdk/client-ecr";
import {
  evaluateLifecycle,
  type LifecycleImage,
  type LifecycleOutcome,
  lifecyclePolicyFaults,
  readLifecyclePolicy,
} from "../../../ecr/lifecyclePolicy";
import type { GatewayContext, Operation } from "../context";
import { lifecycleImages } from "../lifecycle/lifecycleImages";
import { ServiceError } from "../wire/serviceError";
import { refuseDocument } from "./faults";
import { lifecycleOf } from "./lifecyclePolicies";
import { pageOf, refusePaging } from "./paging";
import { existingRepository, inRegistry, requestedRegistry } from "./repositoryLookup";

/** A preview's result. Kept in memory and lost on restart; ECR's results expire too. */
interface Preview {
  text: string;
  results: LifecyclePolicyPreviewResult[];
}

const previews = new WeakMap<GatewayContext, Map<string, Preview>>();

function previewsOf(context: GatewayContext): Map<string, Preview> {
  const known = previews.get(context) ?? new Map<string, Preview>();
  previews.set(context, known);
  return known;
}

/** Evaluates the given document or the repository's policy. Returns IN_PROGRESS first, as ECR does. */
const startLifecyclePolicyPreview: Operation<StartLifecyclePolicyPreviewRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const text = input.lifecyclePolicyText ?? lifecycleOf(registry, repository).text;
  refuseDocument("LifecyclePolicyText", "Lifecycle policy validation failure", lifecyclePolicyFaults(text, ""));
  const { document = { rules: [] } } = readLifecyclePolicy(text, "");
  const now = new Date(context.clock.now());
  const images = lifecycleImages(context, repository);
  const outcomes = evaluateLifecycle(document, images, now);
  const results = images.flatMap((image, index) => previewResult(image, outcomes[index], now));
  previewsOf(context).set(repository.id, { text, results });
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    lifecyclePolicyText: text,
    status: "IN_PROGRESS",
  };
};

const getLifecyclePolicyPreview: Operation<GetLifecyclePolicyPreviewRequest> = (context, caller, input) => {
  const registry = requestedRegistry("private", caller, input.registryId);
  const repository = existingRepository(context, registry, input.repositoryName ?? "");
  const preview = previewsOf(context).get(repository.id);
  if (!preview) {
    throw new ServiceError(
      "LifecyclePolicyPreviewNotFoundException",
      `Lifecycle policy preview does not exist for the repository with name '${repository.name}' ${inRegistry(registry)}`,
    );
  }
  if (input.imageIds !== undefined) {
    refusePaging(input, "images with imageIds");
  }
  const fitting = preview.results.filter((result) => fits(result, input));
  const { page, nextToken } = pageOf(fitting, (result) => result.imageDigest ?? "", {
    nextToken: input.nextToken,
    maxResults: input.imageIds === undefined ? input.maxResults : Math.max(fitting.length, 1),
  });
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    lifecyclePolicyText: preview.text,
    status: "COMPLETE",
    nextToken,
    previewResults: page,
    summary: summaryOf(preview.results),
  };
};

export const lifecyclePreviewOperations = {
  StartLifecyclePolicyPreview: startLifecyclePolicyPreview,
  GetLifecyclePolicyPreview: getLifecyclePolicyPreview,
};

/** An image that a rule acts on now. Reference artifacts follow their subjects, not a rule. */
function previewResult(
  image: LifecycleImage,
  outcome: LifecycleOutcome | undefined,
  now: Date,
): LifecyclePolicyPreviewResult[] {
  if (!outcome?.at || outcome.at > now || outcome.reason === "subject") {
    return [];
  }
  return [
    {
      imageTags: image.tags.length > 0 ? [...image.tags] : undefined,
      imageDigest: image.digest,
      imagePushedAt: image.pushedAt,
      action: outcome.action === "expire" ? { type: "EXPIRE" } : { type: "TRANSITION", targetStorageClass: "ARCHIVE" },
      appliedRulePriority: outcome.rule,
      storageClass: image.storageClass === "archive" ? "ARCHIVE" : "STANDARD",
    },
  ];
}

function fits(
  { imageDigest, imageTags }: LifecyclePolicyPreviewResult,
  { imageIds, filter }: GetLifecyclePolicyPreviewRequest,
): boolean {
  const status = filter?.tagStatus ?? "ANY";
  const named =
    imageIds === undefined ||
    imageIds.some(
      (id) =>
        (id.imageDigest === undefined || id.imageDigest === imageDigest) &&
        (id.imageTag === undefined || imageTags?.includes(id.imageTag) === true),
    );
  return named && (status === "ANY" || (status === "TAGGED") === (imageTags !== undefined));
}

/** For the whole preview, regardless of page and filter. */
function summaryOf(results: readonly LifecyclePolicyPreviewResult[]): object {
  const expiring = results.filter(({ action }) => action?.type === "EXPIRE").length;
  const archiving = results.length - expiring;
  return {
    expiringImageTotalCount: expiring,
    ...(archiving > 0 && {
      transitioningImageTotalCounts: [{ targetStorageClass: "ARCHIVE", imageTotalCount: archiving }],
    }),
  };
}
