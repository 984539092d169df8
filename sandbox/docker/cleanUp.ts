import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "../system/progress";
import type { DockerEnvironment } from "./daemon";
import { engineMessage, engineRequest } from "./engineApi";

const conflictTries = 10;
const conflictPause = 200;

export interface RemoveImagesOptions {
  docker: Pick<DockerEnvironment, "dockerHost">;
  /** The sandbox's registries as in image names: "127.0.0.1:5000". Compared exactly, including the port. */
  registryHosts: readonly string[];
  progress: Progress;
}

export interface RemovedImages {
  containers: number;
  /** Removed names and digests; an image is removed with its last one. */
  references: string[];
}

interface ImageSummary {
  Id: string;
  RepoTags?: string[] | null;
  RepoDigests?: string[] | null;
}

interface ContainerSummary {
  Id: string;
  Image: string;
  ImageID: string;
}

/**
 * Removes what a sandbox's registries left in Docker: the images named after them, including untagged ones that were
 * pushed or pulled, and the containers running them. An image with another name keeps that name and its containers.
 * Throws an error listing everything that could not be removed.
 */
export async function removeImagesOf({ docker, registryHosts, progress }: RemoveImagesOptions): Promise<RemovedImages> {
  const { dockerHost } = docker;
  const isOurs = (reference: string) => registryHosts.some((host) => reference.startsWith(`${host}/`));
  const images = (await list<ImageSummary>(dockerHost, "/images/json?all=true"))
    .map(({ Id, RepoTags, RepoDigests }) => ({ id: Id, references: referencesOf(RepoTags, RepoDigests) }))
    .filter(({ references }) => references.some(isOurs));
  const onlyOurs = new Set(images.filter(({ references }) => references.every(isOurs)).map(({ id }) => id));
  const containers = (await list<ContainerSummary>(dockerHost, "/containers/json?all=true")).filter(
    ({ Image, ImageID }) => isOurs(Image) || onlyOurs.has(ImageID),
  );

  const failures: string[] = [];
  for (const { Id, Image } of containers) {
    await remove(
      dockerHost,
      `/containers/${Id}?force=true&v=true`,
      `container ${Id.slice(0, 12)} of ${Image}`,
      failures,
    );
  }
  const removed: string[] = [];
  for (const { references } of images) {
    // Tags before digests: a digest cannot be removed by itself while a tag of the same repository exists.
    for (const reference of references.filter(isOurs)) {
      await remove(dockerHost, `/images/${reference}`, `image ${reference}`, failures);
      removed.push(reference);
    }
  }
  if (failures.length > 0) {
    throw new Error(
      `Docker did not remove everything of the sandbox:\n${failures.map((line) => `- ${line}`).join("\n")}`,
    );
  }
  if (containers.length + removed.length > 0) {
    progress(`Removed ${containers.length} containers and ${removed.length} image names from Docker`);
  }
  return { containers: containers.length, references: removed };
}

function referencesOf(tags: string[] | null | undefined, digests: string[] | null | undefined): string[] {
  return [...(tags ?? []), ...(digests ?? [])].filter((reference) => !reference.startsWith("<none>"));
}

async function remove(dockerHost: string, path: string, what: string, failures: string[]): Promise<void> {
  let answer = await engineRequest(dockerHost, "DELETE", path);
  // Another process is removing it, or the container that uses it; wait for that.
  for (let tries = 0; answer.status === 409 && tries < conflictTries; tries++) {
    await sleep(conflictPause);
    answer = await engineRequest(dockerHost, "DELETE", path);
  }
  // 404: already gone, for example an image's digests with its last tag.
  if (answer.status >= 300 && answer.status !== 404) {
    failures.push(`${what}: ${engineMessage(answer)}`);
  }
}

async function list<T>(dockerHost: string, path: string): Promise<T[]> {
  const answer = await engineRequest(dockerHost, "GET", path);
  if (answer.status !== 200 || !Array.isArray(answer.body)) {
    throw new Error(`Docker did not answer GET ${path}: ${engineMessage(answer)}`);
  }
  return answer.body as T[];
}
