import { wildcardMatches } from "../ecr/wildcard";
import { securityHub } from "./frameworks";
import { parsedJson } from "./json";
import { labelOf, repositoryKinds } from "./operations";
import { type Parameters, texts } from "./parameters";
import { listed, repositorySettings, resourceTypes } from "./resources";
import { ignoresChanges, resourceRule, type Subject } from "./rule";
import { readProperty, Unknown } from "./unknowns";

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
    const { tags, open } = tagsOf(resource);
    const property = tagsProperty(resource);
    const label = property === "tags" ? labelOf(resource) : repositorySettings(resource).label;
    const missing = config.required.filter((each) => isMissing(tags.get(each)));
    const needsAny =
      resource.type === resourceTypes.publicRepository && tags.size === 0 && config.required.length === 0;
    if (open !== undefined && (missing.length > 0 || needsAny)) {
      // What is not known may be all that is missing.
      findings.unjudged(
        `${property} of ${label} are not known yet; needed are ${listed(config.required, "any")}.`,
        open,
      );
    } else if (needsAny) {
      findings.violation(
        `tags: ${label} has none; allowed are public repositories with at least one. Write tags: { owner: "…" }.`,
      );
    }
    const values = new Map(Object.entries(config.values));
    for (const key of open === undefined ? missing : []) {
      const value = values.get(key)?.join(" or ") ?? "…";
      const fix =
        isIgnored(resource, key) === true
          ? "The AWS provider's ignoreTags keep this stack from it: take the key out there, or out of `required`."
          : `Write ${property}: { ${key}: "${value}" }.`;
      findings.violation(
        `${property}.${key}: not set in ${label}; needed are ${listed(config.required, "none")}. ${fix}`,
      );
    }
    for (const [key, allowed] of values) {
      const value = tags.get(key);
      if (value instanceof Unknown) {
        findings.unjudged(
          `${property}.${key} of ${label} is not known yet; allowed are ${listed(allowed, "none")}.`,
          value,
        );
      } else if (!isMissing(value) && !allowed.some((pattern) => wildcardMatches(pattern, String(value)))) {
        // Not the value itself: it may be a secret, and nothing tells a policy which ones are.
        findings.violation(
          `${property}.${key}: ${label} has another value; allowed are ${listed(allowed, "none")}. Write one of these.`,
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
    // The provider's Check has put these together already, and what is here is what AWS gets; a tag of an unknown value makes all of
    // them unknown in a preview, and in the update they are known.
    const all = property === "tags" ? resource.read("tagsAll") : undefined;
    const missing = Object.entries(config.defaults).filter(
      ([key]) =>
        config.required.includes(key) &&
        isMissing(tags.get(key)) &&
        isIgnored(resource, key) === false &&
        ![property, "tagsAll"].some((each) => ignoresChanges(resource, each, key)),
    );
    if (missing.length === 0) {
      return false;
    }
    // In place, so that the tags that are there stay as they are: unknown, secret or plain.
    for (const each of all === undefined || all instanceof Unknown ? [property] : [property, "tagsAll"]) {
      if (isMissing(resource.read(each))) {
        props[each] = {};
      }
      for (const [key, value] of missing) {
        // Not by assignment, which a tag named __proto__ would not survive.
        Object.defineProperty(props[each], key, { value, enumerable: true, configurable: true, writable: true });
      }
    }
    return true;
  },
});

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Whether the provider leaves a tag to others: it never reads it, so writing it would be a change in every update. */
function isIgnored(resource: Subject, key: string): boolean | Unknown {
  const { provider } = resource;
  if (provider === undefined || tagsProperty(resource) !== "tags") {
    return false;
  }
  const ignored = parsedJson(readProperty(provider.props, "ignoreTags"));
  const { keys, keyPrefixes } = (ignored instanceof Unknown ? {} : (ignored ?? {})) as Record<string, unknown>;
  const open = [ignored, keys, keyPrefixes].find((each) => each instanceof Unknown);
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  const isNamed = list(keys).includes(key) || list(keyPrefixes).some((each) => key.startsWith(String(each)));
  return isNamed || (open instanceof Unknown ? open : false);
}

/** A template's own property is for the repositories that ECR makes from it. */
function tagsProperty(resource: Subject): "tags" | "resourceTags" {
  return resource.type === resourceTypes.creationTemplate ? "resourceTags" : "tags";
}

interface Tags {
  tags: ReadonlyMap<string, unknown>;
  /** Set when there may be others. */
  open: Unknown | undefined;
}

/** The resource's tags with the provider's default ones, which repositories that ECR makes from a template do not get. */
function tagsOf(resource: Subject): Tags {
  const property = tagsProperty(resource);
  const own = resource.read(property);
  const provider = property === "tags" ? resource.provider : undefined;
  const defaults = provider && parsedJson(readProperty(provider.props, "defaultTags"));
  const inherited = defaults instanceof Unknown ? defaults : (defaults as { tags?: unknown } | null | undefined)?.tags;
  const open = [own, inherited].find((each) => each instanceof Unknown);
  return {
    tags: new Map([...entriesOf(inherited), ...entriesOf(own)]),
    open: open instanceof Unknown ? open : undefined,
  };
}

function entriesOf(tags: unknown): [string, unknown][] {
  return typeof tags === "object" && tags !== null && !(tags instanceof Unknown) ? Object.entries(tags) : [];
}
