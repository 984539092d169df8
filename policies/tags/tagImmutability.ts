import { type Fault, faultMessage, showValue } from "../../ecr/faults";
import { findMatchingTag } from "../../ecr/tags/tagGrammar";
import { exclusionFilterFaults, tagMutabilityFaults } from "../../ecr/tags/tagMutability";
import { wildcardWithin } from "../../ecr/tags/wildcard";
import { securityHub } from "../engine/frameworks";
import { checkReleaseTags, movingTags, releaseTagsParameter, repositoryNames, tagPatterns } from "../engine/parameters";
import { ignoresChanges, resourceRule, type Subject } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import {
  isNamed,
  listed,
  type RepositorySettings,
  repositorySettings,
  repositoryTypes,
} from "../resources/resourceTypes";

const name = "ecr-tag-immutability";

interface Config {
  allowedExclusionFilters: string[];
  releaseTags: string;
  allowMutable: string[];
}

export const tagImmutability = resourceRule<Config>({
  name,
  displayName: "ECR image tags do not move",
  description:
    "Tags of private repositories and creation templates are immutable, except those that config allows to move.",
  severity: "high",
  framework: securityHub("ECR.2", "ECR private repositories should have tag immutability configured", {
    nist: ["CA-9(1)", "CM-2", "CM-8(1)"],
  }),
  tags: ["supply-chain"],
  remediationSteps:
    'Set imageTagMutability to "IMMUTABLE", or to "IMMUTABLE_WITH_EXCLUSION" with filters for the tags that are meant to ' +
    "move. It changes in place; images and tags stay as they are.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  parameters: {
    allowedExclusionFilters: tagPatterns(
      "Tags that may move in an immutable repository; `*` matches any characters. Every tag that an exclusion filter matches " +
        "must also match one of these.",
      movingTags,
    ),
    releaseTags: {
      ...releaseTagsParameter,
      description: `${releaseTagsParameter.description} No exclusion filter may match one.`,
    },
    allowMutable: repositoryNames("Repositories where every tag may move."),
  },
  checkConfig: (config: Config) => checkReleaseTags(name, config.releaseTags),
  types: repositoryTypes,
  judge: (resource, config, findings) => {
    const settings = repositorySettings(resource);
    const exempt = isNamed(settings.name, config.allowMutable);
    if (exempt === true) {
      return;
    }
    for (const { message, unknown } of mutabilityFindings(resource, settings, config)) {
      if (unknown !== undefined) {
        findings.unjudged(message, unknown);
      } else {
        const why = `The name of ${settings.label} is not known yet; config may exempt it.`;
        findings.violationUnless(exempt || undefined, message, why);
      }
    }
  },
  remediate: (resource, config, props) => {
    const settings = repositorySettings(resource);
    if (isNamed(settings.name, config.allowMutable) !== false) {
      return false;
    }
    // A value that is not known yet is the author's choice, and must not be overwritten.
    const properties = ["imageTagMutability", "imageTagMutabilityExclusionFilters"];
    const written = properties.map((each) => resource.read(each));
    if (properties.some((each) => ignoresChanges(resource, each))) {
      return false;
    }
    if (unknownPaths(written).length > 0 || mutabilityFindings(resource, settings, config).length === 0) {
      return false;
    }
    props["imageTagMutability"] = "IMMUTABLE";
    // Without filters, because the intended ones cannot be guessed.
    delete props["imageTagMutabilityExclusionFilters"];
    return true;
  },
});

interface TagFinding {
  message: string;
  /** Set when the rule cannot decide yet. */
  unknown?: Unknown;
}

