import { printImageReference, withStandardHost } from "../../ecr/names/imageReference";
import type { Findings } from "../engine/findings";
import { nist } from "../engine/frameworks";
import { stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule, type Subject } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import { type ImageBuild, imageBuild, pushTypes, readReference } from "../resources/imageResources";
import { listed, resourceTypes } from "../resources/resourceTypes";
import { buildSettings, instructionNames, namedImages, readDockerfile } from "./dockerfile";

interface SourcesConfig {
  copiesOf: string[];
}

export const imageSources = resourceRule<SourcesConfig>({
  name: "ecr-image-sources",
  displayName: "Images are copies of tested images",
  description:
    "Where the parameter names the registries of the previous environment, nothing is built: every pushed image is a copy of an image " +
    "there.",
  severity: "high",
  framework: nist(["CM-3", "CM-5", "SA-10", "SI-7"], "Changes are tested before use"),
  tags: ["supply-chain"],
  remediationSteps:
    "Build in the first environment, and promote its image (config `ecr:promotion`, or `MirroredImage`); or add the registry that it " +
    "comes from to the parameter `copiesOf`.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push.html",
  parameters: {
    copiesOf: stringListParameter(
      "Images that may be copied, with their registry; `*` matches any characters. An empty list allows builds and every source. " +
        "Include the account's own registry where an image goes to several repositories: all but the first get a copy of it.",
    ),
  },
  types: pushTypes,
  judge: (resource, { copiesOf }, findings) => {
    if (copiesOf.length === 0) {
      return;
    }
    judgeSources(resource, originOfResource(resource), copiesOf, findings);
  },
});

/** What an image is made of. */
interface ImageOrigin {
  /** Why it is not a copy, as messages say it. */
  made?: string;
  /** The images that it is a copy of. */
  copied?: string[];
  /** What is not known yet. */
  open?: Unknown;
}

function originOfResource(resource: Subject): ImageOrigin {
  switch (resource.type) {
    case resourceTypes.imageIndex:
      return originOfIndex(resource.read("sources"));
    case resourceTypes.imageCopy:
      return originOfIndex([resource.read("source")]);
    case resourceTypes.imageTags:
    case resourceTypes.platformIndex:
      // It tags existing images or combines images that were checked where they were built.
      return {};
  }
  const isFound = resource.type === resourceTypes.registryImage || resource.type === resourceTypes.imageUpload;
  const build = isFound ? undefined : imageBuild(resource);
  return build instanceof Unknown ? { open: build } : originOfBuild(build);
}

/** An index counts as a copy of the images that it combines. */
function originOfIndex(sources: unknown): ImageOrigin {
  const [open] = unknownPaths(sources);
  return {
    copied: (Array.isArray(sources) ? sources : []).filter((each) => typeof each === "string"),
    ...(open && { open: open.unknown }),
  };
}

function originOfBuild(build: ImageBuild | undefined): ImageOrigin {
  if (build === undefined) {
    return { made: "is pushed from this machine, and its origin is unknown" };
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
    return { made: `is built here, with the context "${settings.contexts[0]}" instead of an image` };
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
  { made, copied = [], open }: ImageOrigin,
  copiesOf: readonly string[],
  findings: Findings,
): void {
  if (open !== undefined) {
    findings.unjudged(`The sources of image "${name}" are not known yet.`, open);
  }
  const others = copied
    .filter((image) => !matchesAny(standardName(image), copiesOf))
    .map((image) => `is a copy of "${image}"`);
  for (const fault of made === undefined ? others : [made]) {
    findings.violation(
      `image "${name}" ${fault}. Must be a copy of ${listed(copiesOf, "none")}. Promote an image of the previous environment.`,
    );
  }
}

/** An image with its registry's usual host, as lists name it. */
function standardName(image: string): string {
  const reference = readReference(image);
  return reference === undefined
    ? image
    : printImageReference({ ...reference, registry: withStandardHost(reference.registry) });
}
