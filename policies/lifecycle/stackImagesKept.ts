import { type LifecyclePolicyDocument, type LifecycleRule, ruleMatches } from "../../ecr/lifecyclePolicy";
import type { Findings } from "../engine/findings";
import { nist } from "../engine/frameworks";
import { repositoryNames } from "../engine/parameters";
import { type Stack, type StackSubject, stackRule } from "../engine/rule";
import { type Unknown, unknownPaths } from "../engine/unknowns";
import { buildTypes, readReference } from "../resources/imageResources";
import { pushedTags } from "../resources/pushedImages";
import { resourceTypes } from "../resources/resourceTypes";
import { StackRepositories } from "../resources/stackRepositories";
import { documentSource, knownDocument, reportViolations } from "./documentSource";
import { LifecycleOwners, locateResource } from "./lifecycleOwners";

interface Config {
  exempt: string[];
}

/** An image of the stack in one repository. */
interface StackImage {
  name: string;
  tags: Set<string>;
  /** Set while it may have other tags. */
  open?: Unknown;
}

/** Components that stand for one image each, whatever resources push it. */
const imageComponents: readonly string[] = ["ecr:index:ContainerImage", "ecr:index:MirroredImage"];

/** How many images a message names. */
const shown = 3;

export const stackImagesKept = stackRule<Config>({
  name: "ecr-stack-images-kept",
  displayName: "ECR lifecycle policies keep the images that the stack declares",
  description:
    "No lifecycle rule deletes an image of the stack by its age, or counts several images of the stack together, so that new builds " +
    "of one delete another that is still deployed. Only images that the stack pushes itself are known.",
  enforcementLevel: "advisory",
  severity: "high",
  framework: nist(["CP-9", "SI-12"], "Deployed images stay available"),
  tags: ["lifecycle", "availability"],
  remediationSteps:
    "Give each image a repository of its own, and limit tagged images by number instead of age: keepNewest, or countType " +
    "imageCountMoreThan.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules",
  parameters: { exempt: repositoryNames("Repositories whose images may be deleted while the stack declares them.") },
  types: [resourceTypes.lifecyclePolicy],
  judge: (stack, { exempt }, findings) => {
    const images = imagesByRepository(stack);
    const owners = new LifecycleOwners(
      stack.ofType(resourceTypes.repository).map((each) => locateResource(each, "name")),
    );
    for (const policy of stack.ofType(resourceTypes.lifecyclePolicy)) {
      const source = documentSource(policy, exempt);
      const { certain } = owners.match(locateResource(policy, "repository"));
      const held = certain.flatMap(({ resource }) => images.get(resource.urn) ?? []);
      const document = source === undefined || held.length === 0 ? undefined : knownDocument(source, findings);
      if (source !== undefined && document !== undefined) {
        reportViolations(messages(document, held, source.path, source.label), source, findings, policy);
        reportOpen(document, held, source.label, findings, policy);
      }
    }
  },
});

/** The images that the stack pushes, by the URN of the repository. */
function imagesByRepository(stack: Stack): Map<string, StackImage[]> {
  const repositories = new StackRepositories(stack);
  const found = new Map<string, Map<string, StackImage>>();
  const imagesOf = (urn: string) => {
    const images = found.get(urn) ?? new Map<string, StackImage>();
    found.set(urn, images);
    return images;
  };
  const { known, open } = pushedTags(stack);
  for (const { image, repository, tag } of known) {
    const reference = readReference(`${repository}:${tag}`);
    const [target, ...others] = reference === undefined ? [] : repositories.of(reference);
    if (target !== undefined && others.length === 0) {
      imageOf(image, imagesOf(target.repository.urn), tag).tags.add(tag);
    }
  }
  for (const { image, unknown } of open) {
    for (const { urn } of repositories.dependedOnBy(image)) {
      imageOf(image, imagesOf(urn)).open = unknown;
    }
  }
  return new Map([...found].map(([urn, images]) => [urn, [...new Set(images.values())]]));
}

