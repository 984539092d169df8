import * as fs from "node:fs";
import type { EnhancedImageScanFinding, ImageScanFinding } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { wildcardMatches } from "../../ecr/wildcard";
import { ecrModel } from "./models/models";

/** What the sandbox's scanner finds: nothing, but for what the user's file says. */
export interface Findings {
  findings: ImageScanFinding[];
  enhancedFindings: EnhancedImageScanFinding[];
}

const findingsFile = z.array(
  z.strictObject({
    repository: z.string().default("*"),
    tag: z.string().optional(),
    digest: z.string().optional(),
    findings: z.array(ecrModel.shape("ImageScanFinding")).default([]),
    enhancedFindings: z.array(ecrModel.shape("EnhancedImageScanFinding")).default([]),
  }),
);

/**
 * The findings for an image, from the file that `SANDBOX_SCAN_FINDINGS` names: a list of entries, each for the images
 * whose `repository`, `tag` (both with `*` as wildcard) and `digest` fit, with `findings` and `enhancedFindings` as
 * DescribeImageScanFindings has them. The file is read at each scan, so it can be changed while the sandbox runs.
 *
 * @throws Error that names the file and what is wrong with it.
 */
export function findingsFor(
  file: string | undefined,
  image: { repository: string; tags: readonly string[]; digest: string },
): Findings {
  const entries = file === undefined ? [] : readFindings(file);
  const fitting = entries.filter(
    ({ repository, tag, digest }) =>
      wildcardMatches(repository, image.repository) &&
      (tag === undefined || image.tags.some((each) => wildcardMatches(tag, each))) &&
      (digest === undefined || digest === image.digest),
  );
  return {
    findings: fitting.flatMap((entry) => entry.findings as ImageScanFinding[]),
    enhancedFindings: fitting.flatMap((entry) => entry.enhancedFindings as EnhancedImageScanFinding[]),
  };
}

function readFindings(file: string): z.infer<typeof findingsFile> {
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`SANDBOX_SCAN_FINDINGS: ${file} cannot be read as JSON: ${(error as Error).message}`);
  }
  const result = findingsFile.safeParse(value);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`SANDBOX_SCAN_FINDINGS: ${file} is no list of findings: ${faults.join("; ")}`);
  }
  return result.data;
}
