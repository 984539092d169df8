import type { Fault } from "../faults";
import { partitionOf, publicRegions } from "../names/regions";
import { accessPolicyFaults } from "./accessPolicyFaults";
import { lambdaPullActions, publicPushActions, pullActions, pushActions } from "./actions";
import { type Grantee, granteeFaults, lambdaGranteeFaults, parseGrantee, parseLambdaGrantee } from "./grantees";
import type { PolicyDocument, PolicyKind, PolicyStatement } from "./policyDocument";

/**
 * Access to a private repository. Identities in the repository's own account need no entry, because their own policies
 * are enough: never list an ECS task execution role or an EKS node role of the same account here. An identity in
 * another account needs both an entry here and a policy of its own. Lambda needs an entry even in the same account:
 * otherwise it would add one itself when a function is created, and the next update would remove it.
 */
export interface AccessGrants {
  /**
   * Who can pull: account IDs, ARNs of roles and users (`*` in the name matches several), an organization ID (`o-…`),
   * or the path of an organizational unit (`o-…/r-…/ou-…`, including everything below it). @default nobody
   */
  pullFrom?: readonly string[];
  /** Who can push and pull, in the same format as `pullFrom`. @default nobody */
  pushFrom?: readonly string[];
  /**
   * Lambda functions that can pull their image: account IDs for all functions of an account, or ARNs of functions (`*`
   * in the name matches several), in the repository's region. The accounts can then create functions from the image.
   * @default none
   */
  lambdaPull?: readonly string[];
  /** Additional statements in IAM's format, without `Resource`. @default none */
  statements?: readonly PolicyStatement[];
}

/** Who can push to a public repository. Anyone can pull. */
export interface PublicAccessGrants {
  /**
   * Who can push: account IDs, ARNs of roles and users, an organization, or an organizational unit.
   * @default nobody else
   */
  pushFrom?: readonly string[];
  /** Additional statements in IAM's format. @default none */
  statements?: readonly PolicyStatement[];
}

/**
 * The repository policy for these grants: one statement for each kind of grantee, with sorted, unique names and only
 * the actions that pulling or pushing needs; then the additional statements in their order.
 *
 * @param grants Without faults: see {@link accessGrantsFaults}; invalid names are skipped.
 * @param region The repository's. Omitted: an account's functions in any region.
 * @returns `undefined` when there are no grants.
 */
export function repositoryPolicyFromGrants(grants: AccessGrants, region?: string): PolicyDocument | undefined {
  return documentOf(generatedStatements(grants, region), grants.statements);
}

/** The same for a public repository. */
export function publicRepositoryPolicyFromGrants(grants: PublicAccessGrants): PolicyDocument | undefined {
  return documentOf(granteeStatements("Push", grants.pushFrom, publicPushActions), grants.statements);
}

/**
 * Why ECR would refuse the policy for these grants: names in an unknown format, functions in another region, invalid
 * statements, more than 10,240 characters. Never throws.
 *
 * @param path The grants' path; faults are at `<path>.pullFrom[0]` and so on. Empty: no prefix.
 */
export function accessGrantsFaults(grants: AccessGrants, path: string, region?: string): Fault[] {
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  const faults = [
    ...granteeFaults(grants.pullFrom, at("pullFrom"), region),
    ...granteeFaults(grants.pushFrom, at("pushFrom"), region),
    ...lambdaGranteeFaults(grants.lambdaPull, at("lambdaPull"), region),
  ];
  const generated = faults.length > 0 ? [] : generatedStatements(grants, region);
  return [...faults, ...documentFaults(generated, grants.statements, path, "repository", region)];
}

/** The same for a public repository. */
export function publicAccessGrantsFaults(grants: PublicAccessGrants, path: string): Fault[] {
  const faults = granteeFaults(grants.pushFrom, path === "" ? "pushFrom" : `${path}.pushFrom`, publicRegions[0]);
  const generated = faults.length > 0 ? [] : granteeStatements("Push", grants.pushFrom, publicPushActions);
  return [...faults, ...documentFaults(generated, grants.statements, path, "publicRepository", publicRegions[0])];
}

function generatedStatements(grants: AccessGrants, region?: string): PolicyStatement[] {
  return [
    ...granteeStatements("Pull", grants.pullFrom, pullActions),
    ...granteeStatements("Push", grants.pushFrom, pushActions),
    ...lambdaStatements(grants.lambdaPull, region),
  ];
}

