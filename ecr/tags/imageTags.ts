import type { Fault } from "../faults";

/**
 * Maximum length of an image tag in characters (OCI distribution specification, "tag as a reference"; the same in ECR).
 */
export const imageTagMaximumLength = 128;

/** Every character allowed in a tag. */
export const imageTagCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";

/** Whether a character can be the first of a tag: a letter, a digit or `_`. */
export function canBeginTag(character: string): boolean {
  return /^[A-Za-z0-9_]$/.test(character);
}

/**
 * Why a registry would refuse an image tag: 1 to 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-`.
 *
 * @returns Every fault, or none. Never throws.
 */
export function imageTagFaults(tag: unknown, path: string): Fault[] {
  if (typeof tag !== "string") {
    return [{ path, value: tag, rule: "an image tag must be a string.", fix: 'write a tag such as "1.4.2".' }];
  }
  const faults: Fault[] = [];
  const fault = (rule: string, fix: string) => faults.push({ path, value: tag, rule, fix });
  if (tag.length === 0 || tag.length > imageTagMaximumLength) {
    fault(
      `an image tag must have 1 to ${imageTagMaximumLength} characters; this one has ${tag.length}.`,
      tag.length === 0
        ? "write a tag, or leave the property out."
        : `shorten it by ${tag.length - imageTagMaximumLength}.`,
    );
  }
  if (/^[.-]/.test(tag)) {
    const rest = tag.replace(/^[.-]+/, "");
    fault("an image tag must begin with a letter, a digit or `_`.", `write "${rest === "" ? "_" : rest}".`);
  }
  const disallowed = [...new Set(tag.match(/[^A-Za-z0-9._-]/gu) ?? [])];
  if (disallowed.length > 0) {
    fault(
      `an image tag can have only letters, digits, \`_\`, \`.\` and \`-\`; this one has ${disallowed.map((each) => JSON.stringify(each)).join(", ")}.`,
      `replace them with "-": "${tag.replace(/[^A-Za-z0-9._-]/gu, "-").replace(/^[.-]+/, "")}".`,
    );
  }
  return faults;
}
