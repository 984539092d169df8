import { fitsAny } from "./access";
import { buildSettings, namedImages, readDockerfile } from "./dockerfile";
import { foreignFrontend, isDockersOwn } from "./dockerfileFrontend";
import type { Findings } from "./findings";
import { nist } from "./frameworks";
import { buildTypes, type ImageBuild, imageBuild, readReference } from "./imageResources";
import { texts } from "./parameters";
import { listed } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { Unknown } from "./unknowns";

interface BaseConfig {
  allowedBases: string[];
  baseArguments: string[];
}

export const imageBases = resourceRule<BaseConfig>({
  name: "ecr-image-bases",
  displayName: "Images are built on bases that are pinned or allowed",
  description:
    "The base images of a build, by its arguments and by the Dockerfile where it can be read, and a reader that is not Docker's own " +
    "(# syntax=), are named by digest or are on a list.",
  severity: "medium",
  framework: nist(["CM-2", "CM-14", "SR-3", "SR-4", "SI-7"], "Components come from known sources"),
  tags: ["supply-chain"],
  remediationSteps:
    "Add the digest to the base image: <image>:<tag>@sha256:…, as `docker buildx imagetools inspect` shows it; or write the image " +
    "into the parameter `allowedBases`.",
  url: "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
  parameters: {
    allowedBases: texts("Base images that need no digest, as they are written; `*` stands for any characters."),
    baseArguments: texts(
      "Build arguments that name a base image, where the Dockerfile cannot be read; `*` stands for any characters.",
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

/** An image that a build is made from. */
interface Base {
  /** Where it is named. */
  at: string;
  value: unknown;
  /** What of it is not known yet; then the value holds something in its place. */
  open?: Unknown | undefined;
  /** What the build has of it. @default "is built on" */
  use?: string;
}

function judgeBases(resource: Subject, build: ImageBuild, config: BaseConfig, findings: Findings): void {
  const dockerfile = readDockerfile(build);
  const args = build.args instanceof Unknown ? {} : build.args;
  const bases: Base[] =
    dockerfile === undefined
      ? Object.keys(args)
          .filter((name) => fitsAny(name, config.baseArguments))
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
      // A digest that is written out is known, whatever stands before it.
      if (!isPinned(reference)) {
        findings.unjudged(`${at} of image "${resource.name}" is not known yet.`, openValue);
      }
    } else if (reference !== "" && !isPinned(reference) && !fitsAny(reference, config.allowedBases)) {
      findings.violation(
        `${at}: image "${resource.name}" ${use} "${reference}", which may be another image tomorrow; allowed are bases with a ` +
          `digest, and ${listed(config.allowedBases, "no others")}. Write "${reference}@sha256:<digest>".`,
      );
    }
  }
}

/** The images that read the Dockerfile in the place of Docker's own reader, and so decide what the build makes of it. */
function frontends(dockerfile: string | undefined, args: Record<string, unknown>, argsPath: string): Base[] {
  const use = "is built by the frontend";
  const { BUILDKIT_SYNTAX: given } = args;
  if (given !== undefined && given !== null && given !== "") {
    const isOwn = typeof given === "string" && isDockersOwn(given);
    return isOwn ? [] : [{ at: `${argsPath}.BUILDKIT_SYNTAX`, value: given, use }];
  }
  const found = dockerfile === undefined ? undefined : foreignFrontend(dockerfile);
  return found === undefined
    ? []
    : [{ at: `Dockerfile, line ${found.line} (# syntax=${found.reference})`, value: found.reference, use }];
}

/** Contexts of a build that are images: `docker-image://node:22`. */
function contextImages({ contexts }: ImageBuild): Base[] {
  return Object.entries(contexts instanceof Unknown ? {} : contexts).flatMap(([name, location]): Base[] => {
    const image = typeof location === "string" ? /^docker-image:\/\/(.+)$/.exec(location)?.[1] : location;
    return image instanceof Unknown || typeof image === "string" ? [{ at: `context.named.${name}`, value: image }] : [];
  });
}

function isPinned(image: string): boolean {
  return readReference(image)?.digest !== undefined;
}

export const imagePlatforms = resourceRule<Record<string, never>>({
  name: "ecr-image-platforms",
  displayName: "Images are built for a platform that is written down",
  description: "A build names its platform, so that it gives the same image on every machine.",
  severity: "low",
  framework: nist(["CM-2", "CM-6"], "Configurations are documented"),
  tags: ["builds"],
  remediationSteps: "Set the platform of the build, such as linux/amd64.",
  url: "https://docs.docker.com/build/building/multi-platform/",
  parameters: {},
  types: buildTypes,
  judge: (resource, _, findings) => {
    const build = imageBuild(resource);
    if (build === undefined) {
      return;
    }
    const platforms = build instanceof Unknown ? build : build.platforms;
    if (platforms instanceof Unknown) {
      findings.unjudged(`The platform of image "${resource.name}" is not known yet.`, platforms);
    } else if (
      platforms === undefined ||
      platforms === null ||
      platforms === "" ||
      (Array.isArray(platforms) && platforms.length === 0)
    ) {
      const { platformPath } = build as ImageBuild;
      const value = platformPath === "platforms" ? '["linux/amd64"]' : '"linux/amd64"';
      findings.violation(
        `${platformPath}: not set in image "${resource.name}", so the machine that builds decides; allowed are builds for a platform ` +
          `that is written down. Write ${platformPath}: ${value}.`,
      );
    }
  },
});
