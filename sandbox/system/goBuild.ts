import * as fs from "node:fs";
import * as path from "node:path";
import { run, runOrThrow } from "./commands";
import type { Progress } from "./progress";

export interface GoBuild {
  /** The subject in messages: `the Pulumi CLI`. */
  what: string;
  /** Folder with go.mod and go.sum, which is what gets built whatever the user's GOFLAGS say. */
  moduleDirectory: string;
  /** Packages of the programs. */
  packages: readonly string[];
  /** The program to create; for several, the folder for them. */
  output: string;
  ldflags: string;
  progress: Progress;
  /** The Go command. Default `go`. */
  go?: string;
  /** The alternative to suggest if no suitable Go is installed. */
  orElse?: string;
  /** The start of the error when Go is not installed. Default: that it cannot be built here. */
  withoutGo?: string;
}

/**
 * Builds programs from their Go modules. Needs Go and a Go module proxy, but no C compiler.
 * @throws Error when Go is missing or too old, and when the build fails
 */
export async function buildWithGo(options: GoBuild): Promise<void> {
  const { moduleDirectory, packages, output, ldflags, progress, go = "go" } = options;
  await checkGo(options, go);
  const runGo = (args: string[], onErrorLine: Progress) =>
    runOrThrow(go, args, {
      cwd: moduleDirectory,
      env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off", CGO_ENABLED: "0" },
      onLine: (line, stream) => stream === "stderr" && onErrorLine(line),
    });
  progress("downloading Go modules");
  let downloads = 0;
  const all = await runGo(["list", "-deps", ...packages], (line) => {
    if (line.startsWith("go: downloading")) progress(`downloading Go modules: ${++downloads}`);
  });
  const total = all.trim().split("\n").length;
  let compiled = 0;
  progress(`compiling ${total} packages, which takes minutes the first time`);
  const build = ["build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, "-o", output, ...packages];
  await runGo(build, (line) => {
    // With -v the compiler prints each package, except those in Go's own cache.
    if (/^[\w.~/-]+$/.test(line)) progress(`compiled ${++compiled} of ${total} packages`);
  });
}

async function checkGo({ what, moduleDirectory, orElse, withoutGo }: GoBuild, go: string): Promise<void> {
  const goMod = fs.readFileSync(path.join(moduleDirectory, "go.mod"), "utf8");
  const needed = /^go (\S+)$/m.exec(goMod)?.[1] ?? "";
  const fix = `install Go ${needed} or newer (https://go.dev/dl)${orElse === undefined ? "" : `, or ${orElse}`}`;
  const { missing, stdout, stderr } = await run(go, ["env", "GOVERSION"]);
  if (missing) throw new Error(`${withoutGo ?? `${what} cannot be built here: `}there is no \`${go}\` on PATH: ${fix}`);
  const found = /^go(\d+(?:\.\d+)*)/.exec(stdout.trim())?.[1];
  // Since Go 1.21 the command downloads a newer toolchain by itself; if GOTOOLCHAIN forbids it, it says so.
  if (found === undefined || isOlder(found, "1.21")) {
    throw new Error(`${what} cannot be built with Go ${found ?? (stdout.trim() || stderr.trim())}: ${fix}`);
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
