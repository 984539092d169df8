import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory } from "../../sandbox/paths";
import { aptGetOrThrow } from "../../sandbox/system/apt";
import { runOrThrow } from "../../sandbox/system/commands";
import { withLock } from "../../sandbox/system/fileLock";
import { createAtomically } from "../../sandbox/system/files";
import { findProgram } from "../../sandbox/system/programs";
import { installPythonPackage } from "../../sandbox/system/pythonPackage";

/** Whether slow tests run too: `npm run test:full`. */
export const fullTests = process.env["TEST_FULL"] === "1";

/**
 * `it` for a test that only `npm run test:full` runs; in `npm test`, similar tests represent it. Mocha's functions are
 * looked up at each call, because a parallel-mode worker loads this module once but has other functions for each file.
 */
export function itInFull(title: string, test: Mocha.AsyncFunc): void {
  (fullTests ? it : it.skip)(title, test);
}

/** `describe` for such tests, so that their slow hooks are skipped too. */
export function describeInFull(title: string, suite: (this: Mocha.Suite) => void): void {
  (fullTests ? describe : describe.skip)(title, suite);
}

/** Timeout in ms of a `before` hook that installs tools: on a new machine they are downloaded and built. */
export const toolsTimeout = 300_000;

/** Pins the programs' versions, with the checksums of all their modules. */
const goModule = path.join(__dirname, "goTools");

/** A command from the Go module of the tests' tools. */
function goTool(command: string): Promise<string> {
  return goProgram(goModule, command, ["go.sum"]);
}

/**
 * A command of a Go module, built into the user's cache once for each content of the `madeOf` files. The flags are those
 * of the engine's build, so that Go reuses its compiled packages.
 */
export async function goProgram(module: string, command: string, madeOf: readonly string[]): Promise<string> {
  const name = path.basename(command);
  const sums = createHash("sha256");
  for (const file of madeOf) sums.update(fs.readFileSync(path.join(module, file)));
  const folder = cacheDirectory("test-tools", `${name}-${sums.digest("hex").slice(0, 12)}`);
  const program = path.join(folder, name);
  if (!fs.existsSync(program)) {
    await withLock(`${folder}.lock`, () =>
      createAtomically(folder, async (temporary) => {
        const env = { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" };
        const args = ["build", "-trimpath", "-buildvcs=false", "-o", path.join(temporary, name), command];
        await runOrThrow("go", args, { env, cwd: module });
        return temporary;
      }),
    );
  }
  return program;
}

/** The version of a module in the tests' tools. */
function goToolVersion(module: string): string {
  const line = new RegExp(`^\\s*${module.replaceAll(".", "\\.")} (v\\S+)$`, "m");
  return line.exec(fs.readFileSync(path.join(goModule, "go.mod"), "utf8"))?.[1] ?? "";
}

const conformance = "github.com/opencontainers/distribution-spec/conformance";

/** The version of the conformance suite. */
export const conformanceVersion = goToolVersion(conformance);

/** The conformance suite of the OCI distribution specification 1.1. */
export function conformanceSuite(): Promise<string> {
  return goTool(conformance);
}

export function crane(): Promise<string> {
  return goTool("github.com/google/go-containerregistry/cmd/crane");
}

/** The OCI registry client that attaches artifacts to images and lists referrers. */
export function oras(): Promise<string> {
  return goTool("oras.land/oras/cmd/oras");
}

/** Checks workflows against GitHub's rules, and with shellcheck if it is installed. */
export function actionlint(): Promise<string> {
  return goTool("github.com/rhysd/actionlint/cmd/actionlint");
}

/** Checks workflows for security weaknesses, beside our own rules. */
export function zizmor(): Promise<string> {
  return installPythonPackage({ name: "zizmor" }, () => undefined);
}

/** A program of a Debian package, and the environment that it runs in. */
export interface DebianProgram {
  program: string;
  env: NodeJS.ProcessEnv;
}

/** skopeo from PATH, or Debian's package with the missing libraries, unpacked into the user's cache. */
export function skopeo(): Promise<DebianProgram> {
  return debianProgram("skopeo", "usr/bin/skopeo");
}

/** Like `skopeo`. */
export function buildah(): Promise<DebianProgram> {
  return debianProgram("buildah", "usr/bin/buildah");
}

/** A statically linked shell with its commands: enough for an image without a base image. */
export async function busybox(): Promise<string> {
  return (await debianProgram("busybox-static", "bin/busybox")).program;
}

/** Like `skopeo`; bypasses the package's wrapper script, which looks for the browser in system folders. */
export function chromium(): Promise<DebianProgram> {
  return debianProgram("chromium", "usr/lib/chromium/chromium");
}

async function debianProgram(name: string, file: string): Promise<DebianProgram> {
  const found = findProgram(name);
  if (found !== undefined) return { program: found, env: process.env };
  const folder = cacheDirectory("test-tools", name);
  await withLock(`${folder}.lock`, () => createAtomically(folder, (temporary) => unpack(name, temporary)));
  const lib = path.join(folder, "usr", "lib");
  return {
    program: path.join(folder, file),
    env: { ...process.env, ...(fs.existsSync(lib) && { LD_LIBRARY_PATH: libraryFolders(lib).join(":") }) },
  };
}

/** Debian keeps libraries in a folder per architecture, and private ones, such as PulseAudio's, in subfolders. */
function libraryFolders(lib: string): string[] {
  const folders = (at: string) =>
    fs
      .readdirSync(at, { withFileTypes: true })
      .flatMap((each) => (each.isDirectory() ? [path.join(at, each.name)] : []));
  return folders(lib).flatMap((folder) => [folder, ...folders(folder)]);
}

async function unpack(name: string, temporary: string): Promise<string> {
  const wanted = ["--print-uris", "--quiet=2", "--yes", "--no-install-recommends", "install", name];
  const uris = await runOrThrow("apt-get", wanted).catch(async () => {
    await aptGetOrThrow(["update", "--quiet"]);
    return runOrThrow("apt-get", wanted);
  });
  const packages = [...uris.matchAll(/^'\S+' ([^_\s]+)_\S+\.deb /gm)].map((match) => match[1] ?? "");
  await aptGetOrThrow(["download", "--quiet", ...packages], { cwd: temporary });
  for (const archive of fs.readdirSync(temporary).filter((file) => file.endsWith(".deb"))) {
    await runOrThrow("dpkg", ["-x", path.join(temporary, archive), temporary]);
    fs.rmSync(path.join(temporary, archive));
  }
  return temporary;
}
