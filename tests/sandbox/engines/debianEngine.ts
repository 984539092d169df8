import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { cacheDirectory } from "../../../sandbox/paths";
import { aptGetOrThrow } from "../../../sandbox/system/apt";
import { runOrThrow } from "../../../sandbox/system/commands";
import { withLock } from "../../../sandbox/system/fileLock";
import { createAtomically } from "../../../sandbox/system/files";
import { findProgram } from "../../../sandbox/system/programs";
import { waitUntil } from "../../../sandbox/system/waitUntil";

const packages = ["docker.io", "docker-cli", "docker-buildx", "containerd"];

/** Docker from another Debian release, unpacked into the cache and never installed. */
export class DebianDocker {
  private constructor(private readonly files: string) {}

  /** @param suite `trixie`, `sid` …, from this machine's Debian mirror. */
  static async of(suite: string): Promise<DebianDocker> {
    const lists = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-apt-"));
    try {
      const options = aptOptions(lists, suite);
      await aptGetOrThrow([...options, "update"]);
      const policy = await runOrThrow("apt-cache", [...options, "policy", "docker.io"]);
      const version = /Candidate: (\S+)/.exec(policy)?.[1] ?? "";
      const folder = cacheDirectory("test-tools", `docker-${version.replaceAll(/[^\w.+-]/g, "_")}`);
      await withLock(`${folder}.lock`, async () => {
        if (!fs.existsSync(folder)) await createAtomically(folder, (temporary) => unpack(options, temporary));
      });
      return new DebianDocker(folder);
    } finally {
      fs.rmSync(lists, { recursive: true, force: true });
    }
  }

  /**
   * Starts an engine beside all others. It has its own bridge, because using the machine's would take away theirs, and
   * does not change the firewall.
   *
   * @param store The image store: the `classic` graph drivers, or `containerd`'s snapshotters.
   */
  async start(store: Store): Promise<RunningEngine> {
    // A socket's path has at most 107 characters, so it must be short.
    const directory = fs.mkdtempSync("/tmp/ecr-engine-");
    const socket = path.join(directory, "docker.sock");
    const at = (file: string) => path.join(this.files, file);
    fs.mkdirSync(path.join(directory, "bin"));
    // Its own runc may need a newer C library than this machine has.
    fs.symlinkSync(findProgram("runc") ?? "/usr/sbin/runc", path.join(directory, "bin/runc"));
    fs.symlinkSync(at("usr/bin/docker"), path.join(directory, "bin/docker"));
    const config = path.join(directory, "daemon.json");
    fs.writeFileSync(config, JSON.stringify({ features: { "containerd-snapshotter": store === "containerd" } }));
    const log = fs.openSync(path.join(directory, "log"), "w");
    const places = ["--data-root", path.join(directory, "data"), "--exec-root", path.join(directory, "exec")];
    const bridge = await makeBridge();
    const network = ["--bridge", bridge, "--iptables=false", "--ip6tables=false", "--ip-forward=false"];
    const args = ["--config-file", config, "--host", `unix://${socket}`, ...places, ...network];
    const child = spawn(at("usr/sbin/dockerd"), [...args, "--pidfile", path.join(directory, "pid")], {
      env: { ...process.env, PATH: [path.join(directory, "bin"), at("usr/bin"), process.env["PATH"]].join(":") },
      stdio: ["ignore", log, log],
    });
    fs.closeSync(log);
    const engine = new RunningEngine(directory, bridge, child, at("usr/libexec/docker/cli-plugins"));
    const answers = async () => (await engine.docker("version").catch(() => "")) !== "";
    if (await waitUntil(answers, 120_000, 200)) return engine;
    const said = fs.readFileSync(path.join(directory, "log"), "utf8");
    await engine.stop();
    throw new Error(`${at("usr/sbin/dockerd")} does not answer:\n${said.slice(-2000)}`);
  }
}

export type Store = "classic" | "containerd";

export class RunningEngine {
  readonly host: string;

  constructor(
    private readonly directory: string,
    private readonly bridge: string,
    private readonly child: ChildProcess,
    private readonly plugins: string,
  ) {
    this.host = `unix://${path.join(directory, "docker.sock")}`;
  }

  /** Environment for commands to use this engine with its own client. */
  environment(dockerConfig: string): NodeJS.ProcessEnv {
    fs.mkdirSync(dockerConfig, { recursive: true });
    const link = path.join(dockerConfig, "cli-plugins");
    fs.rmSync(link, { recursive: true, force: true });
    fs.symlinkSync(this.plugins, link);
    return {
      DOCKER_HOST: this.host,
      DOCKER_CONFIG: dockerConfig,
      PATH: `${path.join(this.directory, "bin")}:${process.env["PATH"]}`,
    };
  }

  async docker(...args: string[]): Promise<string> {
    const env = { ...process.env, DOCKER_HOST: this.host };
    return (await runOrThrow(path.join(this.directory, "bin/docker"), args, { env })).trim();
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    if (this.child.exitCode === null && this.child.kill("SIGTERM")) await ended;
    await runOrThrow("ip", ["link", "delete", this.bridge]);
    fs.rmSync(this.directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** Creates a bridge with addresses that no other is likely to use. */
async function makeBridge(): Promise<string> {
  const number = randomInt(1, 255);
  const name = `ecr-test${number}`;
  await runOrThrow("ip", ["link", "add", "name", name, "type", "bridge"]);
  await runOrThrow("ip", ["address", "add", `198.18.${number}.1/24`, "dev", name]);
  await runOrThrow("ip", ["link", "set", name, "up"]);
  return name;
}

/** Options for apt with separate sources, package lists and cache. */
function aptOptions(lists: string, suite: string): string[] {
  for (const folder of ["lists/partial", "cache/archives/partial"]) {
    fs.mkdirSync(path.join(lists, folder), { recursive: true });
  }
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const sources = path.join(lists, "suite.sources");
  fs.writeFileSync(
    sources,
    `Types: deb\nURIs: ${debianAddress()}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`,
  );
  const settings = {
    "Dir::Etc::sourcelist": sources,
    "Dir::Etc::sourceparts": path.join(lists, "none"),
    "Dir::State::lists": path.join(lists, "lists"),
    "Dir::Cache": path.join(lists, "cache"),
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
}

/** The URL of this machine's Debian mirror. */
function debianAddress(): string {
  const folder = "/etc/apt/sources.list.d";
  const files = ["/etc/apt/sources.list", ...fs.readdirSync(folder).map((name) => path.join(folder, name))];
  const text = files.flatMap((file) => (fs.existsSync(file) ? [fs.readFileSync(file, "utf8")] : [])).join("\n");
  return /^(?:URIs:|deb(?: \[.*?\])?) *(\S+\/debian)\/?(?= |$)/m.exec(text)?.[1] ?? "http://deb.debian.org/debian";
}

async function unpack(options: readonly string[], folder: string): Promise<string> {
  const debs = path.join(folder, "debs");
  fs.mkdirSync(debs);
  await aptGetOrThrow([...options, "download", ...packages], { cwd: debs });
  for (const file of fs.readdirSync(debs)) await runOrThrow("dpkg", ["-x", path.join(debs, file), folder]);
  fs.rmSync(debs, { recursive: true });
  return folder;
}
