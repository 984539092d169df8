import { actionMatches, publicPushActions, uploadActions } from "../../ecr/accessPolicy";
import { parseConditionOperator } from "../../ecr/accessPolicy/policyConditions";
import { listOf, type PolicyStatement } from "../../ecr/accessPolicy/policyDocument";
import { coversEveryRepository, managedPushPolicy, namesRepositories } from "../../ecr/permissions/pushReach";
import type { Findings } from "../engine/findings";
import type { Unknown } from "../engine/unknowns";
import { knownStatements } from "./accessDocuments";

/** Actions that put images into a repository. */
export const imagePushActions: readonly string[] = [...new Set([...uploadActions, ...publicPushActions])];

/** Elements of an identity-based policy's statement. */
export const identityElements = ["Effect", "Action", "NotAction", "Resource", "NotResource"] as const;

/** Checks an identity-based policy: it must name the push actions and the repositories. */
export function judgeRights(policy: unknown, path: string, label: string, findings: Findings): void {
  const known = knownStatements(policy, path, label, identityElements, findings);
  known?.document.Statement.forEach((statement, index) => {
    const actions = statement.Effect === "Allow" ? pushActionsOf(statement) : [];
    const at = known.statementPath(index);
    const wide = actions.filter((action) => /[*?]|^NotAction/.test(action));
    if (wide.length > 0) {
      findings.violation(
        `${at}.Action: ${label} allows ${wide.join(", ")}. Must name each push action. ` +
          `Write ${uploadActions.map((action) => `"${action}"`).join(", ")} and the actions for pulling.`,
      );
    }
    const everywhere = listOf(statement.Resource).filter(coversEveryRepository);
    if (actions.length > 0 && (everywhere.length > 0 || statement.NotResource !== undefined)) {
      const byTag = restrictsByTag(policy, at, path);
      if (byTag === true) {
        return;
      }
      const found = statement.NotResource === undefined ? everywhere.join(", ") : "all except those in NotResource";
      findings.violationUnless(
        byTag || undefined,
        `${at}.Resource: ${label} allows pushing to every repository (${found}). Must name repositories by ARN, or restrict them by resource tag. ` +
          'Write Resource: "arn:aws:ecr:<region>:<account>:repository/<name>".',
        "Its condition is not known yet.",
      );
    }
  });
}

/**
 * Whether a condition restricts a statement to repositories with a certain tag value (ECR user guide, Using tag-based
 * access control).
 */
function restrictsByTag(policy: unknown, at: string, path: string): boolean | Unknown {
  const open: Unknown[] = [];
  // Unknown values in the conditions of other statements do not matter here.
  const known = knownStatements(policy, path, "", ["Effect", "Condition"], {
    unjudged: (message, unknown) => {
      if (message.startsWith(`${at}.`)) open.push(unknown);
    },
  });
  const index = known?.document.Statement.findIndex((_, each) => known.statementPath(each) === at) ?? -1;
  const conditions = Object.entries(known?.document.Statement[index]?.Condition ?? {});
  const byTag = conditions.some(([text, keys]) => {
    const operator = parseConditionOperator(text);
    const compares = operator !== undefined && /^String(?:Equals|EqualsIgnoreCase|Like)$/.test(operator.name);
    return (
      compares &&
      !operator.ifExists &&
      operator.quantifier !== "ForAllValues" &&
      Object.entries(keys).some(
        ([key, values]) =>
          /^(?:aws|ecr|ecr-public):ResourceTag\/./i.test(key) &&
          listOf(values).length > 0 &&
          listOf(values).every((value) => /[^*?]/.test(value)),
      )
    );
  });
  return byTag || (open[0] ?? false);
}

/**
 * The actions in a statement that allow pushing, as messages name them. Permissions for every service are left to IAM
 * checks: they count only in a statement that names repositories.
 */
export function pushActionsOf({ Action, NotAction, Resource, NotResource }: PolicyStatement): string[] {
  const aboutEcr = [...listOf(Resource), ...listOf(NotResource)].some(namesRepositories);
  if (NotAction !== undefined) {
    const left = imagePushActions.some((each) => !listOf(NotAction).some((action) => actionMatches(action, each)));
    return aboutEcr && left ? [`NotAction ${listOf(NotAction).join(", ")}`] : [];
  }
  return listOf(Action).filter(
    (action) => imagePushActions.some((each) => actionMatches(action, each)) && (aboutEcr || /[a-z]/i.test(action)),
  );
}

/**
 * Checks the ARN of an attached policy: some AWS managed policies allow pushing to every repository in the account. An
 * unknown ARN belongs to a policy in the stack, which is checked on its own.
 */
export function judgeAttached(arn: unknown, path: string, label: string, findings: Findings): void {
  const managed = typeof arn === "string" ? managedPushPolicy(arn) : undefined;
  if (managed !== undefined) {
    findings.violation(
      `${path}: ${label} has the AWS managed policy ${managed}, which allows pushing to every repository in the account. Must be a ` +
        "policy that names actions and repositories. Write an aws.iam.RolePolicy with the push actions on the repositories' ARNs.",
    );
  }
}