function mutabilityFindings(resource: Subject, settings: RepositorySettings, config: Config): TagFinding[] {
  const mutability = resource.read("imageTagMutability");
  const filters = resource.read("imageTagMutabilityExclusionFilters");
  if (mutability === "IMMUTABLE") {
    return [];
  }
  if (mutability === "IMMUTABLE_WITH_EXCLUSION") {
    return [...filterListFindings(filters, settings, config), ...rejectedFilterFindings(filters, settings)];
  }
  if (mutability instanceof Unknown) {
    // Filters exist only with a *_WITH_EXCLUSION setting; one that is not allowed fails with both of them.
    const wide = filterListFindings(filters, settings, config).filter(({ unknown }) => unknown === undefined);
    const message = `imageTagMutability of ${settings.label} is not known yet. Must be IMMUTABLE or IMMUTABLE_WITH_EXCLUSION.`;
    return wide.length > 0 ? wide : [{ message, unknown: mutability }];
  }
  const has =
    mutability === undefined ? "MUTABLE tags, ECR's default, as it is not set" : `${showValue(mutability)} tags`;
  const allowed = config.allowedExclusionFilters;
  const exclusion =
    allowed.length === 0
      ? ""
      : `, or "IMMUTABLE_WITH_EXCLUSION" with imageTagMutabilityExclusionFilters: ` +
        `[{ filter: "${allowed[0]}", filterType: "WILDCARD" }]`;
  return [
    {
      message:
        `imageTagMutability: ${settings.label} has ${has}. Must be immutable${allowed.length === 0 ? "" : `, except for ${patterns(allowed)}`}. ` +
        `Write imageTagMutability: "IMMUTABLE"${exclusion}.`,
    },
  ];
}

function filterListFindings(filters: unknown, settings: RepositorySettings, config: Config): TagFinding[] {
  const path = "imageTagMutabilityExclusionFilters";
  const open = (at: string, unknown: Unknown): TagFinding => ({
    message: `${at} of ${settings.label} is not known yet. Allowed: ${patterns(config.allowedExclusionFilters)}.`,
    unknown,
  });
  if (filters instanceof Unknown) {
    return [open(path, filters)];
  }
  return (Array.isArray(filters) ? filters : []).flatMap((each: unknown, index): TagFinding[] => {
    const at = `${path}[${index}].filter`;
    if (each instanceof Unknown) {
      return [open(`${path}[${index}]`, each)];
    }
    const filter = (each as Record<string, unknown> | null)?.["filter"];
    if (filter instanceof Unknown) {
      return [open(at, filter)];
    }
    return typeof filter === "string" ? filterFindings(filter, at, settings, config) : [];
  });
}

/** Why ECR would reject the filters. While one of them is not known yet, only the faults of the others. */
function rejectedFilterFindings(filters: unknown, { label }: RepositorySettings): TagFinding[] {
  const path = "imageTagMutabilityExclusionFilters";
  const open = unknownPaths(filters, path);
  const settings = { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION", exclusionFilters: filters };
  const faults: Fault[] =
    open.length === 0
      ? tagMutabilityFaults(settings, "").map((fault) => ({
          ...fault,
          path: fault.path.replace(/^exclusionFilters/, path),
        }))
      : (Array.isArray(filters) ? filters : []).flatMap((each: unknown, index) =>
          exclusionFilterFaults(each, `${path}[${index}]`),
        );
  return faults
    .filter(
      (fault) =>
        !open.some(
          ({ path: at }) => fault.path === at || at.startsWith(`${fault.path}.`) || fault.path.startsWith(`${at}.`),
        ),
    )
    .map((fault) => ({ message: `${faultMessage(fault)} Found in ${label}.` }));
}

function filterFindings(filter: string, at: string, settings: RepositorySettings, config: Config): TagFinding[] {
  const { allowedExclusionFilters: allowed, releaseTags } = config;
  const has = `${at}: ${settings.label} has "${filter}"`;
  const release = findMatchingTag(filter, releaseTags);
  if (release.found !== false) {
    const example =
      release.found === true ? `allows the release tag "${release.tag}" to move` : "may allow release tags to move";
    return [
      {
        message:
          `${has}, which ${example}. Must not match a release tag (${releaseTags}). Allowed: ${patterns(allowed)}. ` +
          "Write filters that match only these tags.",
      },
    ];
  }
  const containment = wildcardWithin(filter, allowed);
  if (containment.within === true) {
    return [];
  }
  const example =
    containment.within === false
      ? `allows "${containment.example}" to move`
      : "may match other tags than the allowed ones";
  return [
    {
      message:
        `${has}, which ${example}. Allowed: ${patterns(allowed)}. ` +
        `Write ${allowed.length === 0 ? 'imageTagMutability: "IMMUTABLE" without filters' : "filters that match only these tags"}.`,
    },
  ];
}

function patterns(list: readonly string[]): string {
  return listed(list, "none");
}
