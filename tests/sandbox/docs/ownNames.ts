/** Replaces container and image names and the port, which all tests on a machine share, so that each run has its own. */
export function withOwnNames(text: string, own: string): string {
  return text
    .replaceAll("petclinic:latest", `${own}:latest`)
    .replaceAll("--name petclinic", `--name ${own}`)
    .replaceAll("name=petclinic", `name=${own}`)
    .replaceAll("docker rm --force petclinic", `docker rm --force ${own}`)
    .replaceAll("--publish 8080:8080", "--publish 127.0.0.1::8080")
    .replaceAll("localhost:8080", `$(docker port ${own} 8080)`);
}
