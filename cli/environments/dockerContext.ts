import { spawnSync } from "node:child_process";
import { type DockerContext, dockerContextQuestion, readDockerContext } from "../../ecr/dockerContext";

/**
 * The context that the docker client is in, when Pulumi has to be told of it: its Docker provider follows no contexts.
 * Undefined for the default one, where DOCKER_HOST says more, without a client, and for an engine behind TLS, whose
 * certificates a context alone knows.
 */
export function dockerContext(env: NodeJS.ProcessEnv = process.env): DockerContext | undefined {
  if (env["DOCKER_HOST"]) return undefined;
  const { stdout } = spawnSync("docker", dockerContextQuestion, { encoding: "utf8", timeout: 10_000, env });
  const context = readDockerContext(stdout);
  return context === undefined || context.name === "default" || context.host.startsWith("tcp:") ? undefined : context;
}
