import type { Findings } from "../engine/findings";
import { nist } from "../engine/frameworks";
import { stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule, type Subject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { buildTypes, type ImageBuild, imageBuild, readReference } from "../resources/imageResources";
import { listed } from "../resources/resourceTypes";
import { buildSettings, namedImages, readDockerfile } from "./dockerfile";
import { foreignFrontend, isOfficialFrontend } from "./dockerfileFrontend";

interface BaseConfig {
  allowedBases: string[];
  baseArguments: string[];
}

export const imageBases = resourceRule<BaseConfig>({
  name: "ecr-image-bases",
  displayName: "Images are built on pinned or allowed base images",
  description:
    "The base images of a build, and a Dockerfile frontend that is not Docker's own (# syntax=), are pinned by digest or on a list. " +
    "They are read from the Dockerfile or, where it cannot be read, from the build arguments.",
  severity: "medium",
  framework: nist(["CM-2", "CM-14", "SR-3", "SR-4", "SI-7"], "Components come from known sources"),
  tags: ["supply-chain"],
  remediationSteps:
    "Add the digest to the base image: <image>:<tag>@sha256:…, as `docker buildx imagetools inspect` shows it; or add the image " +
    "to the parameter `allowedBases`.",
  url: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  parameters: {
    allowedBases: stringListParameter(
      "Base images that do not need a digest, as written in the Dockerfile; `*` matches any characters.",
    ),
    baseArguments: stringListParameter(
      "Build arguments that name a base image, used where the Dockerfile cannot be read; `*` matches any characters.",
      ["*IMAGE*", "*BASE*"],
      { pattern: "^[A-Za-z0-9_*]+$" },
    ),
  },
  types: buildTypes,
  judge: (resource, config, findings) => {
    const build = imageBuild(resource);
    if (build instanceof Unknown) {
      findings.unjudged(`The build of image "${resource.name}" is not known yet.`, build);
    } else if (build !== undefined) {
      judgeBases(resource, build, config, findings);
    }
  },
});

/** An image that a build uses. */
interface UsedImage {
  /** The place that names it. */
  at: string;
  value: unknown;
  /** An unknown value in it; `value` then has a placeholder. */
  open?: Unknown | undefined;
  /** How the build uses it. @default "is built on" */
  use?: string;
}

function judgeBases(resource: Subject, build: ImageBuild, config: BaseConfig, findings: Findings): void {
  const dockerfile = readDockerfile(build);
  const args = build.args instanceof Unknown ? {} : build.args;
  const bases: UsedImage[] =
    dockerfile === undefined
      ? Object.keys(args)
          .filter((name) => matchesAny(name, config.baseArguments))
          .map((name) => ({ at: `${build.argsPath}.${name}`, value: args[name] }))
      : namedImages(dockerfile, buildSettings(build)).map(({ line, instruction, reference, open }) => ({
          at: `Dockerfile, line ${line} (${instruction})`,
          value: reference,
          open,
        }));
  const open = [build.args, build.context, build.dockerfile, build.inline, build.contexts];
  const unknown = open.find((each) => each instanceof Unknown);
  if (unknown instanceof Unknown) {
    findings.unjudged(`How image "${resource.name}" is built is not known yet.`, unknown);
  }
  const all = [...bases, ...contextImages(build), ...frontends(dockerfile, args, build.argsPath)];
  for (const { at, value, open: part, use = "is built on" } of all) {
    const openValue = part ?? (value instanceof Unknown ? value : undefined);
    const reference = typeof value === "string" ? value : "";
    if (openValue !== undefined) {
      // A literal digest is enough, whatever comes before it.
      if (!isPinned(reference)) {
        findings.unjudged(`${at} of image "${resource.name}" is not known yet.`, openValue);
      }
    } else if (reference !== "" && !isPinned(reference) && !matchesAny(reference, config.allowedBases)) {
      findings.violation(
        `${at}: image "${resource.name}" ${use} "${reference}", which may be another image tomorrow. Must be pinned by ` +
          `digest, or be on the list (${listed(config.allowedBases, "empty")}). Write "${reference}@sha256:<digest>".`,
      );
    }
  }
}

/** The frontend images that replace Docker's own, and so decide what the build makes of the Dockerfile. */
function frontends(dockerfile: string | undefined, args: Record<string, unknown>, argsPath: string): UsedImage[] {
  const use = "is built by the frontend";
  const { BUILDKIT_SYNTAX: given } = args;
  if (given !== undefined && given !== null && given !== "") {
    const isOwn = typeof given === "string" && isOfficialFrontend(given);
    return isOwn ? [] : [{ at: `${argsPath}.BUILDKIT_SYNTAX`, value: given, use }];
  }
  const found = dockerfile === undefined ? undefined : foreignFrontend(dockerfile);
  return found === undefined
    ? []
    : [{ at: `Dockerfile, line ${found.line} (# syntax=${found.reference})`, value: found.reference, use }];
}

/** Named contexts that are images: `docker-image://node:22`. */
function contextImages({ contexts }: ImageBuild): UsedImage[] {
  return Object.entries(contexts instanceof Unknown ? {} : contexts).flatMap(([name, location]): UsedImage[] => {
    const image = typeof location === "string" ? /^docker-image:\/\/(.+)$/.exec(location)?.[1] : location;
    return image instanceof Unknown || typeof image === "string" ? [{ at: `context.named.${name}`, value: image }] : [];
  });
}

function isPinned(image: string): boolean {
  return readReference(image)?.digest !== undefined;
}
