import { nist } from "../engine/frameworks";
import { repositoryNames } from "../engine/parameters";
import { resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { labelOf, repositoryKinds, repositoryName } from "../resources/anyRepository";
import { isNamed, listed, resourceTypes } from "../resources/resourceTypes";

interface DeletionConfig {
  allowForceDelete: string[];
  requireProtect: boolean;
}

export const deletionProtection = resourceRule<DeletionConfig>({
  name: "ecr-deletion-protection",
  displayName: "Repositories are not deleted while they hold images",
  description: "No repository can be deleted while it holds images. Config can require the resource option `protect`.",
  severity: "high",
  framework: nist(["CP-9", "CM-3", "SI-12"], "Information is not lost by mistake"),
  tags: ["availability"],
  remediationSteps:
    "Remove forceDelete (forceDestroy of a public repository); to delete a repository for good, empty it first. Set the resource " +
    "option protect: true where it is required.",
  url: "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
  parameters: {
    allowForceDelete: repositoryNames("Repositories that may be deleted with all their images."),
    requireProtect: {
      type: "boolean",
      default: false,
      description: "Whether every repository needs the resource option `protect`.",
    },
  },
  types: repositoryKinds,
  judge: (resource, config, findings) => {
    const property = resource.type === resourceTypes.publicRepository ? "forceDestroy" : "forceDelete";
    const force = resource.read(property);
    const allowed = isNamed(repositoryName(resource), config.allowForceDelete);
    const label = labelOf(resource);
    if (force instanceof Unknown) {
      if (allowed !== true) {
        findings.unjudged(`${property} of ${label} is not known yet.`, force);
      }
    } else if (force === true && allowed !== true) {
      findings.violationUnless(
        allowed || undefined,
        `${property}: ${label} would be deleted with all its images. Must be false, except for repositories in ` +
          `\`allowForceDelete\` (${listed(config.allowForceDelete, "none")}). Write ${property}: false.`,
        "Its name is not known yet; config may exempt it.",
      );
    }
    if (config.requireProtect && !resource.opts.protect) {
      findings.violation(
        `protect: ${label} is not protected, so removing it from the program deletes it. Must be protected. ` +
          "Write the resource option { protect: true }.",
      );
    }
  },
});
