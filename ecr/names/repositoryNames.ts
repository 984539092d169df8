import type { Fault } from "../faults";

/** Length of a private repository's name in characters (ECR API, CreateRepository: repositoryName). */
export const privateRepositoryNameLength = { minimum: 2, maximum: 256 } as const;
/** Length of a public repository's name in characters (ECR Public API, CreateRepository: repositoryName). */
export const publicRepositoryNameLength = { minimum: 2, maximum: 205 } as const;

/** The rules for a name. */
export interface NameRules {
  /** What the name is for, in messages. */
  subject: string;
  length: { minimum: number; maximum: number };
  /** Allowed between two runs of letters and digits in one part. */
  separator: RegExp;
  separators: string;
  /** Whether one trailing `/` is allowed. @default false */
  slashAtEnd?: boolean;
}

/**
 * The newer API pages allow `__` and runs of `-`; older pages and some modules refuse them. ECR itself accepts them, as
 * does Docker's grammar, so they are not faults here.
 */
export const privateRules: NameRules = {
  subject: "a private repository's name",
  length: privateRepositoryNameLength,
  separator: /^(?:\.|_|__|-+)$/,
  separators: "one `.`, `_` or `__`, or any number of `-`",
};

const publicRules: NameRules = {
  subject: "a public repository's name",
  length: publicRepositoryNameLength,
  separator: /^[._-]$/,
  separators: "one `.`, `_` or `-`",
};

/**
 * Why ECR would refuse a private repository's name: 2 to 256 characters, parts separated by `/`, each of lowercase
 * letters and digits with `.`, `_`, `__` or `-`s in between.
 *
 * @returns Every fault, or none. Never throws.
 */
export function privateRepositoryNameFaults(name: unknown, path: string): Fault[] {
  return nameFaults(name, path, privateRules);
}

/**
 * Why ECR Public would refuse a public repository's name: 2 to 205 characters, parts separated by `/`, each of
 * lowercase letters and digits with single `.`, `_` or `-` in between.
 *
 * @returns Every fault, or none. Never throws.
 */
export function publicRepositoryNameFaults(name: unknown, path: string): Fault[] {
  return nameFaults(name, path, publicRules);
}

/** Why a name violates the rules. Never throws. */
export function nameFaults(name: unknown, path: string, rules: NameRules): Fault[] {
  if (typeof name !== "string") {
    return [
      {
        path,
        value: name,
        rule: `${rules.subject} must be a string.`,
        fix: 'write a name such as "petclinic".',
      },
    ];
  }
  const faults: Fault[] = [];
  const fault = (rule: string, fix: string) => faults.push({ path, value: name, rule, fix });
  const { minimum, maximum } = rules.length;
  if (name.length < minimum || name.length > maximum) {
    fault(
      `${rules.subject} must have ${minimum} to ${maximum} characters; this one has ${name.length}.`,
      name.length < minimum ? `write at least ${minimum} characters.` : `shorten it by ${name.length - maximum}.`,
    );
  }
  if (/[A-Z]/.test(name)) {
    fault(`letters in ${rules.subject} must be lower-case.`, `write "${name.toLowerCase()}".`);
  }
  const disallowed = [...new Set(name.match(/[^A-Za-z0-9._/-]/gu) ?? [])];
  if (disallowed.length > 0) {
    fault(
      `${rules.subject} can have only a-z, 0-9, \`.\`, \`_\`, \`-\` and \`/\`; this one has ${disallowed.map((each) => JSON.stringify(each)).join(", ")}.`,
      "leave these characters out.",
    );
  }
  const parts = rules.slashAtEnd && name.length > 1 && name.endsWith("/") ? name.slice(0, -1) : name;
  if (parts.startsWith("/") || parts.endsWith("/")) {
    fault(
      `${rules.subject} ${rules.slashAtEnd ? "must not begin with `/`, or end with more than one." : "must not begin or end with `/`."}`,
      "remove that `/`.",
    );
  }
  if (parts.includes("//")) {
    fault("`/` separates parts, and no part can be empty.", "write one `/` between two parts.");
  }
  for (const part of new Set(parts.split("/"))) {
    if (/^[._-]/.test(part) || /[._-]$/.test(part)) {
      fault(
        `each part must begin and end with a letter or a digit; "${part}" does not.`,
        `remove the \`.\`, \`_\` or \`-\` from the ends of "${part}".`,
      );
    }
    const inner = part.replace(/^[._-]+/, "").replace(/[._-]+$/, "");
    for (const separator of new Set(inner.match(/[._-]+/g) ?? [])) {
      if (!rules.separator.test(separator)) {
        fault(
          `inside a part of ${rules.subject}, only ${rules.separators} can stand between letters and digits; found "${separator}".`,
          `replace "${separator}" with a single "${separator.charAt(0)}".`,
        );
      }
    }
  }
  return faults;
}
