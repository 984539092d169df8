import { type PolicyDocument, type PolicyStatement, readAccessPolicy, statementElements } from "../../ecr/accessPolicy";
import { statementList } from "../../ecr/accessPolicy/reading";
import type { Findings } from "../engine/findings";
import { parsedJson } from "../engine/parsedJson";
import type { Subject } from "../engine/rule";
import { Unknown, unknownPaths } from "../engine/unknowns";
import { labelled, resourceTypes } from "../resources/resourceTypes";

/** Where a resource's policy is, and how messages name what it applies to. */
interface Holder {
  property: string;
  kind: string;
  /** The property with the name of what the policy applies to. */
  name: string;
}

const repository: Holder = { property: "policy", kind: "the policy of repository", name: "repository" };
const key: Holder = { property: "policy", kind: "the policy of KMS key", name: "keyId" };

/** Policies of ECR itself. */
const ecrHolders: Readonly<Record<string, Holder>> = {
  [resourceTypes.repositoryPolicy]: repository,
  [resourceTypes.registryPolicy]: { property: "policy", kind: "the registry policy", name: "" },
  [resourceTypes.creationTemplate]: {
    property: "repositoryPolicy",
    kind: "the repository policy of creation template",
    name: "prefix",
  },
  [resourceTypes.publicRepositoryPolicy]: {
    property: "policy",
    kind: "the policy of public repository",
    name: "repositoryName",
  },
};

const holders: Readonly<Record<string, Holder>> = {
  ...ecrHolders,
  [resourceTypes.key]: key,
  [resourceTypes.replicaKey]: key,
  [resourceTypes.externalKey]: key,
  [resourceTypes.replicaExternalKey]: key,
  [resourceTypes.keyPolicy]: key,
};

/** Resources with a policy that grants access to a repository or the registry. */
export const ecrPolicyTypes: readonly string[] = Object.keys(ecrHolders);

/** The same, and KMS keys, whose policies decide who can read encrypted images. */
export const accessPolicyTypes: readonly string[] = Object.keys(holders);

export interface KnownPolicy {
  document: PolicyDocument;
  /** The property: `policy`. */
  path: string;
  /** `the policy of repository "petclinic"` */
  label: string;
  /** The path of the document's nth statement in the resource. */
  statementPath(index: number): string;
  /** Paths of known values that are not valid IAM statements; the policy's own path when it has no statements. */
  unreadable: readonly string[];
}

/** Elements of a statement. Those that a rule does not read may be unknown. */
export type StatementElement = Exclude<(typeof statementElements)[number], "Sid">;

/**
 * The statements of a resource's policy whose elements that the rule reads are known. Unknown values in the others are
 * reported.
 *
 * @returns `undefined` when there is no policy, or when nothing of it is known yet.
 */
export function knownPolicy(
  resource: Subject,
  parts: readonly StatementElement[],
  findings: Findings,
): KnownPolicy | undefined {
  const holder = holders[resource.type];
  if (holder === undefined) {
    return undefined;
  }
  const path = holder.property;
  const label = holder.name === "" ? holder.kind : labelled(holder.kind, resource.read(holder.name), resource);
  return knownStatements(resource.read(path), path, label, parts, findings);
}

/** The same for a policy document from elsewhere. */
export function knownStatements(
  policy: unknown,
  path: string,
  label: string,
  parts: readonly StatementElement[],
  findings: Pick<Findings, "unjudged">,
): KnownPolicy | undefined {
  if (policy instanceof Unknown) {
    findings.unjudged(`${path}, ${label}, is not known yet.`, policy);
    return undefined;
  }
  if (policy === undefined || policy === "") {
    return undefined;
  }
  const statements = (parsedJson(policy) as Record<string, unknown> | null | undefined)?.["Statement"];
  if (statements instanceof Unknown) {
    findings.unjudged(`${path}.Statement of ${label} is not known yet.`, statements);
    return undefined;
  }
  const known: { statement: PolicyStatement; at: string }[] = [];
  const unreadable: string[] = statements === undefined ? [path] : [];
  for (const [index, statement] of statementList(statements).entries()) {
    const at = `${path}.Statement[${index}]`;
    const part = relevant(statement, parts);
    const [open] = unknownPaths(part, at);
    // One by one, so that a statement that IAM would reject does not hide the others.
    const read =
      open === undefined && isNamedAsIam(statement)
        ? readAccessPolicy({ Version: "2012-10-17", Statement: [part] })
        : undefined;
    if (open !== undefined) {
      findings.unjudged(`${open.path} of ${label} is not known yet.`, open.unknown);
    } else if (read?.Statement[0] === undefined) {
      unreadable.push(at);
    } else {
      known.push({ statement: read.Statement[0], at });
    }
  }
  return {
    document: { Version: "2012-10-17", Statement: known.map(({ statement }) => statement) },
    path,
    label,
    statementPath: (index) => known[index]?.at ?? `${path}.Statement[${index}]`,
    unreadable,
  };
}

/** Whether a statement has only IAM's elements: a service may accept `principal`, this pack does not read it. */
function isNamedAsIam(statement: unknown): boolean {
  return Object.keys(statement ?? {}).every((key) => statementElements.some((each) => each === key));
}

/** The elements of a statement that a rule reads; a wholly unknown statement stays as it is. */
function relevant(statement: unknown, parts: readonly StatementElement[]): unknown {
  if (statement instanceof Unknown) {
    return statement;
  }
  return Object.fromEntries(Object.entries(statement ?? {}).filter(([key]) => parts.some((part) => part === key)));
}
