import { type Fault, faultMessage, showValue } from "../ecr/faults";
import { tagGrammarFaults, tagOfBoth } from "../ecr/tagGrammar";
import { exclusionFilterFaults, tagMutabilityFaults } from "../ecr/tagMutability";
import { wildcardWithin } from "../ecr/wildcard";
import { securityHub } from "./frameworks";
import { ParameterError, type Parameters, repositoryNames, tagPatterns } from "./parameters";
import { isNamed, listed, type RepositorySettings, repositorySettings, repositoryTypes } from "./resources";
import { ignoresChanges, resourceRule, type Subject } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

const name = "ecr-tag-immutability";

interface Config {
  allowedExclusionFilters: string[];
  releaseTags: string;
  allowMutable: string[];
}

/** Tags that move by their nature: what was built last, from a branch, for a pull request. */
export const movingTags = ["latest", "main", "dev-*", "pr-*"];

/** Schema of the form of release tags. */
export const releaseTagsParameter: Parameters[string] = {
  type: "string",
  minLength: 1,
  default: "semver",
  description:
    "Form of the tags of releases: `semver`, `calver`, or a regular expression for the whole tag (without look-arounds and " +
    "word boundaries).",
};

/** @throws ParameterError when the form of release tags is none. */
export function checkReleaseTags(policy: string, releaseTags: string): void {
  const [fault] = tagGrammarFaults(releaseTags, "releaseTags");
  if (fault !== undefined) {
    throw new ParameterError(policy, fault);
  }
}

export const tagImmutability = resourceRule<Config>({
  name,
  displayName: "ECR image tags do not move",
  description:
    "Private repositories and creation templates have immutable tags, but for those that config allows to move.",
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
      "Tags that may move in an immutable repository, as patterns in which `*` stands for any characters. Every tag that " +
        "an exclusion filter matches must be matched by one of these.",
      movingTags,
    ),
    releaseTags: {
      ...releaseTagsParameter,
      description: `${releaseTagsParameter.description} No exclusion filter may match one of them.`,
    },
    allowMutable: repositoryNames("Repositories whose tags may all move."),
  },
  checkConfig: (config: Config) => checkReleaseTags(name, config.releaseTags),
  types: repositoryTypes,
  judge: (resource, config, findings) => {
    const settings = repositorySettings(resource);
    const exempt = isNamed(settings.name, config.allowMutable);
    if (exempt === true) {
      return;
    }
    for (const { message, unknown } of found(resource, settings, config)) {
      if (unknown !== undefined) {
        findings.unjudged(message, unknown);
      } else {
        const why = `The name of ${settings.label}, which may allow that, is not known yet.`;
        findings.violationUnless(exempt || undefined, message, why);
      }
    }
  },
  remediate: (resource, config, props) => {
    const settings = repositorySettings(resource);
    if (isNamed(settings.name, config.allowMutable) !== false) {
      return false;
    }
    // What is not known yet is somebody's choice, and not to be overwritten.
    const properties = ["imageTagMutability", "imageTagMutabilityExclusionFilters"];
    const written = properties.map((each) => resource.read(each));
    if (properties.some((each) => ignoresChanges(resource, each))) {
      return false;
    }
    if (unknownPaths(written).length > 0 || found(resource, settings, config).length === 0) {
      return false;
    }
    props["imageTagMutability"] = "IMMUTABLE";
    // Without filters: which of them were meant is not to be guessed.
    delete props["imageTagMutabilityExclusionFilters"];
    return true;
  },
});

interface Found {
  message: string;
  /** Set when it cannot be judged yet, and may be all right. */
  unknown?: Unknown;
}

function found(resource: Subject, settings: RepositorySettings, config: Config): Found[] {
  const mutability = resource.read("imageTagMutability");
  const filters = resource.read("imageTagMutabilityExclusionFilters");
  if (mutability === "IMMUTABLE") {
    return [];
  }
  if (mutability === "IMMUTABLE_WITH_EXCLUSION") {
    return [...filtersFound(filters, settings, config), ...refusedFound(filters, settings)];
  }
  if (mutability instanceof Unknown) {
    // Filters exist with a *_WITH_EXCLUSION setting only, and one that is not allowed fails with either of the two.
    const wide = filtersFound(filters, settings, config).filter(({ unknown }) => unknown === undefined);
    const message = `imageTagMutability of ${settings.label} is not known yet; it must be IMMUTABLE or IMMUTABLE_WITH_EXCLUSION.`;
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
        `imageTagMutability: ${settings.label} has ${has}; allowed are immutable tags, but for ${patterns(allowed)}. ` +
        `Write imageTagMutability: "IMMUTABLE"${exclusion}.`,
    },
  ];
}

function filtersFound(filters: unknown, settings: RepositorySettings, config: Config): Found[] {
  const path = "imageTagMutabilityExclusionFilters";
  const open = (at: string, unknown: Unknown): Found => ({
    message: `${at} of ${settings.label} is not known yet; allowed are ${patterns(config.allowedExclusionFilters)}.`,
    unknown,
  });
  if (filters instanceof Unknown) {
    return [open(path, filters)];
  }
  return (Array.isArray(filters) ? filters : []).flatMap((each: unknown, index): Found[] => {
    const at = `${path}[${index}].filter`;
    if (each instanceof Unknown) {
      return [open(`${path}[${index}]`, each)];
    }
    const filter = (each as Record<string, unknown> | null)?.["filter"];
    if (filter instanceof Unknown) {
      return [open(at, filter)];
    }
    return typeof filter === "string" ? filterFound(filter, at, settings, config) : [];
  });
}

/** Why ECR would refuse the filters. As long as one of them is not known yet, only what is wrong with the others. */
function refusedFound(filters: unknown, { label }: RepositorySettings): Found[] {
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
    .map((fault) => ({ message: `${faultMessage(fault)} It is of ${label}.` }));
}

function filterFound(filter: string, at: string, settings: RepositorySettings, config: Config): Found[] {
  const { allowedExclusionFilters: allowed, releaseTags } = config;
  const has = `${at}: ${settings.label} has "${filter}"`;
  const release = tagOfBoth(filter, releaseTags);
  if (release.found !== false) {
    const example = release.found === true ? `lets the release tag "${release.tag}" move` : "may let release tags move";
    return [
      {
        message:
          `${has}, which ${example}; allowed are filters that match no release tag (${releaseTags}) and only ${patterns(allowed)}. ` +
          "Write filters that match these tags only.",
      },
    ];
  }
  const containment = wildcardWithin(filter, allowed);
  if (containment.within === true) {
    return [];
  }
  const example =
    containment.within === false
      ? `it also lets "${containment.example}" move`
      : "it could not be shown to match allowed tags only";
  return [
    {
      message:
        `${has}, and ${example}; allowed are ${patterns(allowed)}. ` +
        `Write ${allowed.length === 0 ? 'imageTagMutability: "IMMUTABLE" without filters' : "filters that match these tags only"}.`,
    },
  ];
}

function patterns(list: readonly string[]): string {
  return listed(list, "no tags that move");
}
