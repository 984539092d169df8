import type { Fault } from "../faults";
import { privateRepositoryNameFaults } from "../names/repositoryNames";

/**
 * Severities of findings, the highest first (ECR API, FindingSeverity; Inspector API, Severity, also has UNTRIAGED).
 */
export const findingSeverities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"] as const;
export type FindingSeverity = (typeof findingSeverities)[number];

/** What happened to an image: the event's `action-type`. */
export const imageActions = ["PUSH", "DELETE"] as const;
export type ImageAction = (typeof imageActions)[number];

/** An EventBridge pattern as an object. */
export type EventPattern = Readonly<Record<string, unknown>>;

/** This severity and all higher ones. */
export function severitiesFrom(severity: FindingSeverity): FindingSeverity[] {
  return findingSeverities.slice(0, findingSeverities.indexOf(severity) + 1);
}

/**
 * Images that were successfully pushed or deleted (ECR user guide, events: ECR Image Action). Detail: `action-type`,
 * `result`, `repository-name`, `image-tag`, `image-digest`, and the manifest's and artifact's media types.
 */
export function imageActionPattern(
  actions: readonly ImageAction[],
  repositories: readonly string[] = [],
): EventPattern {
  return {
    source: ["aws.ecr"],
    "detail-type": ["ECR Image Action"],
    detail: { "action-type": [...actions], result: ["SUCCESS"], ...names(repositories) },
  };
}

/**
 * Basic scans with findings of these severities (ECR user guide, events: ECR Image Scan). An event has the number of
 * findings of each severity and omits severities without findings.
 */
export function basicScanPattern(
  severities: readonly FindingSeverity[],
  repositories: readonly string[] = [],
): EventPattern {
  const counts = severities.map((severity) => ({ [severity]: [{ numeric: [">", 0] }] }));
  return {
    source: ["aws.ecr"],
    "detail-type": ["ECR Image Scan"],
    detail: {
      "scan-status": ["COMPLETE"],
      // `$or` needs at least two alternatives (EventBridge user guide, event patterns); with one it is treated as a
      // plain name.
      "finding-severity-counts": counts.length === 1 ? counts[0] : { $or: counts },
      ...names(repositories),
    },
  };
}

/**
 * Findings of enhanced scanning, one event for each finding that is new or changed and still open (Inspector user
 * guide, EventBridge schema: Inspector2 Finding).
 */
export function enhancedFindingPattern(
  severities: readonly FindingSeverity[],
  repositories: readonly string[] = [],
): EventPattern {
  const filter = nameFilter(repositories);
  return {
    source: ["aws.inspector2"],
    "detail-type": ["Inspector2 Finding"],
    detail: {
      severity: [...severities],
      status: ["ACTIVE"],
      resources: {
        type: ["AWS_ECR_CONTAINER_IMAGE"],
        ...(filter && { details: { awsEcrContainerImage: { repositoryName: filter } } }),
      },
    },
  };
}

/** Maximum length of a rule's pattern in characters (EventBridge API, PutRule: EventPattern). */
export const eventPatternMaximum = 4_096;

/** Why events of these repositories cannot be matched. Never throws. */
export function eventRepositoryFaults(repositories: readonly unknown[], path: string): Fault[] {
  const faults = repositories.flatMap((name, index) => {
    const at = `${path}[${index}]`;
    const whole = typeof name === "string" && name.endsWith("/*") ? name.slice(0, -2) : name;
    // A single character is not a valid repository name, but is valid as a namespace.
    if (typeof whole === "string" && whole !== name && /^[a-z0-9]$/.test(whole)) return [];
    return privateRepositoryNameFaults(whole, at).map((fault) => ({
      ...fault,
      value: name,
      fix: `${fault.fix} To match a namespace's repositories, write "<namespace>/*".`,
    }));
  });
  const texts = repositories.filter((name): name is string => typeof name === "string");
  const size = JSON.stringify(enhancedFindingPattern(findingSeverities, texts)).length;
  if (size > eventPatternMaximum) {
    faults.push({
      path,
      value: `${repositories.length} repositories`,
      rule: `an event pattern can have at most ${eventPatternMaximum} characters; this one has ${size}.`,
      fix: 'name namespaces ("team/*"), or leave repositories out to match the whole registry.',
    });
  }
  return faults;
}

function names(repositories: readonly string[]): { "repository-name"?: unknown[] } {
  const filter = nameFilter(repositories);
  return filter ? { "repository-name": filter } : {};
}

function nameFilter(repositories: readonly string[]): unknown[] | undefined {
  if (repositories.length === 0) return undefined;
  return [...new Set(repositories)].sort().map((name) => (name.endsWith("/*") ? { prefix: name.slice(0, -1) } : name));
}
