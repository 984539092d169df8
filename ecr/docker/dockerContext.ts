/** A context of the docker client and its engine's address. */
export interface DockerContext {
  name: string;
  /** For example `unix:///home/me/.colima/default/docker.sock`. */
  host: string;
}

/** Arguments that ask the docker client for its current context. */
export const dockerContextQuestion = [
  "context",
  "inspect",
  "--format",
  "{{json .Name}} {{json .Endpoints.docker.Host}}",
];

/** Parses the client's output; undefined when it does not name an engine. Never throws. */
export function readDockerContext(answer: string | null | undefined): DockerContext | undefined {
  const [, name, host] = /^"([^"]+)" "([^"]+)"$/.exec((answer ?? "").trim()) ?? [];
  return name === undefined || host === undefined ? undefined : { name, host };
}
