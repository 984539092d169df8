import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Parser, type ReadEntry } from "tar";

/** A file from an archive, stored on disk. */
export interface ArchiveFile {
  path: string;
  /** Bytes. */
  size: number;
}

/** Limit on files in an archive: Docker writes four for each layer. */
const mostFiles = 100_000;

const fileTypes = ["File", "OldFile", "ContiguousFile"];

/**
 * Unpacks the output of `docker image save` into a folder and names each file by its content's digest. Names in the
 * archive are never used as local paths, and links are never followed.
 *
 * @returns The files by digest.
 * @throws Error that names the entry when its path leads outside the archive, it is not a file, or its content does not
 * match its name.
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
      throw new Error(`the content of ${JSON.stringify(entry.path)} does not match the digest in its name`);
    }
    if (files.has(digest)) await fs.rm(file.path);
    else files.set(digest, file);
  };
  await pipeline(archive, parserOf(keep));
  return files;
}

/** Backpressure: the parser emits the next entry after this one was read, and accepts no more bytes before that. */
function parserOf(keep: (entry: ReadEntry) => Promise<void>): Writable {
  const parser = new Parser({ strict: true });
  let kept = Promise.resolve();
  let isWhole = false;
  // The parser does not report an archive that is truncated between two files.
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
        kept.then(() => done(isWhole ? null : new Error("it is not a complete tar archive: it ends early")), done);
      });
      parser.end();
    },
  });
  parser.on("error", (error: Error) => input.destroy(new Error(`it is not a complete tar archive: ${error.message}`)));
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
  // Docker before 25 stores a repeated layer as a link to the first one. Layers are found by digest, so the link is not
  // needed.
  if (type === "Directory" || (type === "SymbolicLink" && /^[0-9a-f]{64}\/layer\.tar$/.test(name))) return false;
  throw new Error(`${JSON.stringify(name)} is not a file (${type})`);
}

/** @returns The digest of the content. */
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
