import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type AccessGrants,
  accessGrantsFaults,
  canonicalPolicyText,
  type PolicyDocument,
  type PolicyStatement,
  type PublicAccessGrants,
  publicAccessGrantsFaults,
  publicRepositoryPolicyFromGrants,
  repositoryPolicyFromGrants,
} from "../../ecr/accessPolicy";
import type { Fault } from "../../ecr/faults";
import { type InputChecks, isKnownLater, refuseInput } from "../inputChecks";

type Names = pulumi.Input<readonly pulumi.Input<string>[]>;

/** Who may push to a public repository. Anyone pulls, whatever stands here. */
export interface PublicAccessArgs {
  /**
   * Who pushes: account ids, ARNs of roles and users (`*` in the name stands for several), an organization's id (`o-…`)
   * or the path of an organizational unit (`o-…/r-…/ou-…`, with all below it).
   * @default nobody beside the account itself
   */
  pushFrom?: Names;
  /** Further statements, as IAM has them, without `Resource`. @default none */
  statements?: pulumi.Input<readonly pulumi.Input<PolicyStatement>[]>;
}

/**
 * Who may use a private repository beside its own account. Identities of the own account need no entry, since their own
 * policies decide: an ECS task execution role and an EKS node role of the same account are never named here. In another
 * account an identity needs both, an entry here and a policy of its own. Lambda functions need an entry in the same
 * account too: Lambda adds one itself when a function is created, and the next update would take that away again.
 *
 * @example
 * const access: AccessArgs = {
 *   pullFrom: ["o-a1b2c3d4e5", "arn:aws:iam::210987654321:role/ecs-execution"],
 *   pushFrom: [pushRole.roleArn],
 *   lambdaPull: ["123456789012"],
 * };
 */
export interface AccessArgs extends PublicAccessArgs {
  /** Who pulls, named as in `pushFrom`; those who push pull as well. @default nobody beside the account itself */
  pullFrom?: Names;
  /**
   * Whose Lambda functions fetch their image: account ids for all functions of an account, or ARNs of functions (`*` in
   * the name stands for several) in the repository's region. @default none
   */
  lambdaPull?: Names;
}

/** Checks what is known of the grants. A region that is known only later is not compared with functions' regions. */
export function checkAccess(access: AccessArgs | undefined, region: unknown, checks: InputChecks): void {
  const place = typeof region === "string" ? region : undefined;
  checkGrants<AccessGrants>(access, checks, (grants) => accessGrantsFaults(grants, "access", place));
}

/** The same for a public repository. */
export function checkPublicAccess(access: PublicAccessArgs | undefined, checks: InputChecks): void {
  checkGrants<PublicAccessGrants>(access, checks, (grants) => publicAccessGrantsFaults(grants, "access"));
}

function checkGrants<Grants>(
  access: PublicAccessArgs | undefined,
  checks: InputChecks,
  faultsOf: (grants: Grants) => Fault[],
): void {
  const known = Object.entries(access ?? {}).filter(([, names]) => !isKnownLater(names));
  checks.add(faultsOf(Object.fromEntries(known) as Grants));
}

/**
 * The repository policy's text, or undefined when nobody is named and no policy is needed. It is known in a preview as
 * far as the names are.
 *
 * @param subject What the error is about that names which are known only later may throw.
 * @param region The repository's, when one was asked for; else the provider's is looked up where it matters.
 */
export function repositoryPolicyText(
  subject: string,
  access: AccessArgs | undefined,
  region: pulumi.Input<string> | undefined,
  opts: pulumi.InvokeOptions,
): pulumi.Input<string> | undefined {
  if (!namesSomeone(access)) return undefined;
  const isForFunctions = namesSomeone({ lambdaPull: access?.lambdaPull });
  const place = region ?? (isForFunctions ? aws.getRegionOutput({}, opts).region : undefined);
  return policyText(subject, access, place, {
    faults: (grants: AccessGrants, known) => accessGrantsFaults(grants, "access", known),
    document: repositoryPolicyFromGrants,
  });
}

/** The same for a public repository. */
export function publicRepositoryPolicyText(
  subject: string,
  access: PublicAccessArgs | undefined,
): pulumi.Input<string> | undefined {
  if (!namesSomeone(access)) return undefined;
  return policyText(subject, access, undefined, {
    faults: (grants: PublicAccessGrants) => publicAccessGrantsFaults(grants, "access"),
    document: publicRepositoryPolicyFromGrants,
  });
}

/** Whether there is, or may be later, an entry. */
export function namesSomeone(access: AccessArgs | undefined): boolean {
  return Object.values(access ?? {}).some((names) => isKnownLater(names) || (Array.isArray(names) && names.length > 0));
}

function policyText<Grants>(
  subject: string,
  access: unknown,
  region: pulumi.Input<string> | undefined,
  policy: {
    faults: (grants: Grants, region?: string) => Fault[];
    document: (grants: Grants, region?: string) => PolicyDocument | undefined;
  },
): pulumi.Input<string> {
  const build = (grants: Grants, known: string | undefined): string => {
    refuseInput(subject, policy.faults(grants, known));
    const document = policy.document(grants, known);
    refuseInput(subject, document === undefined ? [nobody(grants)] : []);
    return canonicalPolicyText(document as PolicyDocument);
  };
  if (!isKnownLater(access) && !isKnownLater(region)) return build(access as Grants, region as string | undefined);
  return pulumi.all([access, region]).apply(([grants, known]) => build(grants as Grants, known));
}

/** Lists that turn out to be empty: there is a resource for the policy already, and no document for it. */
function nobody(access: unknown): Fault {
  return {
    path: "access",
    value: access,
    rule: "access names nobody.",
    fix: "name someone, or leave access out: then only the repository's own account has access.",
  };
}
