import { spawnSync } from "node:child_process";

/** A context of the docker client, with where its engine is. */
export interface DockerContext {
  name: string;
  /** Such as `unix:///home/me/.colima/default/docker.sock`. */
  host: string;
}

/**
 * The context that the docker client is in, when Pulumi has to be told of it: its Docker provider follows no contexts.
 * Undefined for the default one, where DOCKER_HOST says more, without a client, and for an engine behind TLS, whose
 * certificates a context alone knows.
 */
export function dockerContext(env: NodeJS.ProcessEnv = process.env): DockerContext | undefined {
  if (env["DOCKER_HOST"]) return undefined;
  const format = "{{json .Name}} {{json .Endpoints.docker.Host}}";
  const { stdout } = spawnSync("docker", ["context", "inspect", "--format", format], {
    encoding: "utf8",
    timeout: 10_000,
    env,
  });
  const [, name = "", host = ""] = /^"([^"]+)" "([^"]+)"$/.exec((stdout ?? "").trim()) ?? [];
  return name === "" || name === "default" || host === "" || host.startsWith("tcp:") ? undefined : { name, host };
}
