import type { ImageReference } from "../../ecr/names/imageReference";
import { nist } from "../engine/frameworks";
import { stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { type StackSubject, stackRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { readReference } from "../resources/imageResources";
import { labelled } from "../resources/resourceTypes";
import { type ImageUse, imagesRunBy, runningTypes } from "../resources/runningImages";
import { canMove, repositoryUrl, StackRepositories } from "../resources/stackRepositories";

interface Config {
  immutableRepositories: string[];
}

export const imageConsumers = stackRule<Config>({
  name: "ecr-image-consumers",
  displayName: "Images from ECR are run by digest or immutable tag",
  description:
    "ECS task definitions and services, Lambda functions, Kubernetes workloads, App Runner services, Batch jobs, CodeBuild projects, " +
    "SageMaker models and jobs, Bedrock agents and EMR applications refer to images in ECR by digest, or by a tag that cannot move.",
  severity: "medium",
  framework: nist(["CM-2", "CM-5", "SI-7", "SR-4"], "Only released images run"),
  tags: ["supply-chain"],
  remediationSteps:
    "Refer to the image by its digest (<repository>@sha256:…), which is the output repoDigest of docker.Image; or make the repository's " +
    "tags immutable.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  parameters: {
    immutableRepositories: stringListParameter(
      "Repositories outside the stack whose tags are immutable, with their registry as in image names; `*` matches any characters.",
    ),
  },
  types: runningTypes,
  judge: (stack, config, findings) => {
    const repositories = new StackRepositories(stack);
    for (const consumer of stack.ofType(...runningTypes)) {
      for (const use of imagesRunBy(consumer)) {
        const finding = judge(use, consumer, repositories, config);
        if (finding?.unknown !== undefined) {
          findings.unjudged(finding.message, finding.unknown, consumer);
        } else if (finding !== undefined) {
          findings.violation(finding.message, consumer);
        }
      }
    }
  },
});

function judge(
  { path, image, property }: ImageUse,
  consumer: StackSubject,
  repositories: StackRepositories,
  config: Config,
): { message: string; unknown: Unknown | undefined } | undefined {
  const label = `${consumer.type.split(":").at(-1)} "${consumer.name}"`;
  if (image instanceof Unknown) {
    const source = repositories.dependedOn(consumer, property);
    const of = source === undefined ? "" : `, from repository "${source.name}"`;
    return { message: `${path}, the image of ${label}${of}, is not known yet.`, unknown: image };
  }
  const reference = readReference(typeof image === "string" ? image.trim() : image);
  if (reference === undefined || reference.digest !== undefined) {
    return undefined;
  }
  const referred = repositories.of(reference);
  const own = referred[0]?.repository;
  if (own === undefined && !isEcrImage(reference)) {
    return undefined;
  }
  const url = repositoryUrl(reference);
  const tag = reference.tag ?? "latest";
  const listed = matchesAny(url, config.immutableRepositories);
  const doubt = referred.find((each) => each.doubt !== undefined)?.doubt;
  // It may be another account's repository of that name, which only the list covers. The answer is certain when it is
  // the same for all.
  const answers = new Set([
    ...referred.map(({ repository }) => canMove(tag, repository)),
    ...(own === undefined || doubt !== undefined ? [!listed] : []),
  ]);
  const [only = !listed, ...others] = answers;
  const moves = others.length === 0 ? only : ([...answers].find((each) => each instanceof Unknown) ?? doubt ?? only);
  if (moves === false) {
    return undefined;
  }
  const where =
    own === undefined
      ? "a repository that is not known to have immutable tags"
      : labelled("repository", own.read("name") ?? own.read("repositoryName"), own);
  return {
    message:
      `${path}: ${label} runs "${image}", and the tag "${tag}" ${moves === true ? "can" : "may"} move in ${where}. Must be a digest, or ` +
      `a tag that cannot move. Write "${url}@sha256:<digest>".`,
    unknown: moves === true ? undefined : moves,
  };
}

function isEcrImage({ registry }: ImageReference): boolean {
  return registry.kind !== "other";
}
