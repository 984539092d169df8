import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { findSystemProgram } from "../../../sandbox/docker/install";
import { type DaemonPaths, runningDaemon, startDaemon, stopDaemon } from "../../../sandbox/docker/ownDaemon";
import { portVariables } from "../../../sandbox/gateway/config";
import { distributionProcess } from "../../../sandbox/services/distribution";
import { gatewayProcess } from "../../../sandbox/services/gatewayProcess";
import { ministackProcess } from "../../../sandbox/services/ministack";
import { runningProcess } from "../../../sandbox/services/processes";
import { type RunningServices, startServices, stopServices } from "../../../sandbox/services/services";
import { run, runOrThrow } from "../../../sandbox/system/commands";
import { identify } from "../../../sandbox/system/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { temporaryDirectory } from "../temporary";

/** The services that a run of the CLI needs. */
export const serviceNames = ["gateway", "distribution", "ministack", "docker"] as const;
export type ServiceName = (typeof serviceNames)[number];

const services = { gateway: gatewayProcess, distribution: distributionProcess, ministack: ministackProcess };
const dockerd = findSystemProgram("dockerd");

/** A test's own gateway, Distribution, MiniStack and Docker daemon, which it may kill as nothing else uses them. */
export class OwnServices {
  private readonly home = temporaryDirectory();
  private readonly docker: DaemonPaths = {
    directory: path.join(this.home, "docker"),
    runDirectory: path.join(this.home, "run-docker"),
    dockerHost: `unix://${path.join(this.home, "docker.sock")}`,
    // Its containers need no network access, and the machine's Docker keeps its firewall rules and bridge.
    changesNetwork: false,
  };
  /** An interface name has at most 15 characters. */
  private readonly bridge = `ecrtest${process.pid}`;
  private running: RunningServices | undefined;

  /** Whether this user may run a Docker daemon and the machine has one. */
  static get canRun(): boolean {
    return dockerd !== undefined && process.getuid?.() === 0;
  }

  static async start(): Promise<OwnServices> {
    const surroundings = new OwnServices();
    for (const variable of Object.values(portVariables)) process.env[variable] = "0";
    await runOrThrow("ip", ["link", "add", surroundings.bridge, "type", "bridge"]);
    // From the range for network benchmarks (RFC 2544), which no network of this machine uses.
    await runOrThrow("ip", ["address", "add", "198.18.7.1/24", "dev", surroundings.bridge]);
    await surroundings.startAgain();
    return surroundings;
  }

  /** Starts the parts that are not running, as each sandbox command does. */
  async startAgain(): Promise<void> {
    const network = ["--bridge", this.bridge, "--iptables=false", "--ip6tables=false", "--ip-forward=false"];
    const options = { progress: () => {}, dockerd: dockerd ?? "", extraArguments: network };
    if (runningDaemon(this.docker) === undefined) await startDaemon(this.docker, options);
    this.running = await startServices({ home: this.home });
  }

  /** `kill -9`; resolves when the process is gone. */
  async kill(part: ServiceName): Promise<void> {
    const process_ = part === "docker" ? runningDaemon(this.docker) : runningProcess(this.home, services[part]);
    const { pid } = process_ ?? assert.fail(`${part} does not run`);
    process.kill(pid, "SIGKILL");
    assert.ok(await waitUntil(() => identify(pid) === undefined, 50_000, 5), `${part} still runs`);
  }

  get endpoint(): string {
    return this.running?.endpoint ?? "";
  }

  /** Environment with which a command uses these services instead of the shared sandbox. */
  get env(): NodeJS.ProcessEnv {
    return {
      SANDBOX_HOME: this.home,
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_SECRET_ACCESS_KEY: this.running?.secretAccessKey,
      DOCKER_HOST: this.docker.dockerHost,
    };
  }

  async stop(): Promise<void> {
    await stopServices(this.home);
    await stopDaemon(this.docker, () => {});
    await run("ip", ["link", "delete", this.bridge]);
    fs.rmSync(this.home, { recursive: true, force: true });
  }
}
