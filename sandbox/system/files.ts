import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Writes a file atomically: readers, and a crash of this process, see either the old content or the new. Creates its
 * directory, accessible only by its owner, if it does not exist.
 * @param mode Its exact permissions, regardless of the umask. Default: 0600, its owner's only.
 */
export function writeFileAtomically(file: string, content: string | Uint8Array, mode = 0o600): void {
  replace(file, (temporary) => {
    fs.writeFileSync(temporary, content, { mode });
    fs.chmodSync(temporary, mode);
  });
}

/**
 * Changes a link's target atomically, so that a command started meanwhile finds either the old or the new one. Does
 * nothing when it is already the target. Creates its directory if it does not exist.
 */
export function replaceLink(target: string, link: string): void {
  if (!fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() || fs.readlinkSync(link) !== target) {
    replace(link, (temporary) => fs.symlinkSync(target, temporary));
  }
}

/** Creates a hard link to a file, or a copy on another file system, atomically. */
export function placeFile(from: string, to: string): void {
  replace(to, (temporary) => {
    try {
      fs.linkSync(from, temporary);
    } catch {
      fs.copyFileSync(from, temporary, fs.constants.COPYFILE_FICLONE);
      fs.chmodSync(temporary, fs.statSync(from).mode);
    }
  });
}

function replace(file: string, make: (temporary: string) => void): void {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.tmp`;
  fs.rmSync(temporary, { force: true });
  try {
    make(temporary);
    fs.renameSync(temporary, file);
  } finally {
    // Also after success: renaming a link onto another link to the same file does nothing and leaves both names.
    fs.rmSync(temporary, { force: true });
  }
}

/** Starts with a dot, to be distinct from the finished entries next to it. */
const unfinished = /^\..*\.unfinished-/;

/**
 * Creates a file or folder atomically, unless it exists: in a temporary folder next to it, then renamed, so that an
 * interrupted attempt is repeated, and two concurrent ones do not interfere.
 * @param make Gets the temporary folder, which is removed afterwards. Returns the path below it, or the folder itself,
 * that becomes the target.
 */
export async function createAtomically(target: string, make: (temporary: string) => Promise<string>): Promise<void> {
  if (fs.existsSync(target)) {
    return;
  }
  const directory = path.dirname(target);
  fs.mkdirSync(directory, { recursive: true });
  const temporary = fs.mkdtempSync(path.join(directory, `.${path.basename(target)}.unfinished-`));
  try {
    const made = await make(temporary);
    try {
      fs.renameSync(made, target);
    } catch (error) {
      // Another process was faster.
      if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) {
        throw error;
      }
    }
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Removes what killed attempts of `createAtomically` left in a directory. The caller must hold the lock for those attempts.
 */
export function removeUnfinished(directory: string): void {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  for (const name of names.filter((each) => unfinished.test(each))) {
    fs.rmSync(path.join(directory, name), { recursive: true, force: true });
  }
}
