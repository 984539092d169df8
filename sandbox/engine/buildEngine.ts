import * as fs from "node:fs";
import * as path from "node:path";
import { runOrThrow } from "../system/commands";
import { createAtomically } from "../system/files";
import { buildWithGo } from "../system/goBuild";
import type { Progress } from "../system/progress";

const modulePath = "github.com/pulumi/pulumi/pkg/v3";

export interface Build {
  version: string;
  /** The binary to create, atomically. */
  target: string;
  progress: Progress;
  /** Folder with go.mod and go.sum. */
  moduleDirectory: string;
  /** The Go command. Default `go`. */
  go?: string;
}

/**
 * Builds the Pulumi CLI from its Go modules: about four minutes on two cores, 115 MB. Needs Go and a Go module proxy.
 * @throws Error when Go is missing or too old, when go.mod has another version, and when the build fails
 */
export async function buildEngine({ version, target, progress, moduleDirectory, go }: Build): Promise<void> {
  const required = requiredVersion(fs.readFileSync(path.join(moduleDirectory, "go.mod"), "utf8"));
  if (required !== version) {
    throw new Error(
      `sandbox/engine/go.mod requires ${modulePath} v${required}, but package.json has pulumi ${version}: ` +
        `run \`go get ${modulePath}@v${version} && go mod tidy\` in sandbox/engine`,
    );
  }
  // An existing file cannot be a working CLI here, and would prevent the build.
  fs.rmSync(target, { force: true });
  await createAtomically(target, async (temporary) => {
    const binary = path.join(temporary, "pulumi");
    await buildWithGo({
      what: "the Pulumi CLI",
      moduleDirectory,
      packages: [`${modulePath}/cmd/pulumi`],
      output: binary,
      ldflags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`,
      progress,
      go,
      orElse: "allow this machine to reach get.pulumi.com for the released CLI",
      withoutGo: "the Pulumi CLI can neither be downloaded nor built here: ",
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
  if (printed.replace(/^v/, "") !== version) {
    throw new Error(`the CLI that was built reports version ${printed}, not v${version}`);
  }
}
