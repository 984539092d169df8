import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../ecr/faults";

/**
 * The project's folder, where Pulumi.yaml is: files outside of it are not part of what was reviewed. Outside an engine,
 * when the path is not absolute, it is the working directory.
 */
function projectFolder(): string {
  const rootDirectory = pulumi.runtime.getRootDirectory();
  return fs.realpathSync(path.isAbsolute(rootDirectory) ? rootDirectory : process.cwd());
}

/** A file's real path relative to the project; undefined when it is outside. */
function pathInProject(file: string): string | undefined {
  const below = path.relative(projectFolder(), file);
  return below.split(path.sep)[0] === ".." || path.isAbsolute(below) ? undefined : below;
}

/**
 * Reads a file whose content is published. After following links it must be a plain file inside the project: a proposed
 * config must not be able to publish other files of the machine.
 *
 * @param property The property with the path, and the path.
 * @param kind What it is, for messages: `a Markdown file`.
 * @param maximum Limit in bytes; no more is read.
 */
export function readProjectFile(
  file: string,
  property: string,
  kind: string,
  maximum: number,
): { content: Buffer } | { faults: Fault[] } {
  const refuse = (rule: string, fix = `name ${kind}, relative to the project's root.`) => ({
    faults: [{ path: property, value: file, rule, fix }],
  });
  try {
    const real = fs.realpathSync(file);
    const below = pathInProject(real);
    if (below === undefined) {
      return refuse("its content is published, so it must be in the project's folder.", "copy it into the project.");
    }
    if (below.split(path.sep).some((part) => part.startsWith("."))) {
      return refuse(
        "its content is published, so it must not be a hidden file.",
        "copy it to a name without a leading dot.",
      );
    }
    return readPlainFile(real, maximum) ?? refuse(`must be a file of at most ${maximum.toLocaleString("en")} bytes.`);
  } catch (error) {
    return refuse(`must be a file that can be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Undefined for a folder, device, or pipe, and for a file over the limit. Never blocks on any of them. */
function readPlainFile(file: string, maximum: number): { content: Buffer } | undefined {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;
  const descriptor = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  try {
    if (!fs.fstatSync(descriptor).isFile()) return undefined;
    // The size may have changed since it was checked.
    const buffer = Buffer.alloc(maximum + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read) {
      read = fs.readSync(descriptor, buffer, length, buffer.length - length, length);
    }
    return length > maximum ? undefined : { content: buffer.subarray(0, length) };
  } finally {
    fs.closeSync(descriptor);
  }
}

/**
 * Why a build's folder or file is not where its path says: a link in the project leads outside. A path that itself
 * points outside, such as `../service`, is fine.
 */
export function linkEscapeFaults(file: string, property: string): Fault[] {
  const real = fs.realpathSync(file);
  if (pathInProject(path.resolve(file)) === undefined || pathInProject(real) !== undefined) return [];
  return [
    {
      path: property,
      value: file,
      rule: "a symbolic link leads out of the project, so Docker would get files from elsewhere than the path says.",
      fix: `copy it into the project, or write its real path: ${JSON.stringify(path.relative(process.cwd(), real))}.`,
    },
  ];
}
