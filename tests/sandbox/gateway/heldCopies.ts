import * as http from "node:http";
import * as path from "node:path";
import { socketAddress } from "../../../sandbox/system/sockets";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import type { TestSandbox } from "./harness";

/** Requests that only copies between repositories make: each layer and config is mounted. */
const isCopy = (url = "") => url.includes("mount=");

/** Stands between the gateway and Distribution, and holds the requests of copies, so that tests can act meanwhile. */
export class HeldCopies {
  private readonly held: (() => void)[] = [];
  private holding = false;
  private readonly server: http.Server;

  private constructor(distributionSocket: string) {
    this.server = http.createServer(async (request, response) => {
      if (this.holding && isCopy(request.url)) await new Promise<void>((resolve) => this.held.push(resolve));
      const { method, url: path, headers } = request;
      const onward = http.request({ socketPath: socketAddress(distributionSocket), method, path, headers });
      onward.on("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on("error", () => response.destroy());
      request.pipe(onward);
    });
  }

  /** Restarts the sandbox's gateway on it. */
  static async of(sandbox: TestSandbox): Promise<HeldCopies> {
    const copies = new HeldCopies(sandbox.config().distributionSocket);
    const socket = path.join(sandbox.home, "held.sock");
    await new Promise<void>((resolve) => copies.server.listen(socketAddress(socket), resolve));
    sandbox.settings = { distributionSocket: socket };
    await sandbox.stopGateway();
    await sandbox.start();
    return copies;
  }

  hold(): void {
    this.holding = true;
  }

  /** Resolves when a copy is being held. */
  async begun(): Promise<void> {
    if (!(await waitUntil(async () => this.held.length > 0, 50_000, 5))) throw new Error("nothing is copied");
  }

  /** Lets one image pass: its config and its layer. The next one is held. */
  async releaseOne(): Promise<void> {
    for (let blob = 0; blob < 2; blob++) {
      await this.begun();
      this.held.shift()?.();
    }
  }

  release(): void {
    this.holding = false;
    for (const resume of this.held.splice(0)) resume();
  }

  close(): void {
    this.release();
    this.server.close();
    this.server.closeAllConnections();
  }
}
