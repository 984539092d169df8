import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../ecr/faults";

/**
 * The project's folder, where Pulumi.yaml is: what a program reads from outside of it is not part of what was reviewed.
 * Where no engine says where that is (it then is no absolute path), it is the working directory.
 */
function projectFolder(): string {
  const told = pulumi.runtime.getRootDirectory();
  return fs.realpathSync(path.isAbsolute(told) ? told : process.cwd());
}

/** The part of a file's real path below the project; undefined for one that is elsewhere. */
function pathInProject(file: string): string | undefined {
  const below = path.relative(projectFolder(), file);
  return below.split(path.sep)[0] === ".." || path.isAbsolute(below) ? undefined : below;
}

/**
 * Reads a file whose content goes to others. It has to be a plain file of the project, with links followed: a config that
 * somebody proposes must not be able to publish what else the machine has.
 *
 * @param property The property that names it, and its path.
 * @param kind What it is, for messages: `a Markdown file`.
 * @param maximum Bytes; more is not read.
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
      return refuse("its content goes to others, and it is not in the project's folder.", "copy it into the project.");
    }
    if (below.split(path.sep).some((part) => part.startsWith("."))) {
      return refuse("its content goes to others, and it is hidden.", "copy it to a name without a dot at the front.");
    }
    return (
      readPlainFile(real, maximum) ?? refuse(`this must be a file of at most ${maximum.toLocaleString("en")} bytes.`)
    );
  } catch (error) {
    return refuse(`this must be a file that can be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Undefined for a folder, a device, a pipe, and for what is longer. None of them is waited for. */
function readPlainFile(file: string, maximum: number): { content: Buffer } | undefined {
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = fs.constants;
  const descriptor = fs.openSync(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  try {
    if (!fs.fstatSync(descriptor).isFile()) return undefined;
    // Its size may be another than it says by the time that it is read.
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
 * Why a folder or file of a build is not where its path says: a link in the project that leads out of it. A path that is
 * written as one outside, such as `../service`, says so itself.
 */
export function hiddenWayOutFaults(file: string, property: string): Fault[] {
  const real = fs.realpathSync(file);
  if (pathInProject(path.resolve(file)) === undefined || pathInProject(real) !== undefined) return [];
  return [
    {
      path: property,
      value: file,
      rule: "a link in the project leads out of it, and what is sent to Docker would be from elsewhere than it looks.",
      fix: `copy it into the project, or write where it is: ${JSON.stringify(path.relative(process.cwd(), real))}.`,
    },
  ];
}
