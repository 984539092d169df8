import { type Fault, faultMessage } from "../ecr/faults";
import { type LifecyclePolicyDocument, lifecyclePolicyFaults, readLifecyclePolicy } from "../ecr/lifecyclePolicy";
import type { Findings } from "./findings";
import { rememberText } from "./remembered";
import { isNamed, labelled, resourceTypes } from "./resources";
import type { Subject } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

/** Resources that hold a lifecycle policy document. */
export const documentTypes: readonly string[] = [resourceTypes.lifecyclePolicy, resourceTypes.creationTemplate];

/** A lifecycle policy document, where it was found. */
export interface DocumentPlace {
  /** The property: `policy`, or a template's `lifecyclePolicy`. */
  path: "policy" | "lifecyclePolicy";
  policy: unknown;
  template: boolean;
  /** `repository "petclinic"` or `creation template "team"`. */
  label: string;
  /** Set when the repository may be exempt: its name is not known yet. */
  exempt: Unknown | undefined;
}

/** `undefined` for a repository that the config exempts. */
export function documentPlace(resource: Subject, exemptNames: readonly string[]): DocumentPlace | undefined {
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

/** Reports violations in a document, as things that cannot be judged where the repository may be exempt. */
export function reportAll(messages: readonly string[], { exempt }: DocumentPlace, findings: Findings): void {
  for (const message of messages) {
    findings.violationUnless(exempt, message, "The repository's name, which may be exempt, is not known yet.");
  }
}

/** A template without a lifecycle policy: its repositories have none. */
export function isMissing({ policy, template }: DocumentPlace): boolean {
  return template && (policy === undefined || policy === "");
}

/**
 * Reads a document for a rule about what it says.
 *
 * @returns `undefined` when it is missing, when ECR would refuse it (a rule of its own says that), or when something in it is
 *   not known yet; the last is reported.
 */
export function knownDocument(place: DocumentPlace, findings: Findings): LifecyclePolicyDocument | undefined {
  const open = unknownText(place);
  if (open !== undefined) {
    findings.unjudged(open.message, open.unknown);
    return undefined;
  }
  return isMissing(place) ? undefined : readDocument(place);
}

/** The document as far as it is known; `undefined` when ECR would refuse it. */
export function readDocument({ policy, path }: DocumentPlace): LifecyclePolicyDocument | undefined {
  return typeof policy === "string" ? documentOf(policy) : readLifecyclePolicy(policy, path).document;
}

/** Three rules read the document of each repository, and most repositories have the same one. */
const documentOf = rememberText((text) => readLifecyclePolicy(text, "").document);
const faultsOf = {
  policy: rememberText((text) => lifecyclePolicyFaults(text, "policy")),
  lifecyclePolicy: rememberText((text) => lifecyclePolicyFaults(text, "lifecyclePolicy")),
};

/** What in a document is not known yet, in words. */
export function unknownText({ policy, path }: DocumentPlace): { message: string; unknown: Unknown } | undefined {
  if (policy instanceof Unknown) {
    return { message: `${path}, the lifecycle policy document, is not known yet.`, unknown: policy };
  }
  const open = unknownPaths(policy, path);
  const [first] = open;
  const paths = open.map((each) => each.path).join(", ");
  return first && { message: `${paths} of the lifecycle policy is not known yet.`, unknown: first.unknown };
}

/** Faults of a document for which ECR would refuse it, whatever its parts that are not known yet turn out to be. */
export function certainFaults({ policy, path }: DocumentPlace): string[] {
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
