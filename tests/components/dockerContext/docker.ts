import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contextFiles } from "../../../components/images/contextFiles";
import { decodeBytes, encodeBytes } from "../../../ecr/buildContext/fileNames";
import { InvalidInputError } from "../../../ecr/faults";
import { goProgram } from "../../sandbox/tools";

/** The files that are sent, or "refused" for an invalid ignore file. */
export type Sent = readonly string[] | "refused";

/** A build context of empty files, and an ignore file that may exclude some of them. */
export interface ContextCase {
  /** Names as decodeBytes gives them. A name that needs a folder where a file already exists is left out. */
  files: readonly string[];
  ignore: Buffer;
}

/** Builds the program in main.go, which uses Docker's own modules. */
export function dockerWalk(): Promise<string> {
  return goProgram(__dirname, "ecr/tests/docker-context", ["go.sum", "main.go"]);
}

/** What Docker sends in each case, and what contextFiles returns. Both walk the same folders on disk. */
export function walkBoth(walk: string, cases: readonly ContextCase[]): { docker: Sent; own: Sent }[] {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "walks-"));
  try {
    const contexts = new Map<readonly string[], string>();
    const builds = cases.map(({ files, ignore }, index) => {
      const folder = path.join(root, String(index));
      // Cases may share one tree.
      const context = contexts.get(files) ?? writeContext(path.join(folder, "context"), files);
      contexts.set(files, context);
      return { context, ignore: writeIgnoreFile(folder, ignore) };
    });
    const input = builds.map((each) => JSON.stringify(each)).join("\n");
    const answer = spawnSync(walk, { input, encoding: "utf8", maxBuffer: 1 << 30 });
    if (answer.status !== 0) throw new Error(answer.stderr);
    const lines = answer.stdout.trimEnd().split("\n");
    if (lines.length !== builds.length) throw new Error(`${lines.length} answers to ${builds.length} builds`);
    return builds.map((build, index) => ({ docker: readAnswer(lines[index] ?? ""), own: ownFiles(build) }));
  } finally {
    fs.rmSync(root, { recursive: true });
  }
}

interface Build {
  context: string;
  ignore: string;
}

function writeContext(context: string, files: readonly string[]): string {
  fs.mkdirSync(context, { recursive: true });
  for (const file of files) {
    const at = (name: string) => Buffer.concat([Buffer.from(`${context}/`), encodeBytes(name)]);
    try {
      if (file.includes("/")) fs.mkdirSync(at(file.slice(0, file.lastIndexOf("/"))), { recursive: true });
      fs.writeFileSync(at(file), "");
    } catch (error) {
      if (!["EEXIST", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
  }
  return context;
}

function writeIgnoreFile(folder: string, ignore: Buffer): string {
  const file = path.join(folder, "build.dockerignore");
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, ignore);
  return file;
}

function readAnswer(line: string): Sent {
  const answer: { files: string[]; error?: string } = JSON.parse(line);
  if (answer.error !== undefined) return "refused";
  return answer.files.map((name) => decodeBytes(Buffer.from(name, "base64"))).sort();
}

function ownFiles({ context, ignore }: Build): Sent {
  try {
    return contextFiles({ context, dockerfile: ignore.replace(/\.dockerignore$/, "") });
  } catch (error) {
    if (error instanceof InvalidInputError) return "refused";
    throw error;
  }
}
