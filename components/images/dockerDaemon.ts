import { spawnSync } from "node:child_process";
import * as os from "node:os";
import * as pulumi from "@pulumi/pulumi";
import { type DockerContext, dockerContextQuestion, readDockerContext } from "../../ecr/docker/dockerContext";
import type { Fault } from "../../ecr/faults";

/** Results so far, by address. */
const faultsByHost = new Map<string, Fault[]>();

/** An engine that builds for one platform. */
interface PlatformBuilder {
  platform: string;
  /** Its address. */
  builder: string;
}

/**
 * Reports when no Docker engine responds where the Docker provider will look for it: at a builder's address, otherwise
 * at `docker:host`, `DOCKER_HOST`, or the client's own default. Each address is checked once. Without a `docker` client
 * on PATH nothing is checked: the provider does not need one and reports its own errors.
 */
export function dockerDaemonFaults(builder?: PlatformBuilder): Fault[] {
  const host = builder ? builder.builder : new pulumi.Config("docker").get("host");
  const key = host ?? process.env["DOCKER_HOST"] ?? `context ${process.env["DOCKER_CONTEXT"] ?? ""}`;
  const answer = faultsByHost.get(key) ?? checkEngine(host);
  faultsByHost.set(key, answer);
  return builder
    ? answer.map((fault) => ({ ...fault, path: `builders[${JSON.stringify(builder.platform)}]` }))
    : answer;
}

function checkEngine(host: string | undefined): Fault[] {
  const context = host || process.env["DOCKER_HOST"] ? undefined : unsupportedContext();
  if (context !== undefined) return [contextFault(context)];
  const answer = runDocker(host, "version", "--format", "{{.Server.Version}}");
  if (answer.status === 0) return imageStoreFaults(host, answer.stdout.trim());
  if ((answer.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return [];
  return [
    {
      path: "docker",
      value: host ?? process.env["DOCKER_HOST"] ?? "the client's default",
      rule: `a Docker engine must build the image, and none answers there: ${(answer.stderr || String(answer.error)).trim()}`,
      fix: 'start Docker, name another engine with DOCKER_HOST or `pulumi config set docker:host`, or write builder: "buildkit", whose previews do not need an engine.',
    },
  ];
}

function runDocker(host: string | undefined, ...args: string[]) {
  return spawnSync("docker", [...(host ? ["--host", host] : []), ...args], { encoding: "utf8", timeout: 20_000 });
}

/** Before 27.5, an engine with the containerd image store does not find the build context it is sent. */
function imageStoreFaults(host: string | undefined, version: string): Fault[] {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > 27 || (major === 27 && minor >= 5)) return [];
  const { stdout } = runDocker(host, "info", "--format", "{{json .DriverStatus}}");
  if (!stdout.includes("io.containerd.snapshotter")) return [];
  return [
    {
      path: "docker",
      value: `Docker ${version} with the containerd image store`,
      rule: "before 27.5 such an engine cannot build what is sent over its API.",
      fix: "update Docker to 27.5 or newer, or turn off the containerd image store.",
    },
  ];
}

/**
 * The client's current context, if its engine is not one that the provider finds itself; undefined without a client.
 */
function unsupportedContext(): DockerContext | undefined {
  const { stdout } = spawnSync("docker", dockerContextQuestion, { encoding: "utf8", timeout: 20_000 });
  const context = readDockerContext(stdout);
  return context && providerSockets().includes(context.host) ? undefined : context;
}

/** Where the provider looks when no engine is configured: Docker's own socket, and those of Docker Desktop. */
function providerSockets(): string[] {
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
    rule: `its engine is at ${host}, and Pulumi's Docker provider does not follow contexts of the docker client.`,
    fix: `use \`npm run up\` and \`npm run preview\`, which set it, set DOCKER_HOST=${host}, or run \`pulumi config set docker:host ${host}\`.`,
  };
}
