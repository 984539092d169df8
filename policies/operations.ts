import { faultMessage } from "../ecr/faults";
import { privateRepositoryNameFaults, publicRepositoryNameFaults } from "../ecr/repositoryNames";
import { wildcardMatches } from "../ecr/wildcard";
import { nist, securityHub } from "./frameworks";
import { parsedJson } from "./json";
import { ParameterError, type Parameters, repositoryNames, texts } from "./parameters";
import { isNamed, labelled, listed, repositorySettings, resourceTypes } from "./resources";
import { resourceRule, type Subject } from "./rule";
import { readProperty, Unknown } from "./unknowns";

const repositoryKinds: readonly string[] = [resourceTypes.repository, resourceTypes.publicRepository];

function repositoryName(resource: Subject): unknown {
  return resource.read(resource.type === resourceTypes.publicRepository ? "repositoryName" : "name");
}

function labelOf(resource: Subject): string {
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
      description: "Form of names, as a regular expression for the whole name.",
    },
  },
  checkConfig: ({ pattern }: NamesConfig) => {
    try {
      new RegExp(pattern);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unreadable";
      const rule = `the form of names is a regular expression (${why}).`;
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
    if (faults.length === 0 && !new RegExp(`^(?:${pattern})$`).test(name)) {
      findings.violation(
        `${property}: ${labelOf(resource)} has a name of another form; allowed are names like ${pattern}. Write a name of this form.`,
      );
    }
  },
});

interface TagsConfig {
  required: string[];
  values: Record<string, string[]>;
  defaults: Record<string, string>;
}

const tagsParameters: Parameters = {
  required: texts("Keys of the tags that every repository has. A public one has at least one tag in any case.", [], {
    maxLength: 128,
  }),
  values: {
    type: "object",
    additionalProperties: { type: "array", items: { type: "string" } },
    default: {},
    description:
      "Values that a tag may have, by its key; `*` stands for any characters. Other tags may have any value.",
  },
  defaults: {
    type: "object",
    additionalProperties: { type: "string" },
    default: {},
    description: "Values by key, for tags that are missing: written where the rule's level is `remediate`.",
  },
};

export const requiredTags = resourceRule<TagsConfig>({
  name: "ecr-required-tags",
  displayName: "Repositories are tagged",
  description:
    "Private and public repositories, and those of creation templates, have the tags that config asks for; a public one has at " +
    "least one.",
  severity: "low",
  framework: securityHub("ECR.4", "ECR public repositories should be tagged"),
  tags: ["tagging"],
  remediationSteps: "Add the tags to the resource, or to the AWS provider's default tags. Tags change in place.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html",
  parameters: tagsParameters,
  types: [...repositoryKinds, resourceTypes.creationTemplate],
  judge: (resource, config, findings) => {
    const tags = tagsOf(resource);
    const property = tagsProperty(resource);
    const label = property === "tags" ? labelOf(resource) : repositorySettings(resource).label;
    if (tags instanceof Unknown) {
      if (config.required.length > 0 || resource.type === resourceTypes.publicRepository) {
        findings.unjudged(
          `${property} of ${label} are not known yet; needed are ${listed(config.required, "any")}.`,
          tags,
        );
      }
      return;
    }
    if (
      resource.type === resourceTypes.publicRepository &&
      Object.keys(tags).length === 0 &&
      config.required.length === 0
    ) {
      findings.violation(
        `tags: ${label} has none; allowed are public repositories with at least one. Write tags: { owner: "…" }.`,
      );
    }
    for (const key of config.required.filter((each) => isMissing(tags[each]))) {
      const allowed = config.values[key];
      const value = allowed === undefined ? "…" : allowed.join(" or ");
      findings.violation(
        `${property}.${key}: not set in ${label}; needed are ${listed(config.required, "none")}. Write ${property}: { ${key}: "${value}" }.`,
      );
    }
    for (const [key, allowed] of Object.entries(config.values)) {
      const value = tags[key];
      if (value instanceof Unknown) {
        findings.unjudged(
          `${property}.${key} of ${label} is not known yet; allowed are ${listed(allowed, "none")}.`,
          value,
        );
      } else if (!isMissing(value) && !allowed.some((pattern) => wildcardMatches(pattern, String(value)))) {
        findings.violation(
          `${property}.${key}: ${label} has ${JSON.stringify(value)}; allowed are ${listed(allowed, "none")}. Write one of these.`,
        );
      }
    }
  },
  remediate: (resource, config, props) => {
    const tags = tagsOf(resource);
    if (tags instanceof Unknown) {
      return false;
    }
    const missing = Object.entries(config.defaults).filter(
      ([key]) => config.required.includes(key) && isMissing(tags[key]),
    );
    if (missing.length === 0) {
      return false;
    }
    // In place, so that the tags that are there stay as they are: unknown, secret or plain.
    const property = tagsProperty(resource);
    if (isMissing(resource.read(property))) {
      props[property] = {};
    }
    Object.assign(props[property] as object, Object.fromEntries(missing));
    return true;
  },
});

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** A template's own property is for the repositories that ECR makes from it. */
function tagsProperty(resource: Subject): "tags" | "resourceTags" {
  return resource.type === resourceTypes.creationTemplate ? "resourceTags" : "tags";
}

/** The resource's tags with the provider's default ones, which repositories that ECR makes from a template do not get. */
function tagsOf(resource: Subject): Record<string, unknown> | Unknown {
  const property = tagsProperty(resource);
  const own = resource.read(property);
  if (own instanceof Unknown) {
    return own;
  }
  const provider = property === "tags" ? resource.provider : undefined;
  const defaults = provider && parsedJson(readProperty(provider.props, "defaultTags"));
  const inherited = (defaults as { tags?: unknown } | null | undefined)?.tags;
  return { ...(typeof inherited === "object" ? inherited : {}), ...(own as Record<string, unknown> | undefined) };
}
