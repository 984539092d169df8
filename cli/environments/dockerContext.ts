import { spawnSync } from "node:child_process";
import { type DockerContext, dockerContextQuestion, readDockerContext } from "../../ecr/docker/dockerContext";

/**
 * The docker client's current context, if Pulumi must be told about it: its Docker provider ignores contexts. Undefined
 * for the default context, when DOCKER_HOST is set, without a client, and for an engine behind TLS, whose certificates
 * only the context has.
 */
export function dockerContext(env: NodeJS.ProcessEnv = process.env): DockerContext | undefined {
  if (env["DOCKER_HOST"]) return undefined;
  const { stdout } = spawnSync("docker", dockerContextQuestion, { encoding: "utf8", timeout: 10_000, env });
  const context = readDockerContext(stdout);
  return context === undefined || context.name === "default" || context.host.startsWith("tcp:") ? undefined : context;
}
