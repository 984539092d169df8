import * as fs from "node:fs";
import * as path from "node:path";

/** The one folder of repositories that the gateway uses: each has its random id below it. */
export const namespacePrefix = "r";

const hexForm = /^[0-9a-f]{64}$/;

/** Where Distribution keeps a repository inside of its storage root. */
export function repositoryFolder(storage: string, id: string): string {
  return path.join(repositoriesFolder(storage), id);
}

/** Where Distribution keeps what a blob holds, of whichever repository. */
export function blobFile(storage: string, digest: string): string | undefined {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  return hex && path.join(storage, "docker", "registry", "v2", "blobs", "sha256", hex.slice(0, 2), hex, "data");
}

/** Where Distribution keeps that a repository has a manifest. */
export function manifestFolder(storage: string, id: string, digest: string): string {
  const hex = digest.replace(/^sha256:/, "");
  // The folder is removed with all that is in it.
  if (!hexForm.test(hex)) throw new RangeError(`${digest} is not a digest`);
  return path.join(revisionsOf(storage, id), hex);
}

/** Ids of the repositories that Distribution has anything of. */
export function storedRepositories(storage: string): string[] {
  return names(repositoriesFolder(storage));
}

/** Digests of the manifests that Distribution has of a repository. A deleted one leaves a folder without a link. */
export function storedManifests(storage: string, id: string): string[] {
  const folder = revisionsOf(storage, id);
  return names(folder)
    .filter((hex) => hexForm.test(hex) && fs.existsSync(path.join(folder, hex, "link")))
    .map((hex) => `sha256:${hex}`);
}

/**
 * Removes links that a killed Distribution left half-written. It writes them in place, answers with status 500 for an
 * empty one, and its garbage collector gives up at it. Whoever linked it had no answer yet, so nothing is lost. Only while
 * Distribution does not run.
 *
 * @returns How many there were.
 */
export function removeBrokenLinks(storage: string): number {
  let removed = 0;
  for (const id of storedRepositories(storage)) {
    for (const folder of [revisionsOf(storage, id), path.join(repositoryFolder(storage, id), "_layers", "sha256")]) {
      for (const hex of names(folder)) {
        if (!isWhole(path.join(folder, hex, "link"), hex)) {
          fs.rmSync(path.join(folder, hex), { recursive: true, force: true });
          removed += 1;
        }
      }
    }
  }
  return removed;
}

function isWhole(link: string, hex: string): boolean {
  try {
    return fs.readFileSync(link, "utf8") === `sha256:${hex}`;
  } catch (error) {
    // A folder without a link is what a deletion leaves.
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

function repositoriesFolder(storage: string): string {
  return path.join(storage, "docker", "registry", "v2", "repositories", namespacePrefix);
}

function revisionsOf(storage: string, id: string): string {
  return path.join(repositoryFolder(storage, id), "_manifests", "revisions", "sha256");
}

function names(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
