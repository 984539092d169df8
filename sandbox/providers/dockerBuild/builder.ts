import * as path from "node:path";
import { startBuildkitd } from "../../buildkit/buildkitd";
import { type Buildkit, installBuildkit } from "../../buildkit/installBuildkit";
import { sandboxHome } from "../../paths";
import type { Progress } from "../../system/progress";

/** BuildKit, installed and started by the first build that needs it. */
export interface Builder {
  start(progress: Progress): Promise<{ programs: Buildkit; address: string }>;
}

/** The sandbox's own BuildKit, started once per process. */
export function sandboxBuilder(): Builder {
  let started: ReturnType<Builder["start"]> | undefined;
  const start = async (progress: Progress) => {
    const programs = await installBuildkit(progress);
    const address = await startBuildkitd(programs, path.join(sandboxHome(), "buildkit"), progress);
    return { programs, address };
  };
  return {
    start(progress) {
      started ??= start(progress).catch((error: unknown) => {
        started = undefined;
        throw error;
      });
      return started;
    },
  };
}
