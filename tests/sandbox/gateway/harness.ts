import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CreateRepositoryCommand, type CreateRepositoryCommandInput, ECRClient } from "@aws-sdk/client-ecr";
import { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import type { GatewayConfig } from "../../../sandbox/gateway/config";
import { type Gateway, startGateway } from "../../../sandbox/gateway/gateway";
import {
  distributionProcess,
  distributionStorage,
  installDistribution,
  startDistribution,
} from "../../../sandbox/services/distribution";
import { ministackSecret } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";

export const account = "123456789012";
export const region = "ap-northeast-2";
export const credentials = { accessKeyId: "LOCALTEST", secretAccessKey: "a-secret-of-the-tests" };

/** An in-process gateway with its own Distribution, on ports chosen by the system, in a temporary home. */
export class TestSandbox {
  readonly home = fs.mkdtempSync(path.join(os.tmpdir(), "gateway-test-"));
  /** Milliseconds by which the gateway's clock is ahead. */
  clockAhead = 0;
  readonly log: string[] = [];
  /** The gateway's request log. */
  readonly requests: string[] = [];
  /** File of the scanner's findings, read by `start`. */
  scanFindingsFile: string | undefined;
  /** Overrides of the gateway's settings, effective from its next start. */
  settings: Partial<GatewayConfig> = {};
  private running: Gateway | undefined;
  private distributionSocket = "";

  /** @param ministackUrl Nothing listens on the default. */
  async start(ministackUrl = "http://127.0.0.1:9"): Promise<void> {
    if (this.distributionSocket === "") {
      this.distributionSocket = await startDistribution(this.home, await installDistribution());
    }
    this.running = await startGateway(this.config(ministackUrl), {
      clock: { now: () => Date.now() + this.clockAhead },
      log: (message) => this.log.push(message),
      logRequests: (line) => this.requests.push(line),
    });
  }

  config(ministackUrl = "http://127.0.0.1:9"): GatewayConfig {
    return {
      stateDirectory: path.join(this.home, "gateway"),
      account,
      region,
      ports: { endpoint: 0, publicRegistry: 0, privateRegistry: 0 },
      credentials,
      ministackUrl,
      ministackSecret: ministackSecret(this.home),
      distributionSocket: this.distributionSocket,
      distributionStorage: distributionStorage(this.home),
      scanFindingsFile: this.scanFindingsFile,
      validateResponses: true,
      addressesFile: path.join(this.home, "addresses.json"),
      ...this.settings,
    };
  }

  get gateway(): Gateway {
    if (!this.running) throw new Error("the gateway does not run");
    return this.running;
  }

  /** Stops the gateway only; `start` opens the same state again. */
  async stopGateway(): Promise<void> {
    await this.running?.close();
    this.running = undefined;
  }

  async remove(): Promise<void> {
    await this.stopGateway();
    await stopProcess(this.home, distributionProcess);
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  /** An ECR client. `account` selects another account: its number serves as the access key ID. */
  ecr(options: { account?: string; region?: string; secretAccessKey?: string } = {}): ECRClient {
    return new ECRClient(this.clientOptions(region, options));
  }

  /** Creates a private repository. @returns Its unique name. */
  async createRepository(prefix: string, settings: Partial<CreateRepositoryCommandInput> = {}): Promise<string> {
    const repositoryName = uniqueName(prefix);
    await this.ecr().send(new CreateRepositoryCommand({ ...settings, repositoryName }));
    return repositoryName;
  }

  ecrPublic(options: { account?: string; region?: string } = {}): ECRPUBLICClient {
    return new ECRPUBLICClient(this.clientOptions("us-east-1", options));
  }

  clientOptions(
    defaultRegion: string,
    options: { account?: string; region?: string; secretAccessKey?: string; accessKeyId?: string } = {},
  ) {
    return {
      endpoint: this.gateway.endpoint,
      region: options.region ?? defaultRegion,
      maxAttempts: 1,
      credentials: {
        accessKeyId: options.account ?? options.accessKeyId ?? credentials.accessKeyId,
        secretAccessKey: options.secretAccessKey ?? credentials.secretAccessKey,
      },
    };
  }
}

/** A sandbox for the tests of one `describe`. */
export function useSandbox(): TestSandbox {
  const sandbox = new TestSandbox();
  before(async function () {
    // The first run on a machine fetches Distribution.
    this.timeout(900_000);
    await sandbox.start();
  });
  afterEach(() => {
    sandbox.clockAhead = 0;
  });
  after(() => sandbox.remove());
  return sandbox;
}

/** A name unique within this run. */
let names = 0;
export function uniqueName(prefix = "repo"): string {
  names += 1;
  return `${prefix}-${names}`;
}

/** For assert.rejects: a service error with this name and a matching message. */
export function serviceError(name: string, message: RegExp = /./): { name: string; message: RegExp } {
  return { name, message };
}
