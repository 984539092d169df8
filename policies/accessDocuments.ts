import { type PolicyDocument, type PolicyStatement, readAccessPolicy, statementElements } from "../ecr/accessPolicy";
import { statementList } from "../ecr/accessPolicy/reading";
import type { Findings } from "./findings";
import { parsedJson } from "./json";
import { labelled, resourceTypes } from "./resources";
import type { Subject } from "./rule";
import { Unknown, unknownPaths } from "./unknowns";

/** Where a resource that can be accessed by others keeps its policy. */
interface Holder {
  property: string;
  kind: string;
  /** The property that names what the policy is about. */
  name: string;
}

const repository: Holder = { property: "policy", kind: "the policy of repository", name: "repository" };
const key: Holder = { property: "policy", kind: "the policy of KMS key", name: "keyId" };

/** Policies of ECR itself. */
const ecrHolders: Readonly<Record<string, Holder>> = {
  [resourceTypes.repositoryPolicy]: repository,
  [resourceTypes.registryPolicy]: { property: "policy", kind: "the registry's policy", name: "" },
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

/** Resources with a policy that says who may use a repository or the registry. */
export const ecrPolicyTypes: readonly string[] = Object.keys(ecrHolders);

/** The same, and keys: images are as open as the key that they are encrypted with. */
export const accessPolicyTypes: readonly string[] = Object.keys(holders);

export interface KnownPolicy {
  document: PolicyDocument;
  /** The property: `policy`. */
  path: string;
  /** `the policy of repository "petclinic"` */
  label: string;
  /** The path of the document's nth statement, as the resource has it. */
  statementPath(index: number): string;
  /** Paths of what is known and yet no statement as IAM writes one; of the policy itself, when it has no statements. */
  unreadable: readonly string[];
}

/** Parts of a statement; what a rule does not look at need not be known. */
export type StatementPart = Exclude<(typeof statementElements)[number], "Sid">;

/**
 * The statements of a resource's policy that are known as far as a rule looks at them. What is not known in the others is
 * reported as not judged.
 *
 * @returns `undefined` when there is no policy, or when nothing of it is known yet.
 */
export function knownPolicy(
  resource: Subject,
  parts: readonly StatementPart[],
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

/** The same for a policy document that was found elsewhere. */
export function knownStatements(
  policy: unknown,
  path: string,
  label: string,
  parts: readonly StatementPart[],
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
    // One by one, so that a statement that IAM would refuse hides none of the others.
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

/** Whether a statement has no other elements than IAM's: `principal` may be read by a service, and is not read here. */
function isNamedAsIam(statement: unknown): boolean {
  return Object.keys(statement ?? {}).every((key) => statementElements.some((each) => each === key));
}

/** The parts of a statement that a rule looks at; a statement that is not known at all stays as it is. */
function relevant(statement: unknown, parts: readonly StatementPart[]): unknown {
  if (statement instanceof Unknown) {
    return statement;
  }
  return Object.fromEntries(Object.entries(statement ?? {}).filter(([key]) => parts.some((part) => part === key)));
}
