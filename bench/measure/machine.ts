import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";

/** The environment that the figures depend on, without names of hosts, users or folders. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  kernel: string;
  /** Versions by name. */
  versions: Record<string, string>;
}

export function describeMachine(env: NodeJS.ProcessEnv): Machine {
  const release = /^PRETTY_NAME="?([^"\n]*)/m.exec(readIfExists("/etc/os-release"))?.[1] ?? os.type();
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memoryGigabytes: Math.round(os.totalmem() / 2 ** 30),
    system: release,
    kernel: os.release(),
    versions: {
      Node: process.versions.node,
      Pulumi: versionOf(["pulumi", "version"], env),
      "@pulumi/pulumi": packageVersion("@pulumi/pulumi"),
      "@pulumi/aws": packageVersion("@pulumi/aws"),
      "@pulumi/policy": packageVersion("@pulumi/policy"),
      Docker: versionOf(["docker", "version", "--format", "{{.Server.Version}}"], env),
    },
  };
}

function versionOf([program = "", ...args]: string[], env: NodeJS.ProcessEnv): string {
  return execFileSync(program, args, { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
    .trim()
    .replace(/^v/, "");
}

function packageVersion(name: string): string {
  return (require(`${name}/package.json`) as { version: string }).version;
}

function readIfExists(file: string): string {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
}
