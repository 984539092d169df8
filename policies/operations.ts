import { faultMessage } from "../ecr/faults";
import { expressionFault, expressionFits } from "../ecr/regularExpression";
import { privateRepositoryNameFaults, publicRepositoryNameFaults } from "../ecr/repositoryNames";
import { nist } from "./frameworks";
import { ParameterError, repositoryNames } from "./parameters";
import { isNamed, labelled, listed, resourceTypes } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { Unknown } from "./unknowns";

/** Private and public repositories. */
export const repositoryKinds: readonly string[] = [resourceTypes.repository, resourceTypes.publicRepository];

function repositoryName(resource: Subject): unknown {
  return resource.read(resource.type === resourceTypes.publicRepository ? "repositoryName" : "name");
}

export function labelOf(resource: Subject): string {
  const kind = resource.type === resourceTypes.publicRepository ? "public repository" : "repository";
  return labelled(kind, repositoryName(resource), resource);
}

interface DeletionConfig {
  allowForceDelete: string[];
  requireProtect: boolean;
}

export const deletionProtection = resourceRule<DeletionConfig>({
  name: "ecr-deletion-protection",
  displayName: "Repositories are not deleted with their images in them",
  description: "No repository is deleted while it holds images, and repositories are protected where config says so.",
  severity: "high",
  framework: nist(["CP-9", "CM-3", "SI-12"], "Information is not lost by mistake"),
  tags: ["availability"],
  remediationSteps:
    "Leave forceDelete (forceDestroy of a public repository) out; to remove a repository for good, empty it first. Set the resource " +
    "option protect: true where it is asked for.",
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
        `${property}: ${label} is deleted with all its images; allowed is that only for ${listed(config.allowForceDelete, "none")}. ` +
          `Write ${property}: false.`,
        "Its name, which may allow that, is not known yet.",
      );
    }
    if (config.requireProtect && !resource.opts.protect) {
      findings.violation(
        `protect: ${label} is not protected, so taking it out of the program deletes it; allowed are protected repositories. ` +
          "Write the resource option { protect: true }.",
      );
    }
  },
});

interface NamesConfig {
  pattern: string;
}

const namesRule = "ecr-repository-names";

export const repositoryNamePattern = resourceRule<NamesConfig>({
  name: namesRule,
  displayName: "Repositories have names of the agreed form",
  description:
    "Names of private and public repositories are ones that ECR accepts, and have the form that config asks for.",
  severity: "low",
  framework: nist(["CM-8"], "Components can be told apart"),
  tags: ["naming"],
  remediationSteps: "Choose another name: a repository's name is fixed when it is created, so this replaces it.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html",
  parameters: {
    pattern: {
      type: "string",
      minLength: 1,
      default: "[a-z0-9._/-]+",
      description:
        "Form of names, as a regular expression for the whole name (without look-arounds, word boundaries and back references).",
    },
  },
  checkConfig: ({ pattern }: NamesConfig) => {
    const why = expressionFault(pattern);
    if (why !== undefined) {
      const rule = `the form of names is a regular expression without look-arounds, word boundaries and back references (${why}).`;
      throw new ParameterError(namesRule, {
        path: "pattern",
        value: pattern,
        rule,
        fix: 'write one such as "team-[a-z0-9-]+".',
      });
    }
  },
  types: repositoryKinds,
  judge: (resource, { pattern }, findings) => {
    const name = repositoryName(resource);
    const isPublic = resource.type === resourceTypes.publicRepository;
    const property = isPublic ? "repositoryName" : "name";
    if (name instanceof Unknown) {
      findings.unjudged(
        `${property} of ${labelOf(resource)} is not known yet; allowed are names like ${pattern}.`,
        name,
      );
      return;
    }
    // Without a name the provider makes one of the resource's.
    if (typeof name !== "string") {
      return;
    }
    const faults = (isPublic ? publicRepositoryNameFaults : privateRepositoryNameFaults)(name, property);
    for (const fault of faults) {
      findings.violation(faultMessage(fault));
    }
    if (faults.length === 0 && !expressionFits(name, pattern)) {
      findings.violation(
        `${property}: ${labelOf(resource)} has a name of another form; allowed are names like ${pattern}. Write a name of this form.`,
      );
    }
  },
});
