import type { Fault } from "../faults";
import { partitionOf, publicRegions } from "../regions";
import { lambdaPullActions, publicPushActions, pullActions, pushActions } from "./actions";
import { type Grantee, granteeFaults, lambdaGranteeFaults, parseGrantee, parseLambdaGrantee } from "./grantees";
import type { PolicyDocument, PolicyKind, PolicyStatement } from "./types";
import { accessPolicyFaults } from "./validation";

/**
 * Who may use a private repository, in words. Identities of the repository's own account need no entry: their own
 * policies decide, so an ECS task execution role or an EKS node role of the same account is never named here. In another
 * account an identity needs both: an entry here and a policy of its own. Lambda needs an entry in the same account too:
 * it would add one itself when a function is created, and the next update would take that away again.
 */
export interface AccessGrants {
  /**
   * Who pulls: account ids, ARNs of roles and users (`*` in the name stands for several), an organization's id (`o-…`)
   * or the path of an organizational unit (`o-…/r-…/ou-…`, with all below it). @default nobody
   */
  pullFrom?: readonly string[];
  /** Who pushes, and pulls too: named as in `pullFrom`. @default nobody */
  pushFrom?: readonly string[];
  /**
   * Whose Lambda functions fetch their image: account ids for all functions of an account, or ARNs of functions (`*` in
   * the name stands for several), in the repository's region. The accounts may then create functions from it.
   * @default none
   */
  lambdaPull?: readonly string[];
  /** Further statements, as IAM has them; `Resource` is left out. @default none */
  statements?: readonly PolicyStatement[];
}

/** Who may push to a public repository, in words. Anyone pulls, whatever stands here. */
export interface PublicAccessGrants {
  /** Who pushes: account ids, ARNs of roles and users, an organization or organizational unit. @default nobody else */
  pushFrom?: readonly string[];
  /** Further statements, as IAM has them. @default none */
  statements?: readonly PolicyStatement[];
}

/**
 * The repository policy for these grants: one statement for each way of naming someone, names sorted, each once, with no
 * more actions than pulling or pushing takes; then the further statements in their order.
 *
 * @param grants Without faults: see {@link accessGrantsFaults}; what is no name is left out.
 * @param region The repository's. Left out: functions of an account in any region.
 * @returns `undefined` when nobody is named.
 */
export function repositoryPolicyFromGrants(grants: AccessGrants, region?: string): PolicyDocument | undefined {
  return documentOf(generatedStatements(grants, region), grants.statements);
}

/** The same for a public repository. */
export function publicRepositoryPolicyFromGrants(grants: PublicAccessGrants): PolicyDocument | undefined {
  return documentOf(granteeStatements("Push", grants.pushFrom, publicPushActions), grants.statements);
}

/**
 * Why ECR would refuse the policy that these grants become: names of no known form, functions of another region, faulty
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

/** The statements for one list of names, at most one for each way of naming. */
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
    // IAM takes no `*` inside a principal's ARN: the account is the principal, a condition does the rest.
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
    // The key has several values, and ForAnyValue does not hold when it is absent.
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
 * the image when a function starts, and the account's identity that creates the function must be able to as well. For
 * the repository's own account the second changes nothing.
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

/** Faults of the whole document, with the paths of the further statements as they were given. */
function documentFaults(
  generated: readonly PolicyStatement[],
  further: unknown,
  path: string,
  kind: PolicyKind,
  region?: string,
): Fault[] {
  const at = (property: string) => (path === "" ? property : `${path}.${property}`);
  if (further !== undefined && !Array.isArray(further)) {
    return [{ path: at("statements"), value: further, rule: "statements are a list.", fix: "write them in [ ]." }];
  }
  const Statement = [...generated, ...(further ?? [])];
  if (Statement.length === 0) {
    return [];
  }
  return accessPolicyFaults({ Version: "2012-10-17", Statement }, "", kind, region).map((fault) => {
    const [, index, property] = /^Statement\[([0-9]+)\](.*)$/.exec(fault.path) ?? [];
    // What is generated has no fault of its own: what is left is the size.
    return index === undefined
      ? { ...fault, path: path === "" ? fault.path : path }
      : { ...fault, path: at(`statements[${Number(index) - generated.length}]${property}`) };
  });
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
