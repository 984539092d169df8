import { spawnSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";

/** Answers so far, by address. */
const answers = new Map<string, Fault[]>();

/** An engine that builds for one platform. */
interface PlatformBuilder {
  platform: string;
  /** Its address. */
  builder: string;
}

/**
 * Says when no Docker engine answers where the Docker provider will look for it: at a builder's address, else at
 * `docker:host`, `DOCKER_HOST` or the client's own default. Each address is asked once. Without a `docker` client on PATH there is nothing to ask with: the provider,
 * which needs none, then speaks for itself.
 */
export function dockerDaemonFaults(builder?: PlatformBuilder): Fault[] {
  const host = builder ? builder.builder : new pulumi.Config("docker").get("host");
  const key = host ?? process.env["DOCKER_HOST"] ?? "";
  const answer = answers.get(key) ?? askDocker(host);
  answers.set(key, answer);
  return builder
    ? answer.map((fault) => ({ ...fault, path: `builders[${JSON.stringify(builder.platform)}]` }))
    : answer;
}

function askDocker(host: string | undefined): Fault[] {
  const args = [...(host ? ["--host", host] : []), "version", "--format", "{{.Server.Version}}"];
  const answer = spawnSync("docker", args, { encoding: "utf8", timeout: 20_000 });
  if (answer.status === 0 || (answer.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return [];
  return [
    {
      path: "docker",
      value: host ?? process.env["DOCKER_HOST"] ?? "the client's default",
      rule: `the image is built by a Docker engine, and none answers there: ${(answer.stderr || String(answer.error)).trim()}`,
      fix: "start Docker, or name another engine with DOCKER_HOST or `pulumi config set docker:host`.",
    },
  ];
}
