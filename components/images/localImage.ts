import { spawnSync } from "node:child_process";
import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { dockerImage } from "../../oci/imageManifest";
import { isPlatform, platformName } from "./sourceImage";

/** An image that Docker holds. */
export interface LocalImage {
  /** Its id, which nothing can change. */
  id: string;
  /** Such as `linux/amd64`, `linux/arm/v7`. */
  platform: string;
}

/**
 * Finds an image that Docker holds, by name and tag. What it is named by is its id, which nothing can change.
 *
 * @param wanted the platform that it must have. Undefined: any
 */
export function findLocalImage(name: string, wanted: string | undefined): LocalImage | { faults: Fault[] } {
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
  const found = dockerImage.safeParse(jsonIn(answer.stdout));
  if (!found.success) {
    const what = found.error.issues[0]?.path[0] === "Id" ? "id" : "platform";
    const rule = `Docker says of it what is no ${what} of an image.`;
    return { faults: [{ path: "localImage", value: name, rule, fix: "name another image, or build it again." }] };
  }
  const { id, platform } = found.data;
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
  return { id, platform: platformName(platform) };
}

/** Found by package.json's `imports`, since a compiled program does not know where each of its sources was. */
const copyContext = path.dirname(require.resolve("#imageCopy/Dockerfile"));

/** A build that gives the very image: the classic builder makes of a Dockerfile with one FROM the image itself. */
export function localImageBuild({ id, platform }: LocalImage): docker.types.input.DockerBuild {
  const context = path.relative(process.cwd(), copyContext);
  return {
    context,
    dockerfile: path.join(context, "Dockerfile"),
    args: { SOURCE: id },
    builderVersion: docker.BuilderVersion.BuilderV1,
    platform,
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
