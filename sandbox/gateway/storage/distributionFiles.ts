import * as fs from "node:fs";
import * as path from "node:path";

/** The only repository folder the gateway uses: repositories are below it by random ID. */
export const namespacePrefix = "r";

const hexForm = /^[0-9a-f]{64}$/;

/** A repository's folder in Distribution's storage root. */
export function repositoryFolder(storage: string, id: string): string {
  return path.join(repositoriesFolder(storage), id);
}

/** The file with a blob's data, shared by all repositories. */
export function blobFile(storage: string, digest: string): string | undefined {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  return hex && path.join(storage, "docker", "registry", "v2", "blobs", "sha256", hex.slice(0, 2), hex, "data");
}

/** The folder that records that a repository has a manifest. */
export function manifestFolder(storage: string, id: string, digest: string): string {
  const hex = digest.replace(/^sha256:/, "");
  // Validated because the folder is removed recursively.
  if (!hexForm.test(hex)) throw new RangeError(`${digest} is not a digest`);
  return path.join(revisionsOf(storage, id), hex);
}

/** IDs of the repositories that Distribution stores anything for. */
export function storedRepositories(storage: string): string[] {
  return names(repositoriesFolder(storage));
}

/** Digests of the manifests Distribution has for a repository. A deleted one leaves a folder without a link. */
export function storedManifests(storage: string, id: string): string[] {
  const folder = revisionsOf(storage, id);
  return names(folder)
    .filter((hex) => hexForm.test(hex) && fs.existsSync(path.join(folder, hex, "link")))
    .map((hex) => `sha256:${hex}`);
}

/**
 * Removes links that a killed Distribution left half-written. It writes them in place, fails with status 500 on an
 * empty one, and its garbage collector aborts there. The pushes were not acknowledged, so nothing is lost. Call it only
 * while Distribution is stopped.
 *
 * @returns How many were removed.
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
    // A deletion leaves a folder without a link.
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
