import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { dockerImage } from "../../oci/imageManifest";
import { isPlatform, platformName } from "../../oci/platforms";

/** An image that Docker holds. */
export interface LocalImage {
  /** Its id, which nothing can change. */
  id: string;
}

/** Address of the Docker engine that the program names; without one, the `docker` client's own settings count. */
export function dockerHost(): string | undefined {
  return new pulumi.Config("docker").get("host") || undefined;
}

/**
 * Finds an image that Docker holds, by name and tag. What it is named by is its id, which nothing can change.
 *
 * @param wanted the platform that it must have. Undefined: any
 */
export function findLocalImage(name: string, wanted: string | undefined): LocalImage | { faults: Fault[] } {
  const host = dockerHost();
  const args = [...(host ? ["--host", host] : []), "image", "inspect", "--format", "{{json .}}", name];
  const answer = spawnSync("docker", args, { encoding: "utf8", timeout: 20_000, maxBuffer: 1 << 26 });
  if (answer.status !== 0) return { faults: [unanswered(name, answer.stderr || String(answer.error))] };
  const found = dockerImage.safeParse(jsonIn(answer.stdout));
  if (!found.success) {
    const what = found.error.issues[0]?.path[0] === "Id" ? "id" : "platform";
    const rule = `Docker says of it what is no ${what} of an image.`;
    return { faults: [{ path: "localImage", value: name, rule, fix: "name another image, or build it again." }] };
  }
  const { id, platform, isManifest } = found.data;
  // The containerd store may hold other platforms than the one that it shows: the update sees which.
  if (wanted !== undefined && !isManifest && !isPlatform(platform, wanted)) {
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
  return { id };
}

function unanswered(name: string, said: string): Fault {
  const why = said.trim().replace(/\.$/, "");
  // "No such image" and "no such object", as its versions have it.
  const isAnswer = /no such (image|object)/i.test(why);
  return {
    path: "localImage",
    value: name,
    rule: isAnswer
      ? `Docker does not hold it: ${why}.`
      : `the docker client does not say whether Docker holds it: ${why}.`,
    fix: isAnswer
      ? "build or load it first, correct its name, or write source for an image in a registry."
      : "install the client, start Docker, or name another engine with DOCKER_HOST or `pulumi config set docker:host`.",
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
