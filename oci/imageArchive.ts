import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";

/** A file of an archive, kept on disk. */
export interface ArchiveFile {
  path: string;
  /** Bytes. */
  size: number;
}

/** Files of one archive at most: Docker's has four a layer. */
const mostFiles = 100_000;

const fileTypes = ["File", "OldFile", "ContiguousFile"];

/**
 * Unpacks the archive that `docker image save` writes into a folder, each file under the digest of its content. What a
 * file is called decides nothing: no path of an archive is a path of this machine, and no link is followed.
 *
 * @returns The files by digest.
 * @throws Error that names the file for one that leads out of the archive, is no file, or is not what its name says.
 */
export async function readArchive(archive: Readable, folder: string): Promise<Map<string, ArchiveFile>> {
  const files = new Map<string, ArchiveFile>();
  let count = 0;
  const keep = async (entry: ReadEntry) => {
    count += 1;
    if (count > mostFiles) throw new Error(`it has more than ${mostFiles.toLocaleString("en")} files`);
    refusePath(entry.path);
    if (!isFile(entry)) {
      entry.resume();
      return;
    }
    const file = { path: path.join(folder, String(count)), size: 0 };
    const digest = await write(entry, file);
    const [, hex] = /^blobs\/sha256\/(.*)$/.exec(entry.path) ?? [];
    if (hex !== undefined && digest !== `sha256:${hex}`) {
      throw new Error(`the content of ${JSON.stringify(entry.path)} is not what its name says`);
    }
    if (files.has(digest)) await fs.rm(file.path);
    else files.set(digest, file);
  };
  await pipeline(archive, parserOf(keep));
  return files;
}

/** The parser gives the next entry when this one has been read, and takes no more bytes before that. */
function parserOf(keep: (entry: ReadEntry) => Promise<void>): Writable {
  const parser = new Parser({ strict: true });
  let kept = Promise.resolve();
  let isWhole = false;
  // The parser itself misses a cut between two files.
  parser.on("eof", () => {
    isWhole = true;
  });
  const input = new Writable({
    write(part: Buffer, _, done) {
      if (parser.write(part)) done();
      else parser.once("drain", () => done());
    },
    final(done) {
      parser.once("end", () => {
        kept.then(() => done(isWhole ? null : new Error("it is not a whole tar archive: it ends early")), done);
      });
      parser.end();
    },
  });
  parser.on("error", (error: Error) => input.destroy(new Error(`it is not a whole tar archive: ${error.message}`)));
  parser.on("ignoredEntry", (entry: ReadEntry) => {
    input.destroy(new Error(`${JSON.stringify(entry.path)} is not a file (${entry.type})`));
  });
  parser.on("entry", (entry: ReadEntry) => {
    kept = kept.then(() => keep(entry));
    kept.catch((error: Error) => input.destroy(error));
  });
  return input;
}

function refusePath(name: string): void {
  if (!name.startsWith("/") && !name.includes("\0") && !name.split("/").includes("..")) return;
  throw new Error(`the path ${JSON.stringify(name)} leads out of it`);
}

function isFile({ type, path: name }: ReadEntry): boolean {
  if (fileTypes.includes(type)) return true;
  // The same layer twice is a link to the first one in archives of Docker before 25; a layer is found by its digest.
  if (type === "Directory" || (type === "SymbolicLink" && /^[0-9a-f]{64}\/layer\.tar$/.test(name))) return false;
  throw new Error(`${JSON.stringify(name)} is not a file (${type})`);
}

/** @returns The content's digest. */
async function write(entry: ReadEntry, file: ArchiveFile): Promise<string> {
  const hash = createHash("sha256");
  const handle = await fs.open(file.path, "wx", 0o600);
  try {
    for await (const part of entry) {
      hash.update(part);
      await handle.writeFile(part);
      file.size += part.length;
    }
  } finally {
    await handle.close();
  }
  return `sha256:${hash.digest("hex")}`;
}
