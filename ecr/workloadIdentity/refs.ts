import type { Fault } from "../faults";

/**
 * Why a string is not a Git branch or tag name (git-check-ref-format), or cannot be used in an IAM condition. `*`
 * matches any string; it is in the last part of the subject, so it can never match another repository. Git does not
 * allow `:`, `?`, or `*` in such names, so nothing else can be meant. Never throws.
 */
export function refFaults(ref: unknown, path: string): Fault[] {
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: ref, rule, fix }];
  if (typeof ref !== "string" || ref === "") {
    return fault("must be the name of a branch or tag.", 'write it, such as "main", or "*" for any.');
  }
  if (ref.startsWith("refs/")) {
    return fault("a branch or tag must be written without refs/heads/ or refs/tags/.", "write only the name.");
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Git forbids.
  if (/[\x00-\x20\x7f~^:?[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock$/.test(ref)) {
    return fault(
      "Git allows no such branch or tag name: no spaces, control characters, ~ ^ : ? [ or \\, no .. or //, and no / at either end.",
      "write the name as Git shows it; * matches any characters.",
    );
  }
  return variableFaults(ref, path);
}

/** Why IAM would interpret a string as a policy variable. */
export function variableFaults(text: string, path: string): Fault[] {
  return text.includes("${")
    ? [
        {
          path,
          value: text,
          rule: "IAM reads a dollar sign before a brace as a variable.",
          fix: "write a pattern with * instead.",
        },
      ]
    : [];
}
