import { printImageReference, usualRegistry } from "../ecr/imageReference";
import { fitsAny } from "./access";
import { buildSettings, instructionNames, namedImages, readDockerfile } from "./dockerfile";
import type { Findings } from "./findings";
import { nist } from "./frameworks";
import { type ImageBuild, imageBuild, pushTypes, readReference } from "./imageResources";
import { texts } from "./parameters";
import { listed, resourceTypes } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

interface SourcesConfig {
  copiesOf: string[];
}

export const imageSources = resourceRule<SourcesConfig>({
  name: "ecr-image-sources",
  displayName: "Images are copies of those that were tested before",
  description:
    "Where the parameter names the registries of the environment before, nothing is built: every image that is pushed is a copy of " +
    "one of theirs.",
  severity: "high",
  framework: nist(["CM-3", "CM-5", "SA-10", "SI-7"], "Changes are tested before they are in use"),
  tags: ["supply-chain"],
  remediationSteps:
    "Build in the first environment, and promote its image (config `ecr:promotion`, or `MirroredImage`); or write " +
    "the registry that it comes from into the parameter `copiesOf`.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push.html",
  parameters: {
    copiesOf: texts(
      "Images that may be copied, with their registry; `*` stands for any characters. An empty list allows builds and every source. " +
        "Name the own registry too where images go to several repositories: all but the first hold copies of it.",
    ),
  },
  types: pushTypes,
  judge: (resource, { copiesOf }, findings) => {
    if (copiesOf.length === 0) {
      return;
    }
    judgeSources(resource, sourcesOfResource(resource), copiesOf, findings);
  },
});

/** What an image is made of, as far as it is known. */
interface Sources {
  /** Why it is no copy, in words. */
  made?: string;
  /** The images that it is a copy of. */
  copied?: string[];
  /** What is not known yet. */
  open?: Unknown;
}

function sourcesOfResource(resource: Subject): Sources {
  switch (resource.type) {
    case resourceTypes.imageIndex:
      return sourcesOfIndex(resource.read("sources"));
    case resourceTypes.imageCopy:
      return sourcesOfIndex([resource.read("source")]);
    case resourceTypes.imageTags:
    case resourceTypes.platformIndex:
      // What it tags is there already; what it puts together was judged where it was built.
      return {};
  }
  const isFound = resource.type === resourceTypes.registryImage || resource.type === resourceTypes.imageUpload;
  const build = isFound ? undefined : imageBuild(resource);
  return build instanceof Unknown ? { open: build } : sourcesOf(build);
}

/** An index is a copy of the images that it puts together. */
function sourcesOfIndex(sources: unknown): Sources {
  const [open] = unknownPaths(sources);
  return {
    copied: (Array.isArray(sources) ? sources : []).filter((each) => typeof each === "string"),
    ...(open && { open: open.unknown }),
  };
}

function sourcesOf(build: ImageBuild | undefined): Sources {
  if (build === undefined) {
    return { made: "is pushed from this machine, and nothing says how it was made" };
  }
  const open = [build.context, build.dockerfile, build.inline, build.contexts].find((each) => each instanceof Unknown);
  if (open instanceof Unknown) {
    return { open };
  }
  const dockerfile = readDockerfile(build);
  if (dockerfile === undefined) {
    return { made: "is built here, and its Dockerfile cannot be read" };
  }
  const step = instructionNames(dockerfile).find((name) => name !== "FROM" && name !== "ARG");
  if (step !== undefined) {
    return { made: `is built here: its Dockerfile has ${step}` };
  }
  const settings = buildSettings(build);
  if (settings.contexts.length > 0) {
    return { made: `is built here, with the context "${settings.contexts[0]}" in the place of an image` };
  }
  const bases = namedImages(dockerfile, settings);
  if (bases.length === 0) {
    return { made: "is built here: its Dockerfile names no image" };
  }
  const unknown = bases.find((each) => each.open !== undefined)?.open;
  return {
    copied: bases.flatMap((base) =>
      base.open === undefined ? [base.reference ?? base.instruction.replace(/^FROM /, "")] : [],
    ),
    ...(unknown !== undefined && { open: unknown }),
  };
}

function judgeSources(
  { name }: Subject,
  { made, copied = [], open }: Sources,
  copiesOf: readonly string[],
  findings: Findings,
): void {
  if (open !== undefined) {
    findings.unjudged(`What image "${name}" is made of is not known yet.`, open);
  }
  const others = copied
    .filter((image) => !fitsAny(usualName(image), copiesOf))
    .map((image) => `is a copy of "${image}"`);
  for (const fault of made === undefined ? others : [made]) {
    findings.violation(
      `image "${name}" ${fault}; allowed are copies of ${listed(copiesOf, "none")}. Promote an image of the environment before.`,
    );
  }
}

/** An image by its registry's usual host, which the lists have. */
function usualName(image: string): string {
  const reference = readReference(image);
  return reference === undefined
    ? image
    : printImageReference({ ...reference, registry: usualRegistry(reference.registry) });
}
