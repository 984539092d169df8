import { type Fault, faultMessage } from "../../ecr/faults";
import { type LifecyclePolicyDocument, lifecyclePolicyFaults, readLifecyclePolicy } from "../../ecr/lifecyclePolicy";
import type { FindingSubject, Findings } from "../engine/findings";
import { memoizeByString } from "../engine/memoize";
import type { Subject } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import { isNamed, labelled, resourceTypes } from "../resources/resourceTypes";

/** Resources that hold a lifecycle policy document. */
export const documentTypes: readonly string[] = [resourceTypes.lifecyclePolicy, resourceTypes.creationTemplate];

/** A lifecycle policy document and where it is. */
export interface DocumentSource {
  /** The property: `policy`, or a template's `lifecyclePolicy`. */
  path: "policy" | "lifecyclePolicy";
  policy: unknown;
  template: boolean;
  /** `repository "petclinic"` or `creation template "team"`. */
  label: string;
  /** Set when the repository's name is not known yet, and config may exempt it. */
  exempt: Unknown | undefined;
}

/** `undefined` for a repository that config exempts. */
export function documentSource(resource: Subject, exemptNames: readonly string[]): DocumentSource | undefined {
  const template = resource.type === resourceTypes.creationTemplate;
  const name = resource.read(template ? "prefix" : "repository");
  const exempt = isNamed(name, exemptNames);
  if (exempt === true) {
    return undefined;
  }
  const path = template ? "lifecyclePolicy" : "policy";
  return {
    path,
    policy: resource.read(path),
    template,
    label: labelled(template ? "creation template" : "repository", name, resource),
    exempt: exempt || undefined,
  };
}

/** Reports violations in a document; at advisory level while the repository may be exempt. */
export function reportViolations(
  messages: readonly string[],
  { exempt }: DocumentSource,
  findings: Findings,
  resource?: FindingSubject,
): void {
  for (const message of messages) {
    findings.violationUnless(
      exempt,
      message,
      "The repository's name is not known yet; config may exempt it.",
      resource,
    );
  }
}

/** Whether it is a template without a lifecycle policy: its repositories have none either. */
export function isMissing({ policy, template }: DocumentSource): boolean {
  return template && (policy === undefined || policy === "");
}

/**
 * Reads a document for a rule about its content.
 *
 * @returns `undefined` when it is missing, when ECR would reject it (ecr-lifecycle-document reports that), or when a
 *   value in it is not known yet; only the last is reported here.
 */
export function knownDocument(source: DocumentSource, findings: Findings): LifecyclePolicyDocument | undefined {
  const open = unknownPart(source);
  if (open !== undefined) {
    findings.unjudged(open.message, open.unknown);
    return undefined;
  }
  return isMissing(source) ? undefined : readDocument(source);
}

/** The document as far as it is known; `undefined` when ECR would reject it. */
export function readDocument({ policy, path }: DocumentSource): LifecyclePolicyDocument | undefined {
  return typeof policy === "string" ? documentOf(policy) : readLifecyclePolicy(policy, path).document;
}

/** Memoized: three rules read the document of each repository, and most repositories have the same one. */
const documentOf = memoizeByString((text) => readLifecyclePolicy(text, "").document);
const faultsOf = {
  policy: memoizeByString((text) => lifecyclePolicyFaults(text, "policy")),
  lifecyclePolicy: memoizeByString((text) => lifecyclePolicyFaults(text, "lifecyclePolicy")),
};

/** The message about what is not known yet in a document. */
export function unknownPart({ policy, path }: DocumentSource): { message: string; unknown: Unknown } | undefined {
  if (policy instanceof Unknown) {
    return { message: `${path}, the lifecycle policy document, is not known yet.`, unknown: policy };
  }
  const open = unknownPaths(policy, path);
  const [first] = open;
  const paths = open.map((each) => each.path).join(", ");
  return first && { message: `${paths} of the lifecycle policy is not known yet.`, unknown: first.unknown };
}

/** The faults for which ECR would reject a document, whatever its unknown values turn out to be. */
export function certainFaults({ policy, path }: DocumentSource): string[] {
  if (typeof policy === "string") {
    return faultsOf[path](policy).map(faultMessage);
  }
  const open = unknownPaths(policy, path);
  const certain = ({ path: at }: Fault) =>
    open.length === 0 || (at !== path && !open.some((each) => isWithin(at, each.path)));
  return lifecyclePolicyFaults(policy, path).filter(certain).map(faultMessage);
}

/** `rules[1].action` is within `rules[1]`, `rules[10]` is not. */
function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`);
}