/** The image that a resource pushes: that of the same component or build, or the one that has the tag already. */
function imageOf(resource: StackSubject, images: Map<string, StackImage>, tag?: string): StackImage {
  const keys = [identity(resource), ...(tag === undefined ? [] : [`tag ${tag}`])];
  const known = keys.map((key) => images.get(key)).find((each) => each !== undefined);
  const name = isComponent(resource) ? (resource.parent?.name ?? resource.name) : resource.name;
  const image = known ?? { name, tags: new Set() };
  for (const key of keys) {
    images.set(key, image);
  }
  return image;
}

function isComponent({ parent }: StackSubject): boolean {
  return parent !== undefined && imageComponents.includes(parent.type);
}

/** The same for resources that push the same image: those of a component, and builds of the same inputs. */
function identity(image: StackSubject): string {
  if (isComponent(image)) {
    return image.parent?.urn ?? image.urn;
  }
  const build = buildTypes.includes(image.type) ? image.read("build") : undefined;
  return build === undefined || unknownPaths(build).length > 0 ? image.urn : `build ${JSON.stringify(build)}`;
}

function messages(
  document: LifecyclePolicyDocument,
  images: readonly StackImage[],
  path: string,
  repository: string,
): string[] {
  return [...ownedBy(document, images)].flatMap(([rule, owned]) => {
    const at = `${path}.rules[${document.rules.indexOf(rule)}]`;
    const { countType, countNumber } = rule.selection;
    const names = namesOf(owned);
    if (countType !== "imageCountMoreThan") {
      const days = countNumber === 1 ? "1 day" : `${countNumber} days`;
      return [
        `${at}: this rule deletes images of ${repository} ${days} after their push, and the stack declares ${names}. Must keep what the ` +
          "stack declares. Limit tagged images by number (keepNewest), or add an earlier rule that owns them and never acts.",
      ];
    }
    if (owned.length < 2) {
      return [];
    }
    const what =
      countNumber < owned.length
        ? `keeps ${countNumber} of ${owned.length} images that the stack declares in ${repository}: ${names}`
        : `counts ${names} of ${repository} together, so that ${countNumber} newer builds of one delete the others, which the stack ` +
          "still declares";
    return [`${at}: this rule ${what}. Must count each image alone. Give each image a repository of its own.`];
  });
}

/** Reports the images whose tags are not known yet, if a rule may delete them. */
function reportOpen(
  { rules }: LifecyclePolicyDocument,
  images: readonly StackImage[],
  repository: string,
  findings: Findings,
  policy: StackSubject,
): void {
  const open = images.filter((each) => each.open !== undefined);
  const unknown = open[0]?.open;
  const mayDelete = rules.some(
    ({ action, selection }) =>
      action.type === "expire" &&
      selection.tagStatus !== "untagged" &&
      (selection.countType !== "imageCountMoreThan" || images.length > 1),
  );
  if (unknown !== undefined && mayDelete) {
    findings.unjudged(`Which rules of ${repository} own ${namesOf(open)} is not known yet.`, unknown, policy);
  }
}

/** The rules that delete images with known tags, each with those that it owns: the first rule that matches an image. */
function ownedBy({ rules }: LifecyclePolicyDocument, images: readonly StackImage[]): Map<LifecycleRule, StackImage[]> {
  const inOrder = [...rules].sort((a, b) => a.rulePriority - b.rulePriority);
  const owned = new Map<LifecycleRule, StackImage[]>();
  for (const image of images.filter(({ open }) => open === undefined)) {
    const seen = { digest: "", tags: [...image.tags], pushedAt: new Date(0) };
    const owner = inOrder.find((rule) => ruleMatches(rule, seen));
    if (owner?.action.type === "expire") {
      owned.set(owner, [...(owned.get(owner) ?? []), image]);
    }
  }
  return owned;
}

function namesOf(images: readonly StackImage[]): string {
  const names = images
    .slice(0, shown)
    .map(({ name, tags }) => `"${name}"${tags.size > 0 ? ` (${[...tags].sort().join(", ")})` : ""}`);
  const more = images.length - names.length;
  return names.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
