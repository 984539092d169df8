import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { type ContextEntry, walkContext } from "./buildContext";

export interface ContextArchive {
  readonly stream: Readable;
  /** Name of the Dockerfile inside the archive. */
  readonly dockerfile: string;
  /** The Dockerfile's path relative to the context, starting with `../` when it is outside. */
  readonly relativeDockerfile: string;
}

/**
 * The build context as a tar stream, owned by root, read while it is sent. The Dockerfile and .dockerignore are always
 * included, because the daemon needs them; a Dockerfile outside the context is added under a name that the archive's
 * .dockerignore hides from `COPY`.
 */
export function contextArchive(context: string, dockerfile: string): ContextArchive {
  const root = fs.realpathSync(context);
  const relativeDockerfile = path.relative(root, fs.realpathSync(dockerfile));
  const outside = relativeDockerfile.startsWith("../");
  const entries = collectEntries(context, dockerfile, outside ? [] : [relativeDockerfile]);
  const added = new Map<string, Buffer>();
  let name = relativeDockerfile;
  if (outside) {
    const content = fs.readFileSync(dockerfile);
    name = `.dockerfile.${createHash("sha256").update(content).digest("hex").slice(0, 20)}`;
    added.set(name, content);
    const ignoreFile = path.join(context, ".dockerignore");
    const ignored = fs.existsSync(ignoreFile) ? fs.readFileSync(ignoreFile, "utf8") : ".dockerignore";
    added.set(".dockerignore", Buffer.from(`${ignored}\n${name}\n`));
  }
  return { stream: Readable.from(archive(context, entries, added)), dockerfile: name, relativeDockerfile };
}

function collectEntries(context: string, dockerfile: string, wanted: readonly string[]): ContextEntry[] {
  const entries = new Map<string, ContextEntry>();
  const add = (name: string) => {
    const stats = fs.lstatSync(path.join(context, name), { throwIfNoEntry: false });
    if (stats && !entries.has(name)) entries.set(name, { name, stats });
  };
  const addWithParents = (name: string) => {
    const parts = name.split("/");
    for (let length = 1; length <= parts.length; length++) add(parts.slice(0, length).join("/"));
  };
  walkContext(context, dockerfile, ({ name }) => {
    addWithParents(name);
  });
  for (const name of [...wanted, ".dockerignore"]) addWithParents(name);
  return [...entries.values()];
}

const blockSize = 512;

async function* archive(
  context: string,
  entries: readonly ContextEntry[],
  added: ReadonlyMap<string, Buffer>,
): AsyncGenerator<Buffer> {
  for (const { name, stats } of entries) {
    if (added.has(name)) continue;
    const file = path.join(context, name);
    const common = { mode: stats.mode & 0o7777, mtime: Math.floor(stats.mtimeMs / 1000) };
    if (stats.isDirectory()) {
      yield* header({ ...common, name: `${name}/`, type: "5", size: 0 });
    } else if (stats.isSymbolicLink()) {
      yield* header({ ...common, name, type: "2", size: 0, link: fs.readlinkSync(file) });
    } else if (stats.isFIFO()) {
      yield* header({ ...common, name, type: "6", size: 0 });
    } else if (stats.isFile()) {
      yield* header({ ...common, name, type: "0", size: stats.size });
      yield* fileContent(file, stats.size);
    }
  }
  for (const [name, content] of added) {
    yield* header({ name, type: "0", size: content.length, mode: 0o600, mtime: Math.floor(Date.now() / 1000) });
    yield content;
    yield padding(content.length);
  }
  yield Buffer.alloc(2 * blockSize);
}

async function* fileContent(file: string, size: number): AsyncGenerator<Buffer> {
  let sent = 0;
  if (size > 0) {
    // `end` keeps a file that grows during the read from corrupting the archive.
    for await (const chunk of fs.createReadStream(file, { end: size - 1, highWaterMark: 1 << 18 })) {
      sent += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
  }
  if (sent !== size) throw new Error(`${file}: changed while it was being sent to Docker; try again`);
  yield padding(size);
}

function padding(size: number): Buffer {
  return Buffer.alloc((blockSize - (size % blockSize)) % blockSize);
}

interface TarHeader {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly mode: number;
  readonly mtime: number;
  readonly link?: string;
}

/** A ustar header; values too large for its fields go into a preceding pax record. */
function* header(entry: TarHeader): Generator<Buffer> {
  const records: [string, string][] = [];
  if (Buffer.byteLength(entry.name) > 100) records.push(["path", entry.name]);
  if (entry.link !== undefined && Buffer.byteLength(entry.link) > 100) records.push(["linkpath", entry.link]);
  if (entry.size >= 8 ** 11) records.push(["size", String(entry.size)]);
  if (records.length > 0) {
    const content = Buffer.from(records.map(([key, value]) => paxRecord(key, value)).join(""));
    yield ustar({ name: "PaxHeader", type: "x", size: content.length, mode: 0o644, mtime: entry.mtime });
    yield content;
    yield padding(content.length);
  }
  yield ustar(entry);
}

/** `<length> <key>=<value>\n`, where the length includes its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

function ustar({ name, type, size, mode, mtime, link = "" }: TarHeader): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, offset: number, length: number) => {
    block.write(`${value.toString(8).padStart(length - 1, "0")}\0`, offset, "latin1");
  };
  Buffer.from(name).copy(block, 0, 0, 100);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size >= 8 ** 11 ? 0 : size, 124, 12);
  octal(Math.max(0, mtime), 136, 12);
  block.write("        ", 148, "latin1");
  block.write(type, 156, "latin1");
  Buffer.from(link).copy(block, 157, 0, 100);
  block.write("ustar\x0000", 257, "latin1");
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
