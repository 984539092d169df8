import { canonicalPolicyText } from "../../ecr/accessPolicy";

/** How the program normalizes policies, for messages. */
export const canonicalFormRule = "actions are spelled as ECR spells them, and nothing is named twice";

/** Whether the program writes the policy without respelling or dropping anything. */
export function isCanonicalPolicy(text: string): boolean {
  return JSON.stringify(strings(JSON.parse(text))) === JSON.stringify(strings(JSON.parse(canonicalPolicyText(text))));
}

/**
 * All strings in a document, sorted. The ARN of an account's root user is reduced to the account ID, which means the
 * same.
 */
function strings(value: unknown): string[] {
  const all = (each: unknown): string[] =>
    typeof each === "object" && each !== null ? Object.values(each).flatMap(all) : [String(each)];
  return all(value)
    .map((each) => each.replace(/^arn:aws[a-z-]*:iam::([0-9]{12}):root$/, "$1"))
    .filter((each) => each !== "" && !/^20(08|12)-10-17$/.test(each))
    .sort();
}
