import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { refuseInput } from "../components";
import type { Fault } from "../ecr/faults";
import { environmentFaults } from "./environmentFaults";
import { type EnvironmentConfig, environmentSchema } from "./schema";

/** Reads the stack's config. One error lists all that is wrong, each with its path: unknown keys and wrong types, then what ECR would refuse. */
export function loadConfig(namespace = pulumi.getProject()): EnvironmentConfig {
  return parseConfig(pulumi.runtime.allConfig(), namespace, aws.config.region);
}

/**
 * @param all every config value of the stack, as the engine gives them: `<namespace>:<key>` to text
 * @param namespace the part that is ours; other packages' config (`aws:region`) is theirs to check
 * @param region the provider's, where it is known
 */
export function parseConfig(all: Record<string, string>, namespace: string, region?: string): EnvironmentConfig {
  const prefix = `${namespace}:`;
  const own = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  // Not by assignment: that would take `__proto__` for the object's prototype.
  const values = Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), parseValue(value)]));
  const subject = `the stack's config (Pulumi.<stack>.yaml)`;
  refuseInput(subject, inheritedKeyFaults(values, prefix));
  const parsed = environmentSchema.safeParse(values);
  if (!parsed.success) {
    refuseInput(
      subject,
      parsed.error.issues.flatMap((issue) => faultsOf(issue, values, prefix)),
    );
    throw parsed.error;
  }
  const faults = environmentFaults(parsed.data, region);
  refuseInput(
    subject,
    faults.map((fault) => ({ ...fault, path: prefix + fault.path })),
  );
  return parsed.data;
}

/** Structured config arrives as JSON text; what is no JSON is text. */
function parseValue(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** Keys that every object inherits: what is set under them is there for some and not for others who read it. */
const inheritedKeys: readonly string[] = ["__proto__", "constructor", "prototype"];

function inheritedKeyFaults(value: unknown, prefix: string, path: readonly PropertyKey[] = []): Fault[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, nested]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    if (!inheritedKeys.includes(key)) return inheritedKeyFaults(nested, prefix, at);
    return [
      {
        path: pathText(prefix, at),
        value: nested,
        rule: `no key is called ${inheritedKeys.join(", ")}: every object has those.`,
        fix: "give it another name; a repository's own name is its repositoryName.",
      },
    ];
  });
}

function faultsOf(issue: z.core.$ZodIssue, values: unknown, prefix: string): Fault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: pathText(prefix, [...issue.path, key]),
      value: valueAt(values, [...issue.path, key]),
      rule: "unknown key.",
      fix: "correct its spelling or remove it; the keys are listed in config/schema.ts.",
    }));
  }
  if (issue.code === "invalid_union") {
    // The alternative that got furthest is the one that was meant.
    const depth = (issues: readonly z.core.$ZodIssue[]) => Math.max(...issues.map((nested) => nested.path.length));
    const nearest = [...issue.errors].sort((a, b) => depth(b) - depth(a))[0] ?? [];
    if (nearest.length > 0 && depth(nearest) > 0) {
      return nearest.flatMap((nested) =>
        faultsOf({ ...nested, path: [...issue.path, ...nested.path] }, values, prefix),
      );
    }
  }
  return [
    {
      path: pathText(prefix, issue.path),
      value: valueAt(values, issue.path),
      rule: `${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}.`,
      fix: "write a value of that type; see config/schema.ts.",
    },
  ];
}

function pathText(prefix: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part, index) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return index === 0 ? prefix + String(part) : `${text}.${String(part)}`;
  }, "");
}

function valueAt(values: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, part) => (typeof value === "object" && value !== null ? Reflect.get(value, part) : undefined),
    values,
  );
}
