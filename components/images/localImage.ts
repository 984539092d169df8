import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { dockerImage } from "../../oci/imageManifest";
import { isPlatform, platformName } from "../../oci/platforms";

/** An image in Docker. */
export interface LocalImage {
  /** The image ID, which is immutable. */
  id: string;
}

/** Address of the Docker engine set in the program; otherwise the `docker` client's own settings apply. */
export function dockerHost(): string | undefined {
  return new pulumi.Config("docker").get("host") || undefined;
}

/**
 * Finds an image in Docker by name and tag, and identifies it by its immutable ID.
 *
 * @param wanted Required platform. Undefined: any.
 */
export function findLocalImage(name: string, wanted: string | undefined): LocalImage | { faults: Fault[] } {
  const host = dockerHost();
  const args = [...(host ? ["--host", host] : []), "image", "inspect", "--format", "{{json .}}", name];
  const answer = spawnSync("docker", args, { encoding: "utf8", timeout: 20_000, maxBuffer: 1 << 26 });
  if (answer.status !== 0) return { faults: [inspectFault(name, answer.stderr || String(answer.error))] };
  const found = dockerImage.safeParse(parseJson(answer.stdout));
  if (!found.success) {
    const what = found.error.issues[0]?.path[0] === "Id" ? "id" : "platform";
    const rule = `Docker's answer has no valid ${what} of an image.`;
    return { faults: [{ path: "localImage", value: name, rule, fix: "name another image, or build it again." }] };
  }
  const { id, platform, isManifest } = found.data;
  // The containerd store may have other platforms besides the one it reports: the update checks that.
  if (wanted !== undefined && !isManifest && !isPlatform(platform, wanted)) {
    return {
      faults: [
        {
          path: "platform",
          value: wanted,
          rule: `the image ${JSON.stringify(name)} is only for ${platformName(platform)}.`,
          fix: `write "${platformName(platform)}", or leave it out.`,
        },
      ],
    };
  }
  return { id };
}

function inspectFault(name: string, message: string): Fault {
  const why = message.trim().replace(/\.$/, "");
  // "No such image" or "no such object", depending on the version.
  const isAnswer = /no such (image|object)/i.test(why);
  return {
    path: "localImage",
    value: name,
    rule: isAnswer
      ? `Docker does not have it: ${why}.`
      : `the docker client cannot tell whether Docker has it: ${why}.`,
    fix: isAnswer
      ? "build or load it first, correct its name, or use source for an image in a registry."
      : "install the client, start Docker, or name another engine with DOCKER_HOST or `pulumi config set docker:host`.",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
