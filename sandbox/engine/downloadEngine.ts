import * as fs from "node:fs";
import * as path from "node:path";
import { runOrThrow } from "../system/commands";
import { makeWhole } from "../system/files";
import type { Progress } from "../system/progress";

/** Where the launcher gets its installation script (node_modules/pulumi/lib/download.js). */
const installScript = "https://get.pulumi.com/install.sh";
const probeMilliseconds = 3000;
const downloadMilliseconds = 15 * 60 * 1000;

export interface Download {
  version: string;
  /** Folder that shall hold `bin/` of the release. Made whole or not at all. */
  target: string;
  progress: Progress;
  /** The launcher's main file. Default: `run.js` of the installed npm package `pulumi`. */
  launcher: string;
  /** Address to probe before anything is downloaded. Default: the launcher's own. */
  probe?: string;
}

/**
 * Lets the official launcher download the released CLI with its language hosts.
 * @returns false, within three seconds, when the place it downloads from cannot be reached
 */
export async function downloadEngine(options: Download): Promise<boolean> {
  const { version, target, progress, launcher, probe = installScript } = options;
  if (!(await isReachable(probe))) return false;
  progress(`downloading the released CLI ${version}`);
  // What is there is no installation, or nobody would download one.
  fs.rmSync(target, { recursive: true, force: true });
  await makeWhole(target, async (home) => {
    await runOrThrow(process.execPath, [launcher, "version"], {
      env: { ...process.env, PULUMI_HOME: home, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true" },
      onLine: (line, stream) => stream === "stderr" && progress(line),
      timeoutMs: downloadMilliseconds,
    });
    const release = path.join(home, "versions", version);
    const missing = ["pulumi", "pulumi-language-nodejs"].filter(
      (file) => !fs.existsSync(path.join(release, "bin", file)),
    );
    if (missing.length > 0) {
      throw new Error(`the launcher downloaded Pulumi ${version}, but bin/ lacks ${missing.join(" and ")}`);
    }
    return release;
  });
  return true;
}

async function isReachable(address: string): Promise<boolean> {
  try {
    const response = await fetch(address, { method: "HEAD", signal: AbortSignal.timeout(probeMilliseconds) });
    return response.ok;
  } catch {
    return false;
  }
}
