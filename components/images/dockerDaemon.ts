import { spawnSync } from "node:child_process";
import * as os from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { type DockerContext, dockerContextQuestion, readDockerContext } from "../../ecr/dockerContext";
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
  const key = host ?? process.env["DOCKER_HOST"] ?? `context ${process.env["DOCKER_CONTEXT"] ?? ""}`;
  const answer = answers.get(key) ?? askDocker(host);
  answers.set(key, answer);
  return builder
    ? answer.map((fault) => ({ ...fault, path: `builders[${JSON.stringify(builder.platform)}]` }))
    : answer;
}

function askDocker(host: string | undefined): Fault[] {
  const context = host || process.env["DOCKER_HOST"] ? undefined : unfollowedContext();
  if (context !== undefined) return [contextFault(context)];
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

/** The client's own context, when its engine is none that the provider finds by itself; undefined without a client. */
function unfollowedContext(): DockerContext | undefined {
  const { stdout } = spawnSync("docker", dockerContextQuestion, { encoding: "utf8", timeout: 20_000 });
  const context = readDockerContext(stdout);
  return context && foundByProvider().includes(context.host) ? undefined : context;
}

/** Where the provider looks when nothing names an engine: Docker's own socket, and those of Docker Desktop. */
function foundByProvider(): string[] {
  const desktop = [".docker/run/docker.sock", ".docker/desktop/docker.sock"];
  return [
    "unix:///var/run/docker.sock",
    "npipe:////./pipe/docker_engine",
    ...desktop.map((socket) => `unix://${os.homedir()}/${socket}`),
  ];
}

function contextFault({ name, host }: DockerContext): Fault {
  return {
    path: "docker",
    value: `the context ${JSON.stringify(name)}`,
    rule: `its engine is at ${host}, and Pulumi's Docker provider follows no contexts of the docker client.`,
    fix: `use \`npm run up\` and \`npm run preview\`, which name it, set DOCKER_HOST=${host}, or run \`pulumi config set docker:host ${host}\`.`,
  };
}
