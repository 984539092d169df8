import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import createIgnore, { type Ignore } from "@balena/dockerignore";
import type { Fault } from "../../ecr/faults";
import { contentTagPrefix } from "../../ecr/lifecyclePolicy";
import { hiddenWayOutFaults } from "../projectFile";
import type { BuildSettings } from "./buildSettings";

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

/** Says what is wrong with a build's paths: a context that is no folder, a Dockerfile that is no file. */
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
  if (isFile(dockerfile)) return hiddenWayOutFaults(dockerfile, "dockerfile");
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

  const dockerfile = path.resolve(dockerfileOf(inputs));
  const files = contextFiles(inputs);
  const inContext = files.find((file) => path.resolve(inputs.context, file) === dockerfile);
  // Only the content of a Dockerfile outside the context counts; inside, its entry below says it all but which it is.
  add("dockerfile", inContext ?? digestOfFile(dockerfile));
  for (const file of files) {
    const absolute = path.join(inputs.context, file);
    const stat = fs.lstatSync(absolute);
    if (stat.isSymbolicLink()) add("link", file, fs.readlinkSync(absolute));
    else if (stat.isFile()) add("file", file, stat.mode & 0o7777, digestOfFile(absolute));
    else add("other", file, stat.mode);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The context's files and links that Docker gets, relative to the context, with `/`, in one order everywhere. */
export function contextFiles(inputs: Pick<BuildInputs, "context" | "dockerfile">): string[] {
  const ignore = readIgnore(inputs);
  const files: string[] = [];
  const visit = (folder: string) => {
    for (const entry of fs.readdirSync(path.join(inputs.context, folder), { withFileTypes: true })) {
      const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const ignored = ignore?.rules.ignores(file) ?? false;
      if (entry.isDirectory()) {
        if (!ignored || ignore?.hasExceptions) visit(file);
      } else if (!ignored) files.push(file);
    }
  };
  visit("");
  return files.sort(compareText);
}

/** The ignore file that counts: Docker prefers `<Dockerfile>.dockerignore` to the context's own. Undefined: none. */
export function ignoreFileOf(inputs: Pick<BuildInputs, "context" | "dockerfile">): string | undefined {
  const candidates = [`${dockerfileOf(inputs)}.dockerignore`, path.join(inputs.context, ".dockerignore")];
  return candidates.find(isFile);
}

/** Not a folder, nor a pipe that a read would wait for. */
function isFile(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether Docker would get a file of the context if it were there: what .dockerignore says of it. */
export function isSentToDocker(inputs: Pick<BuildInputs, "context" | "dockerfile">): (file: string) => boolean {
  const ignore = readIgnore(inputs);
  return (file) => !(ignore?.rules.ignores(file) ?? false);
}

function readIgnore(inputs: Pick<BuildInputs, "context" | "dockerfile">) {
  const file = ignoreFileOf(inputs);
  if (file === undefined) return undefined;
  const text = fs.readFileSync(file, "utf8");
  const rules: Ignore = createIgnore({ ignorecase: false }).add(text);
  // With a `!` line a file may come back from inside an ignored folder, so folders cannot be skipped.
  return { rules, hasExceptions: /^\s*!/m.test(text) };
}

const chunkSize = 1 << 20;

/** SHA-256 of a file, read in pieces so that a large one does not have to fit into memory. */
function digestOfFile(file: string): string {
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

/** By code units: the order must not depend on the machine's locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
