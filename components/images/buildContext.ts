import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { decodeBytes } from "../../ecr/buildContext/fileNames";
import { type Fault, InvalidInputError } from "../../ecr/faults";
import { linkEscapeFaults } from "../projectFile";
import type { BuildSettings } from "./buildSettings";
import {
  type ContextPaths,
  compareCodeUnits,
  contextFiles,
  errorCode,
  ignoreFileFaults,
  isFile,
  isLink,
  pathInContext,
  readFault,
  resolvesWithin,
} from "./contextFiles";

/** Everything that determines an image's content, as far as it is known before the build. */
export interface BuildInputs extends Pick<BuildSettings, "args" | "target" | "extraHosts" | "network" | "rebuild"> {
  /**
   * Folder sent to Docker, relative to the project's root. It may be outside the project if the path says so
   * (`../service`), but not through a link in the project. Links in the folder are sent as links, never their targets.
   */
  context: string;
  /**
   * Dockerfile, relative to the project's root; it may be outside the context, and outside the project as for
   * `context`. @default `<context>/Dockerfile`
   */
  dockerfile?: string;
  /** Operating system and architecture, such as `linux/amd64`. */
  platform: string;
}

/** The Dockerfile of a build: the given one, or the context's own. */
export function dockerfileOf(inputs: Pick<BuildInputs, "context" | "dockerfile">): string {
  return inputs.dockerfile ?? path.join(inputs.context, "Dockerfile");
}

/** A build's paths, with the default for the Dockerfile. */
export function contextPaths(inputs: Pick<BuildInputs, "context" | "dockerfile">): ContextPaths {
  return { context: inputs.context, dockerfile: dockerfileOf(inputs) };
}

/**
 * Faults of a build's paths: a context that is not a folder, a Dockerfile that is not a file, an ignore file that
 * Docker rejects.
 */
export function buildContextFaults(inputs: Pick<BuildInputs, "context" | "dockerfile">): Fault[] {
  if (!fs.statSync(inputs.context, { throwIfNoEntry: false })?.isDirectory()) {
    return [
      {
        path: "context",
        value: inputs.context,
        rule: "the build context must be a folder that exists.",
        fix: `create ${path.resolve(inputs.context)}, or name another folder relative to the project's root.`,
      },
    ];
  }
  const wayOut = linkEscapeFaults(inputs.context, "context");
  if (wayOut.length > 0) return wayOut;
  const dockerfile = dockerfileOf(inputs);
  if (isFile(dockerfile)) {
    return [...linkEscapeFaults(dockerfile, "dockerfile"), ...ignoreFileFaults(contextPaths(inputs))];
  }
  const inContext = path.join(inputs.context, dockerfile);
  const fix = fs.existsSync(inContext)
    ? `write ${JSON.stringify(inContext)}: the path is relative to the project's root, not to the context.`
    : `create ${path.resolve(dockerfile)}, or name another file relative to the project's root.`;
  return [{ path: "dockerfile", value: dockerfile, rule: "the Dockerfile must be a file that exists.", fix }];
}

/**
 * A digest of the build inputs: 16 hexadecimal digits (64 bits of SHA-256).
 *
 * It covers the Dockerfile, each file of the context that .dockerignore does not exclude (path, mode, content; a link's
 * target), the arguments, target, platform, extra hosts, network, and `rebuild`: at least everything that makes the
 * Docker provider rebuild. Owners, times, order, and empty folders are not included, and neither is anything downloaded
 * by the build: pin base images by digest. Each file is read once.
 *
 * @throws InvalidInputError with every file that cannot be read or sent
 */
export function contentDigest(inputs: BuildInputs): string {
  const hash = createHash("sha256");
  const add = (...entry: unknown[]) => hash.update(`${JSON.stringify(entry)}\n`);
  const sorted = (map: Record<string, string> = {}) => Object.entries(map).sort(([a], [b]) => compareCodeUnits(a, b));
  add("inputs", inputs.platform, inputs.target ?? null, sorted(inputs.args));
  // Only settings in use are included, so that adding a new kind of setting does not change the digest of other images.
  if (inputs.extraHosts !== undefined) add("extraHosts", sorted(inputs.extraHosts));
  if (inputs.network !== undefined) add("network", inputs.network);
  if (inputs.rebuild !== undefined) add("rebuild", inputs.rebuild);

  const paths = contextPaths(inputs);
  const files = contextFiles(paths);
  for (const entry of dockerfileEntries(paths, new Set(files))) add("dockerfile", entry);
  const faults: Fault[] = [];
  for (const file of files) {
    try {
      add(...digestEntry(pathInContext(inputs.context, file), file));
    } catch (error) {
      if (error instanceof UnsendableFile) faults.push({ ...readFault(inputs.context, file, ""), rule: error.message });
      else faults.push(readFault(inputs.context, file, errorCode(error)));
    }
  }
  if (faults.length > 0) throw new InvalidInputError("build context", faults);
  return hash.digest("hex").slice(0, 16);
}

class UnsendableFile extends Error {}

/** What identifies a file: its type, name, mode, and content, or a link's target. */
function digestEntry(absolute: string | Buffer, file: string): unknown[] {
  const stat = fs.lstatSync(absolute);
  if (stat.isFile()) return ["file", file, stat.mode & 0o7777, digestOfFile(absolute)];
  if (stat.isSocket()) throw new UnsendableFile("a socket cannot be sent to Docker.");
  if (!stat.isSymbolicLink()) return ["other", file, stat.mode];
  refuseLinkLoop(absolute);
  return ["link", file, decodeBytes(fs.readlinkSync(absolute, "buffer"))];
}

/** The Docker provider follows each link to detect changes: a broken link is fine, a circular one is not. */
function refuseLinkLoop(link: string | Buffer): void {
  try {
    fs.statSync(link);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(errorCode(error))) throw error;
  }
}

/**
 * What identifies the Dockerfile: its name, if it is one of the context's files and so already included, or its
 * content. A link is included by its target path, which the context's entries determine only if each file on the way is
 * one of them.
 */
function dockerfileEntries({ context, dockerfile }: ContextPaths, files: ReadonlySet<string>): string[] {
  const own = path.relative(path.resolve(context), path.resolve(dockerfile)).split(path.sep).join("/");
  const content = () => {
    try {
      return digestOfFile(dockerfile);
    } catch (error) {
      const rule = `the Dockerfile cannot be read (${errorCode(error)}).`;
      const fault = { path: "dockerfile", value: dockerfile, rule, fix: "make it readable." };
      throw new InvalidInputError("build context", [fault]);
    }
  };
  if (!files.has(own)) return [content()];
  return isLink(dockerfile) && !resolvesWithin(files, context, own) ? [own, content()] : [own];
}

const chunkSize = 1 << 20;

/** SHA-256 of a file, read in chunks because it may not fit into memory. */
function digestOfFile(file: string | Buffer): string {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(chunkSize);
  const descriptor = fs.openSync(file, "r");
  try {
    for (let read = fs.readSync(descriptor, buffer); read > 0; read = fs.readSync(descriptor, buffer)) {
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    fs.closeSync(descriptor);
  }
  return hash.digest("hex");
}
