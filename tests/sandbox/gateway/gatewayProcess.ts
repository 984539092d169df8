import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { GatewayAddresses } from "../../../sandbox/gateway/config";
import { projectRoot } from "../../../sandbox/paths";
import { memoryFlags } from "../../../sandbox/services/gatewayProcess";
import { thriftyMalloc } from "../../../sandbox/services/processes";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { bundleProgram } from "../bundle";
import type { TestSandbox } from "./harness";

/** The gateway as a separate process on a test sandbox's state, so that it can be killed and its memory measured. */
export class GatewayProcess {
  private child: ChildProcess | undefined;
  private output = "";

  private constructor(
    private readonly program: string,
    private readonly configFile: string,
    private readonly addressesFile: string,
  ) {}

  /** Builds the program, and stops the sandbox's in-process gateway, which uses the same state. */
  static async of(sandbox: TestSandbox): Promise<GatewayProcess> {
    await sandbox.stopGateway();
    const config = sandbox.config();
    const file = path.join(sandbox.home, "gateway.json");
    fs.writeFileSync(file, JSON.stringify(config));
    const program = path.join(sandbox.home, "gateway.cjs");
    await bundleProgram("gateway/main.ts", program);
    return new GatewayProcess(program, file, config.addressesFile ?? assert.fail());
  }

  async start(): Promise<GatewayAddresses> {
    fs.rmSync(this.addressesFile, { force: true });
    const child = spawn(process.execPath, [...memoryFlags, this.program, this.configFile], {
      env: { PATH: process.env["PATH"], NODE_PATH: path.join(projectRoot, "node_modules"), ...thriftyMalloc },
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    const isUp = async () => fs.existsSync(this.addressesFile) || child.exitCode !== null;
    assert.ok((await waitUntil(isUp, 30_000, 10)) && child.exitCode === null, `no gateway:\n${this.output}`);
    return JSON.parse(fs.readFileSync(this.addressesFile, "utf8")) as GatewayAddresses;
  }

  /** Ends it at once (by default with SIGKILL), in the middle of whatever it does. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  /** Resident memory in bytes: current (`VmRSS`) or peak (`VmHWM`). */
  memory(kind: "VmRSS" | "VmHWM"): number {
    const status = fs.readFileSync(`/proc/${this.child?.pid}/status`, "utf8");
    return Number(new RegExp(`^${kind}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) * 1024;
  }

  /** Number of open files, sockets and pipes. */
  openFiles(): number {
    return fs.readdirSync(`/proc/${this.child?.pid}/fd`).length;
  }

  /** Whether it still runs, and what it has logged. */
  get state(): { running: boolean; output: string } {
    return { running: this.child?.exitCode === null && this.child.signalCode === null, output: this.output };
  }
}
