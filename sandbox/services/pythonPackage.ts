import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory } from "../paths";
import { runOrThrow } from "../system/commands";
import { withLock } from "../system/fileLock";
import { findProgram } from "../system/programs";
import type { Progress } from "../system/progress";

/** A command from PyPI, with exactly these versions. */
export interface PythonPackage {
  name: string;
  version: string;
  /** The command that it brings. @default the package's name */
  command?: string;
  /** Versions of optional dependencies that it is to find, by name. @default none */
  beside?: Readonly<Record<string, string>>;
}

/**
 * Installs one version of a package from PyPI into a virtual environment of its own in the cache, when it is not there.
 *
 * @returns The path of the package's command.
 * @throws Error when there is no Python 3 with venv, or pip fails.
 */
export async function installPythonPackage(
  { name, version, command = name, beside = {} }: PythonPackage,
  progress: Progress,
): Promise<string> {
  const others = Object.entries(beside);
  const folder = cacheDirectory(name, [version, ...others.map(([other, its]) => `${other}-${its}`)].join("+"));
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
      await installInto(
        folder,
        python,
        [[name, version], ...others].map(([each, its]) => `${each}==${its}`),
      );
      fs.writeFileSync(mark, "");
    }
    return executable;
  };
  const onWait = (holder: string) => progress(`waiting for ${holder}, which already installs ${name}`);
  return withLock(`${folder}.lock`, install, { onWait });
}

async function installInto(folder: string, python: string, requirements: string[]): Promise<void> {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  await runOrThrow(python, ["-m", "venv", folder]).catch((error: Error) => {
    throw new Error(`${error.message}\nOn Debian: apt-get install python3-venv.`);
  });
  await runOrThrow(path.join(folder, "bin", "python"), [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
    ...requirements,
  ]);
}
