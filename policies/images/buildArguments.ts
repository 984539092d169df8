import { detectSecret } from "../../ecr/docker/secretDetection";
import { nist } from "../engine/frameworks";
import { stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { buildTypes, imageBuild, pushedNames, readReference } from "../resources/imageResources";

interface Config {
  images: "public" | "all";
  allowedArguments: string[];
}

export const buildArguments = resourceRule<Config>({
  name: "ecr-build-arguments",
  displayName: "No secrets in the build arguments of public images",
  description:
    "An image that is pushed to ECR Public is built without arguments that look like secrets: its history shows them.",
  severity: "critical",
  framework: nist(["IA-5(7)", "SC-28", "AC-22"], "No embedded unencrypted static authenticators"),
  tags: ["publishing", "secrets"],
  remediationSteps:
    "Revoke the value where it was issued and create a new one: everyone who has the image has it. Pass it to the build as a secret " +
    "mount (RUN --mount=type=secret), which leaves no trace: `builder: buildkit` with `secrets` of a ContainerImage, or `secrets` of " +
    "docker-build's Image.",
  url: "https://docs.docker.com/build/building/secrets/",
  parameters: {
    images: {
      type: "string",
      enum: ["public", "all"],
      default: "public",
      description: "Which images to check: those that are pushed to ECR Public, or all.",
    },
    allowedArguments: stringListParameter(
      "Names of build arguments that are not secrets; `*` matches any characters.",
      [],
      {
        pattern: "^[A-Za-z0-9_*-]+$",
      },
    ),
  },
  types: buildTypes,
  judge: (resource, config, findings) => {
    const build = imageBuild(resource);
    if (build === undefined) {
      return;
    }
    const names = pushedNames(resource).map(({ name }) => name);
    const isPublic = names.some((name) => readReference(name)?.registry.kind === "ecrPublic");
    const unknownName = names.find((name) => name instanceof Unknown);
    if (config.images === "public" && !isPublic && unknownName === undefined) {
      return;
    }
    const where = config.images === "public" ? "an image for ECR Public" : "an image";
    const args = build instanceof Unknown ? build : build.args;
    if (args instanceof Unknown) {
      findings.unjudged(`The build arguments of image "${resource.name}" are not known yet.`, args);
      return;
    }
    for (const [name, value] of Object.entries(args)) {
      if (matchesAny(name, config.allowedArguments)) {
        continue;
      }
      // Messages never contain the value itself.
      const looks = detectSecret(name, value);
      if (looks !== undefined) {
        findings.violationUnless(
          config.images === "all" || isPublic ? undefined : (unknownName as Unknown),
          `${(build as Exclude<typeof build, Unknown>).argsPath}.${name}: its ${looks} looks like a secret, and everyone who has image ` +
            `"${resource.name}" can read it. Must not be a secret in ${where}. Use a secret mount in the Dockerfile instead, ` +
            "or add the argument's name to `allowedArguments`.",
          "Whether the image is pushed to ECR Public is not known yet.",
        );
      }
    }
  },
});
