import { nist } from "../engine/frameworks";
import { resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { buildTypes, type ImageBuild, imageBuild } from "../resources/imageResources";

export const imagePlatforms = resourceRule<Record<string, never>>({
  name: "ecr-image-platforms",
  displayName: "Image builds name their platform",
  description: "A build names its platform, so that every machine builds the same image.",
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
        `${platformPath}: not set in image "${resource.name}", so it depends on the machine that builds. Must name the platform. ` +
          `Write ${platformPath}: ${value}.`,
      );
    }
  },
});
