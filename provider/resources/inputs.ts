import { z } from "zod";
import { isDigest } from "../../ecr/names/digests";
import { imageReferenceFaults } from "../../ecr/names/imageReference";
import { imageTagFaults } from "../../ecr/tags/imageTags";
import type { CheckResult, Failure } from "../protocol/definition";
import { formatPath, isMap, isUnknown, type PropertyMap, type PropertyValue, Secret } from "../protocol/values";

/** Credentials for a registry. Empty ones are none: those from `docker login` are used, or the request is anonymous. */
export interface Login {
  username?: string;
  password?: string;
}

/** A string that is an image reference, with or without a tag or digest. */
export const imageAddress = checkedString((text) => imageReferenceFaults(text, ""));
export const imageId = z.string().refine(isDigest, { error: "an image's id is sha256: and 64 hexadecimal digits" });
export const imageTag = checkedString((text) => imageTagFaults(text, ""));

export const login = z.strictObject({ username: z.string().optional(), password: z.string().optional() });

/** Wraps a check from ecr/ as a zod rule. */
function checkedString(faults: (text: string) => { rule: string; fix: string }[]) {
  return z.string().superRefine((text, context) => {
    for (const { rule, fix } of faults(text)) context.addIssue({ code: "custom", message: `${rule} ${fix}` });
  });
}

/** All faults of the inputs; values unknown in a preview count as valid. Marks passwords as secrets. */
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

/** The program, in whatever language, may not have marked them. */
function withSecretPasswords(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withSecretPasswords);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, each]) => {
    const isPassword = key === "password" && typeof each === "string";
    return [key, isPassword ? new Secret(each) : withSecretPasswords(each)] as const;
  });
  return Object.fromEntries(entries);
}

/** Inputs that passed their check. */
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
