import type { ResourceValidationPolicy } from "@pulumi/policy";
import { showValue } from "../ecr/faults";
import { wildcardWithin } from "../ecr/wildcard";
import { securityHub } from "./frameworks";
import { type Parameters, readParameters, repositoryNames } from "./parameters";
import { isNamed, type RepositorySettings, repositorySettings } from "./resources";
import { readProperty, Unjudged, Unknown } from "./unknowns";

const name = "ecr-tag-immutability";

interface Config {
  allowedExclusionFilters: string[];
  allowMutable: string[];
}

const parameters: Parameters = {
  allowedExclusionFilters: {
    type: "array",
    items: { type: "string", minLength: 1, maxLength: 128, pattern: "^[0-9A-Za-z._*-]+$" },
    default: ["latest"],
    description:
      "Tags that may move in an immutable repository, as patterns in which `*` stands for any characters. Every tag that " +
      "an exclusion filter matches must be matched by one of these.",
  },
  allowMutable: repositoryNames("Repositories whose tags may all move."),
};

export const tagImmutability: ResourceValidationPolicy = {
  name,
  displayName: "ECR image tags do not move",
  description:
    "Private repositories and creation templates have immutable tags, but for those that config allows to move.",
  enforcementLevel: "mandatory",
  severity: "high",
  framework: securityHub("ECR.2", "ECR private repositories should have tag immutability configured"),
  tags: ["supply-chain"],
  remediationSteps:
    'Set imageTagMutability to "IMMUTABLE", or to "IMMUTABLE_WITH_EXCLUSION" with filters for the tags that are meant to ' +
    "move. It changes in place; images and tags stay as they are.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  configSchema: { properties: parameters },
  validateResource: (args, reportViolation) => {
    const settings = repositorySettings(args);
    if (settings === undefined) {
      return;
    }
    const config = readParameters<Config>(name, parameters, args);
    const exempt = isNamed(settings.name, config.allowMutable);
    if (exempt === true) {
      return;
    }
    const unjudged = new Unjudged();
    for (const finding of findings(settings, config)) {
      if (finding.unknown !== undefined) {
        unjudged.add(finding.message, finding.unknown);
      } else if (exempt instanceof Unknown) {
        unjudged.add(
          `${finding.message} The name of ${settings.label}, which may allow that, is not known yet.`,
          exempt,
        );
      } else {
        reportViolation(finding.message);
      }
    }
    unjudged.report();
  },
};

interface Finding {
  message: string;
  /** Set when it cannot be judged yet, and may be all right. */
  unknown?: Unknown;
}

function findings(settings: RepositorySettings, config: Config): Finding[] {
  const mutability = readProperty(settings.props, "imageTagMutability");
  const filters = readProperty(settings.props, "imageTagMutabilityExclusionFilters");
  if (mutability === "IMMUTABLE") {
    return [];
  }
  if (mutability === "IMMUTABLE_WITH_EXCLUSION") {
    return filterFindings(filters, settings, config);
  }
  if (mutability instanceof Unknown) {
    // Filters exist with a *_WITH_EXCLUSION setting only, and one that is not allowed fails with either of the two.
    const wide = filterFindings(filters, settings, config).filter((finding) => finding.unknown === undefined);
    const message = `imageTagMutability of ${settings.label} is not known yet; it must be IMMUTABLE or IMMUTABLE_WITH_EXCLUSION.`;
    return wide.length > 0 ? wide : [{ message, unknown: mutability }];
  }
  const found =
    mutability === undefined || mutability === null
      ? "MUTABLE tags, ECR's default, as it is not set"
      : `${showValue(mutability)} tags`;
  const allowed = config.allowedExclusionFilters;
  const exclusion =
    allowed.length === 0
      ? ""
      : `, or "IMMUTABLE_WITH_EXCLUSION" with imageTagMutabilityExclusionFilters: ` +
        `[{ filter: "${allowed[0]}", filterType: "WILDCARD" }]`;
  return [
    {
      message:
        `imageTagMutability: ${settings.label} has ${found}; allowed are immutable tags, but for ${patterns(allowed)}. ` +
        `Write imageTagMutability: "IMMUTABLE"${exclusion}.`,
    },
  ];
}

function filterFindings(filters: unknown, settings: RepositorySettings, config: Config): Finding[] {
  const path = "imageTagMutabilityExclusionFilters";
  const open = (at: string, unknown: Unknown): Finding => ({
    message: `${at} of ${settings.label} is not known yet; allowed are ${patterns(config.allowedExclusionFilters)}.`,
    unknown,
  });
  if (filters instanceof Unknown) {
    return [open(path, filters)];
  }
  return (Array.isArray(filters) ? filters : []).flatMap((each: unknown, index): Finding[] => {
    const at = `${path}[${index}].filter`;
    if (each instanceof Unknown) {
      return [open(`${path}[${index}]`, each)];
    }
    const filter = (each as Record<string, unknown> | null)?.["filter"];
    if (filter instanceof Unknown) {
      return [open(at, filter)];
    }
    if (typeof filter !== "string") {
      return [];
    }
    const { allowedExclusionFilters: allowed } = config;
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
          `${at}: ${settings.label} has "${filter}", and ${example}; allowed are ${patterns(allowed)}. ` +
          `Write ${allowed.length === 0 ? 'imageTagMutability: "IMMUTABLE" without filters' : "filters that match these tags only"}.`,
      },
    ];
  });
}

function patterns(list: readonly string[]): string {
  return list.length === 0 ? "no tags that move" : list.map((pattern) => `"${pattern}"`).join(", ");
}
