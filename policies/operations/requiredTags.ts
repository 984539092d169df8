import { securityHub } from "../engine/frameworks";
import { type Parameters, stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { ignoresChanges, resourceRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { labelOf, repositoryKinds } from "../resources/anyRepository";
import { ignoresTag, tagsOf, tagsProperty } from "../resources/resourceTags";
import { listed, repositorySettings, resourceTypes } from "../resources/resourceTypes";

interface TagsConfig {
  required: string[];
  values: Record<string, string[]>;
  defaults: Record<string, string>;
}

const tagsParameters: Parameters = {
  required: stringListParameter(
    "Keys of the tags that every repository must have. A public one must have at least one tag in any case.",
    [],
    {
      maxLength: 128,
    },
  ),
  values: {
    type: "object",
    additionalProperties: { type: "array", items: { type: "string" } },
    default: {},
    description: "Allowed values of a tag, by its key; `*` matches any characters. Other tags may have any value.",
  },
  defaults: {
    type: "object",
    additionalProperties: { type: "string" },
    default: {},
    description: "Values by key for missing tags, added when the rule's level is `remediate`.",
  },
};

export const requiredTags = resourceRule<TagsConfig>({
  name: "ecr-required-tags",
  displayName: "Repositories are tagged",
  description:
    "Private and public repositories, including those of creation templates, have the tags that config requires; a public one has at " +
    "least one.",
  severity: "low",
  framework: securityHub("ECR.4", "ECR public repositories should be tagged"),
  tags: ["tagging"],
  remediationSteps: "Add the tags to the resource, or to the AWS provider's default tags. Tags change in place.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html",
  parameters: tagsParameters,
  types: [...repositoryKinds, resourceTypes.creationTemplate],
  judge: (resource, config, findings) => {
    const { tags, open } = tagsOf(resource);
    const property = tagsProperty(resource);
    const label = property === "tags" ? labelOf(resource) : repositorySettings(resource).label;
    const missing = config.required.filter((each) => isMissing(tags.get(each)));
    const needsAny =
      resource.type === resourceTypes.publicRepository && tags.size === 0 && config.required.length === 0;
    if (open !== undefined && (missing.length > 0 || needsAny)) {
      // The unknown value may contain everything that is missing.
      findings.unjudged(
        `${property} of ${label} are not known yet. Must have ${listed(config.required, "at least one")}.`,
        open,
      );
    } else if (needsAny) {
      findings.violation(`tags: ${label} has no tags. Must have at least one. Write tags: { owner: "…" }.`);
    }
    const values = new Map(Object.entries(config.values));
    for (const key of open === undefined ? missing : []) {
      const value = values.get(key)?.join(" or ") ?? "…";
      const fix =
        ignoresTag(resource, key) === true
          ? "The AWS provider's ignoreTags keep this stack from setting it: remove the key there, or from `required`."
          : `Write ${property}: { ${key}: "${value}" }.`;
      findings.violation(
        `${property}.${key}: not set in ${label}. Must have ${listed(config.required, "none")}. ${fix}`,
      );
    }
    for (const [key, allowed] of values) {
      const value = tags.get(key);
      if (value instanceof Unknown) {
        findings.unjudged(
          `${property}.${key} of ${label} is not known yet. Allowed: ${listed(allowed, "none")}.`,
          value,
        );
      } else if (!isMissing(value) && !matchesAny(String(value), allowed)) {
        // Without the value: it may be a secret, and a policy cannot tell.
        findings.violation(
          `${property}.${key}: ${label} has a value that is not allowed. Allowed: ${listed(allowed, "none")}. Use one of these.`,
        );
      }
    }
  },
  remediate: (resource, config, props) => {
    const { tags, open } = tagsOf(resource);
    const property = tagsProperty(resource);
    if (open !== undefined) {
      return false;
    }
    // The provider's Check has merged these already, and AWS gets what is here. One tag with an unknown value makes all
    // of them unknown in a preview; in the update they are known.
    const all = property === "tags" ? resource.read("tagsAll") : undefined;
    const missing = Object.entries(config.defaults).filter(
      ([key]) =>
        config.required.includes(key) &&
        isMissing(tags.get(key)) &&
        ignoresTag(resource, key) === false &&
        ![property, "tagsAll"].some((each) => ignoresChanges(resource, each, key)),
    );
    if (missing.length === 0) {
      return false;
    }
    // In place, so that the existing tags stay as they are: unknown, secret or plain.
    for (const each of all === undefined || all instanceof Unknown ? [property] : [property, "tagsAll"]) {
      if (isMissing(resource.read(each))) {
        props[each] = {};
      }
      for (const [key, value] of missing) {
        // Not by assignment, which would fail for a tag named __proto__.
        Object.defineProperty(props[each], key, { value, enumerable: true, configurable: true, writable: true });
      }
    }
    return true;
  },
});

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}
