import type { Fault } from "../faults";

/**
 * Why a text names no branch or tag of Git (git-check-ref-format), or cannot stand in an IAM condition. `*` stands for
 * any text; it is the subject's last part, so that it never reaches another repository. Git has no `:`, `?` or `*` in
 * such names, so nothing else can be meant. Never throws.
 */
export function refFaults(ref: unknown, path: string): Fault[] {
  const fault = (rule: string, fix: string): Fault[] => [{ path, value: ref, rule, fix }];
  if (typeof ref !== "string" || ref === "") {
    return fault("a branch or tag has a name.", 'write it, such as "main", or "*" for any.');
  }
  if (ref.startsWith("refs/")) {
    return fault("a branch or tag is written without refs/heads/ or refs/tags/.", "write the name alone.");
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Git forbids.
  if (/[\x00-\x20\x7f~^:?[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|\.lock$/.test(ref)) {
    return fault(
      "Git has no such branch or tag: no spaces, control characters, ~ ^ : ? [ or \\, no .. or // and no / at an end.",
      "write the name as Git shows it; * stands for any text.",
    );
  }
  return variableFaults(ref, path);
}

/** Why a text would be read by IAM as a policy variable. */
export function variableFaults(text: string, path: string): Fault[] {
  return text.includes("${")
    ? [
        {
          path,
          value: text,
          rule: "IAM takes a dollar sign before a brace for a variable.",
          fix: "write a pattern with * in its place.",
        },
      ]
    : [];
}
