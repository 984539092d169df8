import { z } from "zod";
import { isDigest } from "../../ecr/digests";
import { imageReferenceFaults } from "../../ecr/imageReference";
import { imageTagFaults } from "../../ecr/imageTags";
import type { CheckResult, Failure } from "../protocol/definition";
import { formatPath, isMap, isUnknown, type PropertyMap, type PropertyValue, Secret } from "../protocol/values";

/** Login for a registry. An empty one is none: then what `docker login` left counts, else the registry is asked anonymously. */
export interface Login {
  username?: string;
  password?: string;
}

/** Text that is an image's address: with a tag or digest, or without, as it is asked for. */
export const imageAddress = faultless((text) => imageReferenceFaults(text, ""));
export const imageId = z.string().refine(isDigest, { error: "an image's id is sha256: and 64 hexadecimal digits" });
export const imageTag = faultless((text) => imageTagFaults(text, ""));

export const login = z.strictObject({ username: z.string().optional(), password: z.string().optional() });

/** A fact of ecr/ as a rule of zod. */
function faultless(faults: (text: string) => { rule: string; fix: string }[]) {
  return z.string().superRefine((text, context) => {
    for (const { rule, fix } of faults(text)) context.addIssue({ code: "custom", message: `${rule} ${fix}` });
  });
}

/** What is wrong with inputs, all at once; what a preview does not know yet is taken for right. Passwords are secrets from here on. */
export function checkInputs(schema: z.ZodType, news: PropertyMap): CheckResult {
  const { error } = schema.safeParse(withoutNulls(news));
  const failures: Failure[] = (error?.issues ?? [])
    .filter(({ path }) => !isUnknownAt(news, path))
    .map((issue) => {
      const property = formatPath(issue.path.map((each) => (typeof each === "number" ? each : String(each))));
      return { property, reason: `${property}: ${issue.message}` };
    });
  return { inputs: withSecretPasswords(news) as PropertyMap, failures };
}

/** Whoever wrote the program, and in whatever language, need not have marked them. */
function withSecretPasswords(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withSecretPasswords);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => {
    const isPassword = key === "password" && typeof each === "string";
    return [key, isPassword ? new Secret(each) : withSecretPasswords(each)] as const;
  });
  return Object.fromEntries(entries);
}

/** Inputs whose check found nothing. */
export function readInputs<T>(schema: z.ZodType<T>, inputs: PropertyMap): T {
  return schema.parse(withoutNulls(inputs));
}

function withoutNulls(value: PropertyValue): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null || isUnknown(value)) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each as PropertyValue)]));
}

/** Whether a path leads to a value that is not known yet, or into one. */
function isUnknownAt(value: PropertyValue | undefined, path: readonly PropertyKey[]): boolean {
  if (isUnknown(value)) return true;
  const [first, ...rest] = path;
  if (first === undefined || typeof value !== "object" || value === null) return false;
  return isUnknownAt((value as PropertyMap)[String(first)], rest);
}
