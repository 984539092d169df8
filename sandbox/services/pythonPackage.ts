import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory, projectRoot } from "../paths";
import { runOrThrow } from "../system/commands";
import { withLock } from "../system/fileLock";
import { findProgram } from "../system/programs";
import type { Progress } from "../system/progress";

/** Lists of packages with their checksums; `npm run python:lock` writes them. */
const lists = path.join(projectRoot, "sandbox", "python");

/** A command from PyPI: what its list names, and nothing else. */
export interface PythonPackage {
  name: string;
  /** The command that it brings. @default the package's name */
  command?: string;
}

/** The version of a package in its own list. */
export function packageVersion(name: string): string {
  const version = new RegExp(`^${name}==([^ ]+) `, "m").exec(fs.readFileSync(listFile(name), "utf8"))?.[1];
  if (version === undefined)
    throw new Error(`${listFile(name)} has no version of ${name}: run \`npm run python:lock\``);
  return version;
}

function listFile(name: string): string {
  return path.join(lists, `${name}.txt`);
}

/**
 * Installs a package from PyPI with all that it needs into a virtual environment of its own in the cache, when it is not
 * there. A file whose checksum is not in the list is refused, and nothing is built from source: that would fetch more.
 *
 * @returns The path of the package's command.
 * @throws Error when there is no Python 3 with venv, or pip fails.
 */
export async function installPythonPackage(
  { name, command = name }: PythonPackage,
  progress: Progress,
): Promise<string> {
  const version = packageVersion(name);
  const list = createHash("sha256")
    .update(fs.readFileSync(listFile(name)))
    .digest("hex")
    .slice(0, 12);
  const folder = cacheDirectory(name, `${version}+${list}`);
  const executable = path.join(folder, "bin", command);
  // A virtual environment holds its own path, so it cannot be made elsewhere and renamed: a mark says that it is whole.
  const mark = path.join(folder, "complete");
  if (fs.existsSync(mark)) {
    return executable;
  }
  const python = findProgram("python3");
  if (python === undefined) {
    throw new Error(
      `${name} needs Python 3: there is no python3 on PATH. On Debian: apt-get install python3 python3-venv.`,
    );
  }
  const install = async () => {
    if (!fs.existsSync(mark)) {
      progress(`installing ${name} ${version} from PyPI`);
      await installInto(folder, python, listFile(name));
      fs.writeFileSync(mark, "");
    }
    return executable;
  };
  const onWait = (holder: string) => progress(`waiting for ${holder}, which already installs ${name}`);
  return withLock(`${folder}.lock`, install, { onWait });
}

async function installInto(folder: string, python: string, list: string): Promise<void> {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  await runOrThrow(python, ["-m", "venv", folder]).catch((error: Error) => {
    throw new Error(`${error.message}\nOn Debian: apt-get install python3-venv.`);
  });
  await runOrThrow(path.join(folder, "bin", "python"), [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
    // The list is whole: what it leaves out (NAME.override) is not fetched either.
    ...["--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", list],
  ]);
}
