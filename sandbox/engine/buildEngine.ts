import * as fs from "node:fs";
import * as path from "node:path";
import { run, runOrThrow } from "../system/commands";
import { makeWhole } from "../system/files";
import type { Progress } from "../system/progress";

const modulePath = "github.com/pulumi/pulumi/pkg/v3";

export interface Build {
  version: string;
  /** The binary to make. It appears whole or not at all. */
  target: string;
  progress: Progress;
  /** Folder with go.mod and go.sum. */
  moduleDirectory: string;
  /** The Go command. Default `go`. */
  go?: string;
}

/**
 * Builds the Pulumi CLI from its Go modules: about four minutes on two cores, 115 MB. Needs Go and a Go module proxy.
 * @throws Error when Go is missing or too old, when go.mod names another version, and when the build fails
 */
export async function buildEngine(options: Build): Promise<void> {
  const { version, target, progress, moduleDirectory, go = "go" } = options;
  const goMod = fs.readFileSync(path.join(moduleDirectory, "go.mod"), "utf8");
  const required = requiredVersion(goMod);
  if (required !== version) {
    throw new Error(
      `sandbox/engine/go.mod requires ${modulePath} v${required}, but package.json has pulumi ${version}: ` +
        `run \`go get ${modulePath}@v${version} && go mod tidy\` in sandbox/engine`,
    );
  }
  await checkGo(go, /^go (\S+)$/m.exec(goMod)?.[1] ?? "");

  const main = `${modulePath}/cmd/pulumi`;
  // The committed go.sum is what gets built, whatever the user's GOFLAGS say; no C compiler is needed.
  const runGo = (args: string[], onErrorLine: Progress) =>
    runOrThrow(go, args, {
      cwd: moduleDirectory,
      env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" },
      onLine: (line, stream) => stream === "stderr" && onErrorLine(line),
    });
  // What is there is no CLI that can run, or nobody would build one.
  fs.rmSync(target, { force: true });
  await makeWhole(target, async (temporary) => {
    const binary = path.join(temporary, "pulumi");
    progress("downloading Go modules");
    let downloads = 0;
    const packages = await runGo(["list", "-deps", main], (line) => {
      if (line.startsWith("go: downloading")) progress(`downloading Go modules: ${++downloads}`);
    });
    const total = packages.trim().split("\n").length;
    let compiled = 0;
    const ldflags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
    progress(`compiling ${total} packages, which takes minutes once`);
    await runGo(["build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", binary, main], (line) => {
      // With -v the compiler names each package; what is already in Go's own cache is not named.
      if (/^[\w.~/-]+$/.test(line)) progress(`compiled ${++compiled} of ${total} packages`);
    });
    await checkVersion(binary, version);
    return binary;
  });
}

/** The version of the CLI's module in go.mod. */
export function requiredVersion(goMod: string): string | undefined {
  return new RegExp(`^(?:require )?\\s*${modulePath.replaceAll(".", "\\.")} v(\\S+)$`, "m").exec(goMod)?.[1];
}

async function checkVersion(binary: string, version: string): Promise<void> {
  const printed = (
    await runOrThrow(binary, ["version"], { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" } })
  ).trim();
  if (printed.replace(/^v/, "") !== version)
    throw new Error(`the CLI that was built calls itself ${printed}, not v${version}`);
}

async function checkGo(go: string, needed: string): Promise<void> {
  const fix = `install Go ${needed} or newer (https://go.dev/dl), or let this machine reach get.pulumi.com for the released CLI`;
  const { missing, stdout, stderr } = await run(go, ["env", "GOVERSION"]);
  if (missing) {
    throw new Error(`the Pulumi CLI can neither be downloaded nor built here: there is no \`${go}\` on PATH: ${fix}`);
  }
  const found = /^go(\d+(?:\.\d+)*)/.exec(stdout.trim())?.[1];
  // Since Go 1.21 the command fetches a newer toolchain by itself, unless GOTOOLCHAIN forbids it; it then says so, too.
  if (found === undefined || isOlder(found, "1.21")) {
    throw new Error(`the Pulumi CLI cannot be built with Go ${found ?? (stdout.trim() || stderr.trim())}: ${fix}`);
  }
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number));
  for (let i = 0; i < 2; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