function documentOf(
  generated: readonly PolicyStatement[],
  further: readonly PolicyStatement[] | undefined,
): PolicyDocument | undefined {
  const Statement = [...generated, ...(further ?? [])];
  return Statement.length > 0 ? { Version: "2012-10-17", Statement } : undefined;
}

/** The statements for one list of names, at most one for each kind of grantee. */
function granteeStatements(
  what: "Pull" | "Push",
  names: readonly string[] | undefined,
  actions: readonly string[],
): PolicyStatement[] {
  const grantees = (names ?? []).flatMap((name) => parseGrantee(name) ?? []);
  const ofKind = (pick: (grantee: Grantee) => string | undefined) =>
    sorted(grantees.flatMap((grantee) => pick(grantee) ?? []));
  const identities = ofKind((each) => {
    if (each.kind === "account") return each.account;
    return each.kind === "identity" && !each.pattern ? each.arn : undefined;
  });
  const patterns = ofKind((each) => (each.kind === "identity" && each.pattern ? each.arn : undefined));
  const patternAccounts = ofKind((each) => (each.kind === "identity" && each.pattern ? each.account : undefined));
  const organizations = ofKind((each) => (each.kind === "organization" ? each.id : undefined));
  const units = ofKind((each) => (each.kind === "organizationalUnit" ? each.path : undefined));

  const statement = (sid: string, rest: Pick<PolicyStatement, "Principal" | "Condition">): PolicyStatement => ({
    Sid: `${what}${sid}`,
    Effect: "Allow",
    ...rest,
    Action: [...actions],
  });
  return [
    ...(identities.length > 0 ? [statement("", { Principal: { AWS: identities } })] : []),
    // IAM does not allow `*` inside a principal's ARN: the account is the principal, and a condition matches the name.
    ...(patterns.length > 0
      ? [
          statement("ByName", {
            Principal: { AWS: patternAccounts },
            Condition: { ArnLike: { "aws:PrincipalArn": patterns } },
          }),
        ]
      : []),
    ...(organizations.length > 0
      ? [
          statement("ByOrganization", {
            Principal: "*",
            Condition: { StringEquals: { "aws:PrincipalOrgID": organizations } },
          }),
        ]
      : []),
    // The key has several values, and ForAnyValue does not match when it is absent.
    ...(units.length > 0
      ? [
          statement("ByOrganizationalUnit", {
            Principal: "*",
            Condition: { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": units } },
          }),
        ]
      : []),
  ];
}

/**
 * Lambda's two statements (Lambda developer guide, ECR permissions and cross-account permissions): the service fetches
 * the image when a function starts, and the identity that creates the function must be able to do so as well. In the
 * repository's own account the second one has no effect.
 */
function lambdaStatements(names: readonly string[] | undefined, region: string | undefined): PolicyStatement[] {
  const grantees = (names ?? []).flatMap((name) => parseLambdaGrantee(name) ?? []);
  if (grantees.length === 0) {
    return [];
  }
  const partition = region === undefined ? "*" : partitionOf(region);
  const functions = grantees.map(
    ({ account, arn }) => arn ?? `arn:${partition}:lambda:${region ?? "*"}:${account}:function:*`,
  );
  return [
    {
      Sid: "LambdaPull",
      Effect: "Allow",
      Principal: { Service: "lambda.amazonaws.com" },
      Action: [...lambdaPullActions],
      Condition: { ArnLike: { "aws:SourceArn": sorted(functions) } },
    },
    {
      Sid: "LambdaCreate",
      Effect: "Allow",
      Principal: { AWS: sorted(grantees.map(({ account }) => account)) },
      Action: [...lambdaPullActions],
    },
  ];
}

/** Faults of the whole document, with the additional statements' paths as given. */
function documentFaults(
  generated: readonly PolicyStatement[],
  further: unknown,
  path: string,
  kind: PolicyKind,
  region?: string,
): Fault[] {
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  if (further !== undefined && !Array.isArray(further)) {
    return [
      { path: at("statements"), value: further, rule: "must be a list of statements.", fix: "write them in [ ]." },
    ];
  }
  const Statement = [...generated, ...(further ?? [])];
  if (Statement.length === 0) {
    return [];
  }
  return accessPolicyFaults({ Version: "2012-10-17", Statement }, "", kind, region).map((fault) => {
    const [, index, property] = /^Statement\[([0-9]+)\](.*)$/.exec(fault.path) ?? [];
    // The generated statements have no faults of their own: only the size remains.
    return index === undefined
      ? { ...fault, path: path === "" ? fault.path : path }
      : { ...fault, path: at(`statements[${Number(index) - generated.length}]${property}`) };
  });
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
