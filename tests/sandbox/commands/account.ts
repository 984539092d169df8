import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { CreateRepositoryCommand, ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { type CommandResult, run } from "../../../sandbox/system/commands";
import { RegistryClient, type TestImage } from "../gateway/registryClient";

/** A separate AWS account in the running sandbox, and a folder with a Pulumi project to run commands in. */
export class TestAccount {
  /** 12 digits; used as an access key ID, they select that account (see the gateway). */
  readonly id = String(randomInt(100_000_000_000, 999_999_999_999));
  readonly directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-commands-"));
  readonly region = process.env["AWS_REGION"] ?? "";
  readonly env: NodeJS.ProcessEnv;
  private registry: RegistryClient | undefined;

  constructor() {
    if (process.env["AWS_ENDPOINT_URL"] === undefined) {
      throw new Error("sandbox tests need the sandbox: run them as `npm test -- tests/sandbox/…`");
    }
    fs.mkdirSync(path.join(this.directory, "state"));
    fs.writeFileSync(path.join(this.directory, "Pulumi.yaml"), "name: commands\nruntime: nodejs\n");
    this.env = {
      ...process.env,
      AWS_ACCESS_KEY_ID: this.id,
      PULUMI_BACKEND_URL: `file://${path.join(this.directory, "state")}`,
    };
  }

  /** Options of SDK clients; the endpoint comes from the environment. */
  get clientOptions() {
    return {
      region: this.region,
      credentials: { accessKeyId: this.id, secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "" },
    };
  }

  /** Creates a private repository. @returns Its URI. */
  async createRepository(repositoryName: string): Promise<string> {
    const ecr = new ECRClient(this.clientOptions);
    const { repository } = await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    return repository?.repositoryUri ?? "";
  }

  async push(repositoryName: string, reference: string, image: TestImage): Promise<void> {
    this.registry ??= await this.login();
    const answer = await this.registry.push(repositoryName, reference, image);
    if (answer.status !== 201) throw new Error(`push of ${reference}: ${answer.status} ${await answer.text()}`);
  }

  private async login(): Promise<RegistryClient> {
    const ecr = new ECRClient(this.clientOptions);
    const { authorizationData: [data] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
    return new RegistryClient(new URL(data?.proxyEndpoint ?? "").host, `Basic ${data?.authorizationToken}`);
  }

  /** Runs a program in the account's folder. */
  run(program: string, ...args: string[]): Promise<CommandResult> {
    return run(program, args, { cwd: this.directory, env: this.env });
  }

  /** Creates a stack with these outputs, as after an `up`. */
  async createStack(stack: string, outputs: object): Promise<void> {
    const urn = `urn:pulumi:${stack}::commands::pulumi:pulumi:Stack::commands-${stack}`;
    const resources = [{ urn, custom: false, type: "pulumi:pulumi:Stack", outputs }];
    const time = new Date().toISOString();
    const deployment = { manifest: { time, magic: "", version: "" }, resources };
    fs.writeFileSync(path.join(this.directory, "stack.json"), JSON.stringify({ version: 3, deployment }));
    for (const args of [
      ["stack", "init", stack],
      ["stack", "import", "--stack", stack, "--file", "stack.json"],
    ]) {
      const { code, stderr } = await this.run("pulumi", ...args, "--non-interactive");
      if (code !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stderr}`);
    }
  }

  remove(): void {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}
