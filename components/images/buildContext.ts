import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { textOf } from "../../ecr/buildContext/fileNames";
import { type Fault, InvalidInputError } from "../../ecr/faults";
import { contentTagPrefix } from "../../ecr/lifecyclePolicy";
import { hiddenWayOutFaults } from "../projectFile";
import type { BuildSettings } from "./buildSettings";
import {
  type ContextPaths,
  compareText,
  contextFiles,
  ignoreFileFaults,
  isFile,
  pathInContext,
  readFault,
  systemCode,
} from "./contextFiles";

/** What decides an image's content, as far as the machine that builds can know it before it builds. */
export interface BuildInputs extends Pick<BuildSettings, "args" | "target" | "extraHosts" | "network" | "rebuild"> {
  /**
   * Folder that is sent to Docker, relative to the project's root. It may lie outside of the project where the path says so
   * (`../service`); a link in the project must not lead there. Links in the folder are sent as links, never what they name.
   */
  context: string;
  /** Dockerfile, relative to the project's root; it may lie outside of the context, and of the project as the context may. @default `<context>/Dockerfile` */
  dockerfile?: string;
  /** Operating system and architecture, such as `linux/amd64`. */
  platform: string;
}

/** The Dockerfile that a build uses: the given one, or the context's own. */
export function dockerfileOf(inputs: Pick<BuildInputs, "context" | "dockerfile">): string {
  return inputs.dockerfile ?? path.join(inputs.context, "Dockerfile");
}

/** A build's paths with the Dockerfile's default. */
export function contextPaths(inputs: Pick<BuildInputs, "context" | "dockerfile">): ContextPaths {
  return { context: inputs.context, dockerfile: dockerfileOf(inputs) };
}

/** Says what is wrong with a build's paths: a context that is no folder, a Dockerfile that is no file, an ignore file that Docker refuses. */
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
  const wayOut = hiddenWayOutFaults(inputs.context, "context");
  if (wayOut.length > 0) return wayOut;
  const dockerfile = dockerfileOf(inputs);
  if (isFile(dockerfile)) {
    return [...hiddenWayOutFaults(dockerfile, "dockerfile"), ...ignoreFileFaults(contextPaths(inputs))];
  }
  const inContext = path.join(inputs.context, dockerfile);
  const fix = fs.existsSync(inContext)
    ? `write ${JSON.stringify(inContext)}: the path is relative to the project's root, not to the context.`
    : `create ${path.resolve(dockerfile)}, or name another file relative to the project's root.`;
  return [{ path: "dockerfile", value: dockerfile, rule: "the Dockerfile must be a file that exists.", fix }];
}

/**
 * The tag that stands for exactly these build inputs: `src-` and 16 hexadecimal digits (see contentDigest).
 */
export function contentTag(inputs: BuildInputs): string {
  return contentTagPrefix + contentDigest(inputs);
}

/**
 * 16 hexadecimal digits (64 bits of SHA-256) that stand for exactly these build inputs.
 *
 * They cover the Dockerfile, each file of the context that .dockerignore lets through (path, mode, content; a link's
 * target), the arguments, target, platform, extra hosts, network and `rebuild`: at least all that makes the Docker
 * provider build again. Owners, times, order and empty folders do not count. What a build downloads is not covered: pin
 * base images by digest. Each file is read once.
 *
 * @throws InvalidInputError with every file that cannot be read or sent
 */
export function contentDigest(inputs: BuildInputs): string {
  const hash = createHash("sha256");
  const add = (...entry: unknown[]) => hash.update(`${JSON.stringify(entry)}\n`);
  const sorted = (map: Record<string, string> = {}) => Object.entries(map).sort(([a], [b]) => compareText(a, b));
  add("inputs", inputs.platform, inputs.target ?? null, sorted(inputs.args));
  // Only what is set counts: what an image is made of without them must not depend on what else there could be.
  if (inputs.extraHosts !== undefined) add("extraHosts", sorted(inputs.extraHosts));
  if (inputs.network !== undefined) add("network", inputs.network);
  if (inputs.rebuild !== undefined) add("rebuild", inputs.rebuild);

  const paths = contextPaths(inputs);
  const files = contextFiles(paths);
  for (const entry of dockerfileEntries(paths, new Set(files))) add("dockerfile", entry);
  const faults: Fault[] = [];
  for (const file of files) {
    try {
      add(...entryOf(pathInContext(inputs.context, file), file));
    } catch (error) {
      if (error instanceof NotSendable) faults.push({ ...readFault(inputs.context, file, ""), rule: error.message });
      else faults.push(readFault(inputs.context, file, systemCode(error)));
    }
  }
  if (faults.length > 0) throw new InvalidInputError("build context", faults);
  return hash.digest("hex").slice(0, 16);
}

class NotSendable extends Error {}

/** What counts of a file: its kind, name, mode and content, or a link's target. */
function entryOf(absolute: string | Buffer, file: string): unknown[] {
  const stat = fs.lstatSync(absolute);
  if (stat.isFile()) return ["file", file, stat.mode & 0o7777, digestOfFile(absolute)];
  if (stat.isSocket()) throw new NotSendable("a socket cannot be sent to Docker.");
  if (!stat.isSymbolicLink()) return ["other", file, stat.mode];
  refuseCircle(absolute);
  return ["link", file, textOf(fs.readlinkSync(absolute, "buffer"))];
}

/** The Docker provider follows each link to see whether it changed: one that leads nowhere is fine, one in a circle is not. */
function refuseCircle(link: string | Buffer): void {
  try {
    fs.statSync(link);
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(systemCode(error))) throw error;
  }
}

/**
 * What counts of the Dockerfile: which it is of the context's files, where its entry says the rest, or its content. A link
 * counts by what it says, which the context's entries tell only where each file on the way is one of them.
 */
function dockerfileEntries({ context, dockerfile }: ContextPaths, files: ReadonlySet<string>): string[] {
  const own = path.relative(path.resolve(context), path.resolve(dockerfile)).split(path.sep).join("/");
  const content = () => {
    try {
      return digestOfFile(dockerfile);
    } catch (error) {
      const rule = `the Dockerfile cannot be read (${systemCode(error)}).`;
      const fault = { path: "dockerfile", value: dockerfile, rule, fix: "make it readable." };
      throw new InvalidInputError("build context", [fault]);
    }
  };
  if (!files.has(own)) return [content()];
  return isLink(dockerfile) && !leadsThrough(files, context, own) ? [own, content()] : [own];
}

/** Whether each link on the way to what a link names, and that file itself, is one of the context's files. */
function leadsThrough(files: ReadonlySet<string>, context: string, link: string): boolean {
  const root = fs.realpathSync(context);
  const isFileOf = (file: string) => files.has(path.relative(root, file).split(path.sep).join("/"));
  const rest = link.split("/");
  let at = root;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = path.resolve(at, name);
    if (!isLink(next)) at = next;
    else if (!isFileOf(next)) return false;
    else {
      const target = fs.readlinkSync(next);
      if (path.isAbsolute(target)) at = path.parse(target).root;
      rest.unshift(...target.split("/"));
    }
  }
  return isFileOf(at);
}

function isLink(file: string): boolean {
  return fs.lstatSync(file).isSymbolicLink();
}

const chunkSize = 1 << 20;

/** SHA-256 of a file, read in pieces so that a large one does not have to fit into memory. */
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
