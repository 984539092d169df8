import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory, sandboxFolder } from "../paths";
import { runOrThrow } from "./commands";
import { withLock } from "./fileLock";
import { findProgram } from "./programs";
import type { Progress } from "./progress";

/** Package lists with checksums, written by `npm run python:lock`. */
const lists = path.join(sandboxFolder, "python");

/** A command from PyPI: exactly the packages in its list. */
export interface PythonPackage {
  name: string;
  /** The command it installs. @default the package's name */
  command?: string;
}

/** A package's version in its own list. */
export function packageVersion(name: string): string {
  const version = new RegExp(`^${name}==([^ ]+) `, "m").exec(fs.readFileSync(listFile(name), "utf8"))?.[1];
  if (version === undefined) {
    throw new Error(`${listFile(name)} has no version of ${name}: run \`npm run python:lock\``);
  }
  return version;
}

function listFile(name: string): string {
  return path.join(lists, `${name}.txt`);
}

/**
 * Installs a package from PyPI with all its dependencies into a virtual environment in the cache, unless it is there. A
 * file whose checksum is not in the list is rejected, and nothing is built from source, which would download more.
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
  // A virtual environment contains its own path, so it cannot be created elsewhere and renamed: a marker file shows
  // that it is complete.
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
  const onWait = (holder: string) => progress(`waiting for ${holder}, which is already installing ${name}`);
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
    // The list is complete: packages it omits (NAME.override) are not downloaded either.
    ...["--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", list],
  ]);
}
