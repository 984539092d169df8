import * as fs from "node:fs";
import type { EnhancedImageScanFinding, ImageScanFinding } from "@aws-sdk/client-ecr";
import { z } from "zod";
import { wildcardMatches } from "../../../ecr/tags/wildcard";
import { ecrModel } from "../models/models";

/** The findings of the sandbox's scanner: exactly those in the user's file. */
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
 * The findings for an image, from the file in `SANDBOX_SCAN_FINDINGS`: a list of entries, each for the images that
 * match `repository`, `tag` (both with `*` as wildcard), and `digest`, with `findings` and `enhancedFindings` in the
 * format of DescribeImageScanFindings. The file is read for each scan, so it can be changed while the sandbox runs.
 *
 * @throws Error that names the file and the fault.
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
    throw new Error(`SANDBOX_SCAN_FINDINGS: ${file} is not a list of findings: ${faults.join("; ")}`);
  }
  return result.data;
}
