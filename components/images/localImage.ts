import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { isPlatform, platformName, type SourceImage } from "./sourceImage";

/**
 * Finds an image that Docker holds, by name and tag. What it is named by is its id, which nothing can change.
 *
 * @param wanted the platform that it must have. Undefined: any
 */
export function findLocalImage(name: string, wanted: string | undefined): SourceImage | { faults: Fault[] } {
  const host = new pulumi.Config("docker").get("host");
  const args = [...(host ? ["--host", host] : []), "image", "inspect", "--format", "{{json .}}", name];
  const answer = spawnSync("docker", args, { encoding: "utf8", timeout: 20_000, maxBuffer: 1 << 26 });
  if (answer.status !== 0) {
    const why = (answer.stderr || String(answer.error)).trim().replace(/\.$/, "");
    return {
      faults: [
        {
          path: "localImage",
          value: name,
          rule: `Docker does not hold it: ${why}.`,
          fix: "build or load it first, correct its name, or write source for an image in a registry.",
        },
      ],
    };
  }
  const { Id, Os, Architecture, Variant } = JSON.parse(answer.stdout) as Record<string, string>;
  const platform = { os: Os, architecture: Architecture, variant: Variant };
  if (wanted !== undefined && !isPlatform(platform, wanted)) {
    return {
      faults: [
        {
          path: "platform",
          value: wanted,
          rule: `the image ${JSON.stringify(name)} is for ${platformName(platform)} only.`,
          fix: `write "${platformName(platform)}", or leave it out.`,
        },
      ],
    };
  }
  return { reference: Id ?? "", platform: platformName(platform) };
}
