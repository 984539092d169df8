import type { Fault } from "./faults";

/** Characters of a private repository's name (ECR API, CreateRepository: repositoryName). */
export const privateRepositoryNameLength = { minimum: 2, maximum: 256 } as const;
/** Characters of a public repository's name (ECR Public API, CreateRepository: repositoryName). */
export const publicRepositoryNameLength = { minimum: 2, maximum: 205 } as const;

/** What a name is held to. */
export interface NameRules {
  /** What is named, as messages say it. */
  subject: string;
  length: { minimum: number; maximum: number };
  /** What may stand between two runs of letters and digits inside one part. */
  separator: RegExp;
  separators: string;
  /** Whether one `/` may stand at the end. @default false */
  slashAtEnd?: boolean;
}

/**
 * The newer API pages allow `__` and runs of `-`; older pages and some modules refuse them. ECR itself accepts them,
 * as it does with Docker's own grammar, so they are no fault here.
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
 * Why ECR would refuse a private repository's name: 2 to 256 characters, parts divided by `/`, each of lower-case
 * letters and digits with `.`, `_`, `__` or `-`s between them.
 *
 * @returns Every fault, or none. Never throws.
 */
export function privateRepositoryNameFaults(name: unknown, path: string): Fault[] {
  return nameFaults(name, path, privateRules);
}

/**
 * Why ECR Public would refuse a public repository's name: 2 to 205 characters, parts divided by `/`, each of lower-case
 * letters and digits with single `.`, `_` or `-` between them.
 *
 * @returns Every fault, or none. Never throws.
 */
export function publicRepositoryNameFaults(name: unknown, path: string): Fault[] {
  return nameFaults(name, path, publicRules);
}

/** Why a name breaks the rules. Never throws. */
export function nameFaults(name: unknown, path: string, rules: NameRules): Fault[] {
  if (typeof name !== "string") {
    return [
      {
        path,
        value: name,
        rule: `${rules.subject} is text.`,
        fix: 'write a name such as "petclinic".',
      },
    ];
  }
  const faults: Fault[] = [];
  const fault = (rule: string, fix: string) => faults.push({ path, value: name, rule, fix });
  const { minimum, maximum } = rules.length;
  if (name.length < minimum || name.length > maximum) {
    fault(
      `${rules.subject} has ${minimum} to ${maximum} characters, this one has ${name.length}.`,
      name.length < minimum ? `write at least ${minimum} characters.` : `shorten it by ${name.length - maximum}.`,
    );
  }
  if (/[A-Z]/.test(name)) {
    fault(`letters in ${rules.subject} are lower-case.`, `write "${name.toLowerCase()}".`);
  }
  const strangers = [...new Set(name.match(/[^A-Za-z0-9._/-]/gu) ?? [])];
  if (strangers.length > 0) {
    fault(
      `${rules.subject} has only a-z, 0-9, \`.\`, \`_\`, \`-\` and \`/\`; found ${strangers.map((each) => JSON.stringify(each)).join(", ")}.`,
      "leave these characters out.",
    );
  }
  const parts = rules.slashAtEnd && name.length > 1 && name.endsWith("/") ? name.slice(0, -1) : name;
  if (parts.startsWith("/") || parts.endsWith("/")) {
    fault(
      `${rules.subject} ${rules.slashAtEnd ? "does not begin with `/`, nor end with more than one." : "neither begins nor ends with `/`."}`,
      "leave out the `/` at the end it stands at.",
    );
  }
  if (parts.includes("//")) {
    fault("`/` divides parts, and no part is empty.", "write one `/` between two parts.");
  }
  for (const part of new Set(parts.split("/"))) {
    if (/^[._-]/.test(part) || /[._-]$/.test(part)) {
      fault(
        `each part begins and ends with a letter or a digit; "${part}" does not.`,
        `take the \`.\`, \`_\` or \`-\` off the ends of "${part}".`,
      );
    }
    const inner = part.replace(/^[._-]+/, "").replace(/[._-]+$/, "");
    for (const separator of new Set(inner.match(/[._-]+/g) ?? [])) {
      if (!rules.separator.test(separator)) {
        fault(
          `inside a part of ${rules.subject}, ${rules.separators} may stand between letters and digits; "${separator}" is none of these.`,
          `write a single "${separator.charAt(0)}" in place of "${separator}".`,
        );
      }
    }
  }
  return faults;
}
