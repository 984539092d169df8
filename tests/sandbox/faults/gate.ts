import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { version } from "pulumi/package.json";
import { installedVersion } from "../../../sandbox/providers/installProviders";
import { bundleProgram } from "../bundle";
import { temporaryDirectory } from "../temporary";
import { gateVariable } from "./gatedProvider";

/** A moment in a run: before or after its n-th resource change, from 0. `after` is before the engine hears of it. */
export interface Boundary {
  change: number;
  moment: "before" | "after";
}

const programs = { aws: "gatedAws.ts", docker: "gatedDocker.ts" };

/**
 * Stops a run of the Pulumi CLI at exactly one resource change. The run has its own PULUMI_HOME, whose providers ask the
 * gate for permission before and after each change; a stopped run gets no more answers.
 */
export class Gate {
  /** Changes of the run so far, in order: `create aws:ecr/repository:Repository petclinic`. */
  changes: string[] = [];
  private boundary: Boundary | undefined;
  private onReached: (change: string) => void = () => {};

  private constructor(
    private readonly server: http.Server,
    /** The CLI itself: `kill -9` of the npm package's launcher would leave it running. */
    readonly pulumi: string,
    /** For the CLI's environment. */
    readonly env: NodeJS.ProcessEnv,
    /** The project's own provider, gated too, to be written to `provider/bin/index.js`. */
    readonly provider: Buffer,
  ) {}

  static async open(): Promise<Gate> {
    const server = http.createServer((request, response) => void gate.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const home = await gatedHome(process.env["PULUMI_HOME"] ?? "");
    const pulumi = path.join(home, "versions", version, "bin", "pulumi");
    const env = {
      PULUMI_HOME: home,
      PATH: [path.dirname(pulumi), process.env["PATH"]].join(path.delimiter),
      [gateVariable]: `http://127.0.0.1:${port}/`,
    };
    const provider = path.join(home, "provider.js");
    await bundleProgram("../tests/sandbox/faults/gatedEcr.ts", provider);
    const gate = new Gate(server, pulumi, env, fs.readFileSync(provider));
    return gate;
  }

  /** Starts a new run in which all changes pass. */
  letAllPass(): void {
    this.changes = [];
    this.boundary = undefined;
  }

  /** Starts a new run that stops at the boundary. The promise resolves to the change once it has stopped. */
  stopAt(boundary: Boundary): Promise<string> {
    this.changes = [];
    this.boundary = boundary;
    return new Promise((resolve) => {
      this.onReached = resolve;
    });
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { moment, operation, urn } = JSON.parse(await textOf(request)) as Record<string, string>;
    if (moment === "before") this.changes.push(`${operation} ${nameOf(urn ?? "")}`);
    const change = this.changes.length - 1;
    if (this.boundary !== undefined && (change > this.boundary.change || this.isReached(change, moment))) {
      // No answers from here on: to the run it looks as if the change is still in progress.
      this.onReached(this.changes[change] ?? "");
      return;
    }
    response.writeHead(204).end();
  }

  private isReached(change: number, moment: string | undefined): boolean {
    return change === this.boundary?.change && moment === this.boundary.moment;
  }
}

/** A PULUMI_HOME that links to the real one's programs and plugins, except for the gated plugins. */
async function gatedHome(real: string): Promise<string> {
  const home = temporaryDirectory();
  for (const name of fs.readdirSync(real)) {
    if (name !== "plugins") fs.symlinkSync(path.join(real, name), path.join(home, name));
  }
  fs.mkdirSync(path.join(home, "plugins"));
  const own = new Set<string>();
  for (const [name, program] of Object.entries(programs)) {
    const folder = `resource-${name}-v${await installedVersion(name)}`;
    own.add(folder);
    const file = path.join(home, "plugins", folder, `pulumi-resource-${name}`);
    await bundleProgram(`../tests/sandbox/faults/${program}`, file);
    fs.chmodSync(file, 0o755);
  }
  for (const name of fs.readdirSync(path.join(real, "plugins"))) {
    if (!own.has(name)) fs.symlinkSync(path.join(real, "plugins", name), path.join(home, "plugins", name));
  }
  return home;
}

async function textOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The type and name in a URN: `aws:ecr/repository:Repository petclinic`. */
function nameOf(urn: string): string {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)} ${name}`;
}
