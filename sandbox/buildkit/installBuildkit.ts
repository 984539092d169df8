import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory, sandboxFolder } from "../paths";
import { withLock } from "../system/fileLock";
import { createAtomically, removeUnfinished } from "../system/files";
import { buildWithGo } from "../system/goBuild";
import type { Progress } from "../system/progress";

const modulePath = "github.com/moby/buildkit";
const moduleDirectory = path.join(sandboxFolder, "buildkit");

/** Longer than a build takes on a slow machine. */
const lockMilliseconds = 60 * 60 * 1000;

/** The paths of BuildKit's programs. */
export interface Buildkit {
  version: string;
  /** The daemon. */
  buildkitd: string;
  /** Its client. */
  buildctl: string;
}

/**
 * BuildKit from the user's cache. A version that is not there yet is built once from the Go module proxy: four minutes
 * on two cores, 80 MB. After that it takes milliseconds. Several processes may call it at once.
 */
export async function installBuildkit(progress: Progress, go?: string): Promise<Buildkit> {
  const version = requiredVersion();
  const folder = cacheDirectory("buildkit", version);
  const programs = { version, buildkitd: path.join(folder, "buildkitd"), buildctl: path.join(folder, "buildctl") };
  if (fs.existsSync(folder)) return programs;
  const onWait = (holder: string) => progress(`waiting for ${holder}, which already builds BuildKit`);
  const build = async () => {
    removeUnfinished(path.dirname(folder));
    await createAtomically(folder, async (temporary) => {
      const output = path.join(temporary, "programs");
      fs.mkdirSync(output);
      progress(`building BuildKit ${version} from source, once on this machine`);
      await buildWithGo({
        what: "BuildKit",
        moduleDirectory,
        packages: ["buildctl", "buildkitd"].map((name) => `${modulePath}/cmd/${name}`),
        output: `${output}${path.sep}`,
        ldflags: `-s -w -X ${modulePath}/version.Version=v${version}`,
        progress,
        go,
      });
      return output;
    });
  };
  await withLock(`${folder}.lock`, build, { onWait, timeoutMs: lockMilliseconds });
  return programs;
}

function requiredVersion(): string {
  const goMod = fs.readFileSync(path.join(moduleDirectory, "go.mod"), "utf8");
  const version = new RegExp(`^(?:require )?\\s*${modulePath.replaceAll(".", "\\.")} v(\\S+)$`, "m").exec(goMod)?.[1];
  if (version === undefined) throw new Error(`sandbox/buildkit/go.mod: found no ${modulePath}. Must require it.`);
  return version;
}
