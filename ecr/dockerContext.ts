/** A context of the docker client, with where its engine is. */
export interface DockerContext {
  name: string;
  /** Such as `unix:///home/me/.colima/default/docker.sock`. */
  host: string;
}

/** What asks the docker client which context it is in. */
export const dockerContextQuestion = [
  "context",
  "inspect",
  "--format",
  "{{json .Name}} {{json .Endpoints.docker.Host}}",
];

/** Reads the client's answer; undefined where it says nothing of an engine. Never throws. */
export function readDockerContext(answer: string | null | undefined): DockerContext | undefined {
  const [, name, host] = /^"([^"]+)" "([^"]+)"$/.exec((answer ?? "").trim()) ?? [];
  return name === undefined || host === undefined ? undefined : { name, host };
}
