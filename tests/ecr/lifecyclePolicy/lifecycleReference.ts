import type { LifecycleImage, LifecyclePolicyDocument, LifecycleRule } from "../../../ecr/lifecyclePolicy";

/**
 * A second evaluator, written from ECR's documentation alone and as simply as possible: for every image and every
 * moment at which anything can become due, it decides from all images whether that image goes. It shares no code with
 * the one under test.
 */

export interface ReferenceOutcome {
  digest: string;
  rule: number | undefined;
  action: "expire" | "archive" | "keep";
  at: number | undefined;
}

const day = 86_400_000;

export function referenceOutcomes(
  { rules }: LifecyclePolicyDocument,
  images: readonly LifecycleImage[],
  now: Date,
): ReferenceOutcome[] {
  const find = (digest: string | undefined) => images.find((each) => each.digest === digest);
  const archived = (image: LifecycleImage) => image.storageClass === "archive";
  const subjectOf = (image: LifecycleImage) => (image.subject === image.digest ? undefined : find(image.subject));
  const isArtifact = (image: LifecycleImage) => image.subject !== undefined && image.subject !== image.digest;

  function fits(rule: LifecycleRule, image: LifecycleImage): boolean {
    const { tagStatus, tagPrefixList, tagPatternList, storageClass } = rule.selection;
    if (isArtifact(image) || (storageClass === "archive") !== archived(image)) return false;
    if (tagStatus === "any") return true;
    if (tagStatus === "untagged") return image.tags.length === 0;
    const expressions = [
      ...(tagPrefixList ?? []).map((prefix) => new RegExp(`^${escaped(prefix)}`)),
      ...(tagPatternList ?? []).map((pattern) => new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`)),
    ];
    return image.tags.length > 0 && expressions.every((expression) => image.tags.some((tag) => expression.test(tag)));
  }

  function ownerOf(image: LifecycleImage): LifecycleRule | undefined {
    const owners = rules.filter((rule) => fits(rule, image));
    return owners.find((rule) => owners.every((other) => other.rulePriority >= rule.rulePriority));
  }

  /** When its age in standard storage began. */
  const born = (image: LifecycleImage) => (image.activatedAt ?? image.pushedAt).getTime();

  function begin(rule: LifecycleRule, image: LifecycleImage): number {
    if (rule.selection.countType === "sinceImageTransitioned") return image.archivedAt?.getTime() ?? now.getTime();
    if (rule.selection.countType === "sinceImagePushed" || !image.lastPulledAt) return born(image);
    const restoredAfterPull = image.activatedAt && image.activatedAt > image.lastPulledAt;
    return restoredAfterPull ? born(image) : image.lastPulledAt.getTime();
  }

  /** Whether the rule by itself would act at a moment on an image that it owns. */
  function wants(rule: LifecycleRule, image: LifecycleImage, moment: number): boolean {
    const { countType, countNumber } = rule.selection;
    if (countType !== "imageCountMoreThan") return begin(rule, image) + countNumber * day <= moment;
    const newer = images.filter(
      (other) =>
        fits(rule, other) &&
        (born(other) > born(image) || (born(other) === born(image) && other.digest > image.digest)),
    );
    return newer.length >= countNumber;
  }

  function actionOf(image: LifecycleImage, moment: number): "expire" | "archive" | "keep" {
    const action = wantedAction(image, moment);
    const parents = (image.parents ?? []).flatMap((digest) => find(digest) ?? []);
    const free = parents.every((parent) => {
      const fate = actionOf(parent, moment);
      return fate === "expire" || (action === "archive" && (archived(parent) || fate === "archive"));
    });
    return free ? action : "keep";
  }

  function wantedAction(image: LifecycleImage, moment: number): "expire" | "archive" | "keep" {
    const subject = subjectOf(image);
    if (subject) {
      if (archived(subject) && !archived(image)) return "archive";
      const fate = actionOf(subject, moment);
      return fate === "archive" && archived(image) ? "keep" : fate;
    }
    if (isArtifact(image)) return "expire";
    const owner = ownerOf(image);
    if (!owner || !wants(owner, image, moment)) return "keep";
    return owner.action.type === "expire" ? "expire" : "archive";
  }

  const moments = images
    .flatMap((image) => rules.map((rule) => begin(rule, image) + rule.selection.countNumber * day))
    .filter((moment) => moment > now.getTime());
  const inOrder = [now.getTime(), ...moments.sort((a, b) => a - b)];

  return images.map((image) => {
    const at = inOrder.find((moment) => actionOf(image, moment) !== "keep");
    let owning = image;
    for (let next = subjectOf(owning); next; next = subjectOf(owning)) owning = next;
    return {
      digest: image.digest,
      rule: ownerOf(owning)?.rulePriority,
      action: at === undefined ? "keep" : actionOf(image, at),
      at,
    };
  });
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, "\\$&");
}
