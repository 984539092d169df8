import { getRegionOutput } from "@pulumi/aws/getRegion";
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
import { type InputChecks, isPlain, refuseInput } from "../inputChecks";

type Names = pulumi.Input<readonly pulumi.Input<string>[]>;

/** Who can push to a public repository. Anyone can pull. */
export interface PublicAccessArgs {
  /**
   * Who can push: account IDs, ARNs of roles and users (`*` in the name matches several), an organization ID (`o-…`),
   * or the path of an organizational unit (`o-…/r-…/ou-…`, including everything below it).
   * @default nobody but the account itself
   */
  pushFrom?: Names;
  /** Additional statements in IAM's format, without `Resource`. @default none */
  statements?: pulumi.Input<readonly pulumi.Input<PolicyStatement>[]>;
}

/**
 * Who can use a private repository besides its own account. Identities in that account need no entry, because their own
 * policies are enough: never list an ECS task execution role or an EKS node role of the same account here. An identity
 * in another account needs both an entry here and a policy of its own. Lambda functions need an entry even in the same
 * account: otherwise Lambda adds one itself when a function is created, and the next update would remove it.
 *
 * @example
 * const access: AccessArgs = {
 *   pullFrom: ["o-a1b2c3d4e5", "arn:aws:iam::210987654321:role/ecs-execution"],
 *   pushFrom: [pushRole.roleArn],
 *   lambdaPull: ["123456789012"],
 * };
 */
export interface AccessArgs extends PublicAccessArgs {
  /**
   * Who can pull, in the same format as `pushFrom`; those who can push can also pull.
   * @default nobody but the account itself
   */
  pullFrom?: Names;
  /**
   * Lambda functions that can pull their image: account IDs for all functions of an account, or ARNs of functions (`*`
   * in the name matches several) in the repository's region. @default none
   */
  lambdaPull?: Names;
}

/** Checks the grants that are known. Functions' regions are only compared with a region that is known. */
export function checkAccess(access: AccessArgs | undefined, region: unknown, checks: InputChecks): void {
  const knownRegion = typeof region === "string" ? region : undefined;
  checkGrants<AccessGrants>(access, checks, (grants) => accessGrantsFaults(grants, "access", knownRegion));
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
  const known = Object.entries(access ?? {}).filter(([, names]) => isPlain(names));
  checks.add(faultsOf(Object.fromEntries(known) as Grants));
}

/**
 * The repository policy as a string, or undefined when nobody is granted access and no policy is needed. In a preview
 * it is known as far as the grantees are.
 *
 * @param subject Subject of the error when grantees that become known later are invalid.
 * @param region The repository's, when it was set; otherwise the provider's is looked up where it matters.
 */
export function repositoryPolicyText(
  subject: string,
  access: AccessArgs | undefined,
  region: pulumi.Input<string> | undefined,
  opts: pulumi.InvokeOptions,
): pulumi.Input<string> | undefined {
  if (!grantsAccess(access)) return undefined;
  const isForFunctions = grantsAccess({ lambdaPull: access?.lambdaPull });
  const policyRegion = region ?? (isForFunctions ? getRegionOutput({}, opts).region : undefined);
  return policyText(subject, access, policyRegion, {
    faults: (grants: AccessGrants, known) => accessGrantsFaults(grants, "access", known),
    document: repositoryPolicyFromGrants,
  });
}

/** The same for a public repository. */
export function publicRepositoryPolicyText(
  subject: string,
  access: PublicAccessArgs | undefined,
): pulumi.Input<string> | undefined {
  if (!grantsAccess(access)) return undefined;
  return policyText(subject, access, undefined, {
    faults: (grants: PublicAccessGrants) => publicAccessGrantsFaults(grants, "access"),
    document: publicRepositoryPolicyFromGrants,
  });
}

/** Whether there is, or may be, an entry. */
export function grantsAccess(access: AccessArgs | undefined): boolean {
  return Object.values(access ?? {}).some((names) => !isPlain(names) || (Array.isArray(names) && names.length > 0));
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
    refuseInput(subject, document === undefined ? [emptyAccessFault(grants)] : []);
    return canonicalPolicyText(document as PolicyDocument);
  };
  if (isPlain(access) && isPlain(region)) return build(access as Grants, region as string | undefined);
  return pulumi.all([access, region]).apply(([grants, known]) => build(grants as Grants, known));
}

/** Lists that turn out to be empty: the policy's resource is already registered, but would have no document. */
function emptyAccessFault(access: unknown): Fault {
  return {
    path: "access",
    value: access,
    rule: "access must name somebody.",
    fix: "name somebody, or remove access: then only the repository's own account has access.",
  };
}
