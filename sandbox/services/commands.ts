import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";

/** Told what is being done, a line at a time. */
export type Progress = (message: string) => void;

export interface InstallOptions {
  /** @default silent */
  progress?: Progress;
}

/**
 * Runs a command to its end.
 *
 * @throws Error with the command and what it wrote, when it fails or cannot be found.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { message, stdout, stderr } = error as Error & { stdout?: string; stderr?: string };
    const said = [stdout, stderr].map((text) => text?.trim()).filter(Boolean);
    throw new Error(`${command} ${args.join(" ")} failed.\n${said.length > 0 ? said.join("\n") : message}`);
  }
}

/** The path of a command on PATH. */
export function findCommand(name: string, searchPath = process.env["PATH"] ?? ""): string | undefined {
  return searchPath
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => {
      try {
        fs.accessSync(file, fs.constants.X_OK);
        return fs.statSync(file).isFile();
      } catch {
        return false;
      }
    });
}

/**
 * Makes a folder whole or not at all: it is filled under another name and then renamed, so that an interrupted
 * installation is done again, and two at the same time do not mix.
 */
export async function installFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  if (fs.existsSync(folder)) {
    return;
  }
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const temporary = fs.mkdtempSync(`${folder}.`);
  try {
    await fill(temporary);
    if (!fs.existsSync(folder)) {
      fs.renameSync(temporary, folder);
    }
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}
