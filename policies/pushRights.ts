import { actionMatches, publicPushActions, uploadActions } from "../ecr/accessPolicy";
import { parseConditionOperator } from "../ecr/accessPolicy/conditions";
import { listOf, type PolicyStatement } from "../ecr/accessPolicy/types";
import { coversEveryRepository, managedPushPolicy, namesRepositories } from "../ecr/pushReach";
import { knownStatements } from "./accessDocuments";
import type { Findings } from "./findings";
import type { Unknown } from "./unknowns";

/** Actions that put images into a repository. */
export const pushing: readonly string[] = [...new Set([...uploadActions, ...publicPushActions])];

/** Parts of a statement that say what an identity may do. */
export const identityParts = ["Effect", "Action", "NotAction", "Resource", "NotResource"] as const;

/** Judges a policy of an identity: push actions by name, on repositories that are named. */
export function judgeRights(policy: unknown, path: string, label: string, findings: Findings): void {
  const known = knownStatements(policy, path, label, identityParts, findings);
  known?.document.Statement.forEach((statement, index) => {
    const actions = statement.Effect === "Allow" ? pushActionsOf(statement) : [];
    const at = known.statementPath(index);
    const wide = actions.filter((action) => /[*?]|^NotAction/.test(action));
    if (wide.length > 0) {
      findings.violation(
        `${at}.Action: ${label} allows ${wide.join(", ")}; allowed are push actions by name. ` +
          `Write ${uploadActions.map((action) => `"${action}"`).join(", ")} and those for pulling.`,
      );
    }
    const everywhere = listOf(statement.Resource).filter(coversEveryRepository);
    if (actions.length > 0 && (everywhere.length > 0 || statement.NotResource !== undefined)) {
      const byTag = isByTag(policy, at, path);
      if (byTag === true) {
        return;
      }
      const found = statement.NotResource === undefined ? everywhere.join(", ") : "all but what NotResource names";
      findings.violationUnless(
        byTag || undefined,
        `${at}.Resource: ${label} lets push to every repository (${found}); allowed are repositories by ARN, or by a tag of theirs. ` +
          'Write Resource: "arn:aws:ecr:<region>:<account>:repository/<name>".',
        "Its condition is not known yet.",
      );
    }
  });
}

/** Whether a statement is for repositories with a tag of a certain value (ECR user guide, Using tag-based access control). */
function isByTag(policy: unknown, at: string, path: string): boolean | Unknown {
  const open: Unknown[] = [];
  // Read for this statement alone: what is not known of the others' conditions does not matter.
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
 * What of a statement lets push, in words. Rights to everything there is are not a push role's, and are for checks of IAM itself:
 * they count where the statement is about repositories by name.
 */
export function pushActionsOf({ Action, NotAction, Resource, NotResource }: PolicyStatement): string[] {
  const aboutEcr = [...listOf(Resource), ...listOf(NotResource)].some(namesRepositories);
  if (NotAction !== undefined) {
    const left = pushing.some((each) => !listOf(NotAction).some((action) => actionMatches(action, each)));
    return aboutEcr && left ? [`NotAction ${listOf(NotAction).join(", ")}`] : [];
  }
  return listOf(Action).filter(
    (action) => pushing.some((each) => actionMatches(action, each)) && (aboutEcr || /[a-z]/i.test(action)),
  );
}

/**
 * Judges the ARN of a policy that an identity is given: some of AWS's own let push to every repository of the account. An ARN that
 * is not known yet is of a policy in the stack, which is judged by itself.
 */
export function judgeAttached(arn: unknown, path: string, label: string, findings: Findings): void {
  const managed = typeof arn === "string" ? managedPushPolicy(arn) : undefined;
  if (managed !== undefined) {
    findings.violation(
      `${path}: ${label} has AWS's policy ${managed}, which lets push to every repository of the account; allowed are policies ` +
        "that name actions and repositories. Write an aws.iam.RolePolicy with the push actions on the repositories' ARNs.",
    );
  }
}
