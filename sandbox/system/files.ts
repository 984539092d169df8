import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Writes a file so that whoever reads it, and a crash of this process, finds the old content or the new one, never half
 * of it. Its directory is made, for its owner only, when it is not there.
 * @param mode Its exact permissions, whatever the umask says. Default: 0600, its owner's only.
 */
export function writeFileAtomically(file: string, content: string | Uint8Array, mode = 0o600): void {
  replace(file, (temporary) => {
    fs.writeFileSync(temporary, content, { mode });
    fs.chmodSync(temporary, mode);
  });
}

/**
 * Points a link somewhere else in one step, so that a command that starts meanwhile finds the old target or the new one.
 * No effect when it points there already. Its directory is made when it is not there.
 */
export function replaceLink(target: string, link: string): void {
  if (!fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() || fs.readlinkSync(link) !== target) {
    replace(link, (temporary) => fs.symlinkSync(target, temporary));
  }
}

/** Makes a file a hard link to another one, or a copy of it on another file system: complete or not there. */
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
    // Also when it went well: renaming a link onto another link to the same file does nothing and leaves both names.
    fs.rmSync(temporary, { force: true });
  }
}

/** Begins with a dot, so that it does not look like one of the things beside it. */
const unfinished = /^\..*\.unfinished-/;

/**
 * Makes a file or folder whole or not at all, unless it is there: it is made in a temporary folder beside it and then
 * renamed, so that an interrupted attempt is done again, and two at the same time do not mix.
 * @param make Gets the temporary folder, removed afterwards. Returns the path below it, or the folder itself, that
 *   becomes the target.
 */
export async function makeWhole(target: string, make: (temporary: string) => Promise<string>): Promise<void> {
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
      // Somebody else was quicker.
      if (!["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) {
        throw error;
      }
    }
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Removes what killed attempts of `makeWhole` left in a directory. Only for who holds the lock of those attempts. */
export function removeUnfinished(directory: string): void {
  const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
  for (const name of names.filter((each) => unfinished.test(each))) {
    fs.rmSync(path.join(directory, name), { recursive: true, force: true });
  }
}
