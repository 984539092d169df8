import { aptEnvironment, aptGet, aptGetOrThrow } from "../system/apt";
import { run } from "../system/commands";
import { findProgram, searchPath } from "../system/programs";
import type { Progress } from "../system/progress";

const QUERY_TIMEOUT_MS = 60_000;

/** Directories with daemons that are not on an ordinary user's PATH. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin"];

/** The path of a system program such as dockerd; undefined when it is not installed. */
export function findSystemProgram(name: string): string | undefined {
  return findProgram(name, searchPath(...SYSTEM_FOLDERS));
}

/** Whether packages are installed with apt-get, as on Debian and Ubuntu. */
export function hasApt(): boolean {
  return findSystemProgram("apt-get") !== undefined;
}

/**
 * Installs Docker from the distribution: the package docker.io, and its client and buildx where they are separate
 * packages (Debian 13, Ubuntu). Needs root. On a machine with systemd, the package starts Docker itself.
 */
export async function installDocker(progress: Progress): Promise<void> {
  progress("Docker is not installed: installing the package docker.io");
  let packages = await available();
  if (packages.length === 0) {
    await updateLists(progress);
    packages = await available();
  }
  const first = await install(packages, progress);
  if (first.code === 0) {
    return;
  }
  // Outdated package lists name files that the mirror no longer has.
  await updateLists(progress);
  const second = await install(packages, progress);
  if (second.code !== 0) {
    throw new Error(
      `Docker could not be installed with "apt-get install ${packages.join(" ")}":\n${second.stderr.trim()}\n` +
        "Install Docker yourself (https://docs.docker.com/engine/install/), start it, and run this again.",
    );
  }
}

async function available(): Promise<string[]> {
  const found: string[] = [];
  for (const name of ["docker.io", "docker-cli", "docker-buildx"]) {
    const { stdout } = await run("apt-cache", ["policy", name], { env: aptEnvironment(), timeoutMs: QUERY_TIMEOUT_MS });
    if (/^ {2}Candidate: (?!\(none\))/m.test(stdout)) {
      found.push(name);
    }
  }
  return found.includes("docker.io") ? found : [];
}

async function updateLists(progress: Progress): Promise<void> {
  progress("Updating the package lists: apt-get update");
  await aptGetOrThrow(["update", "-q"]);
}

function install(packages: readonly string[], progress: Progress) {
  const names = packages.length === 0 ? ["docker.io"] : packages;
  return aptGet(["install", "-y", "-q", "--no-install-recommends", ...names], {
    onLine: (line) => {
      if (/^(Get:\d+|Unpacking|Setting up) /.test(line)) {
        progress(line.trim().slice(0, 120));
      }
    },
  });
}
