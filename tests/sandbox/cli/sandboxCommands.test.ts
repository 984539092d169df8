import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { CreateKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import { portVariables } from "../../../sandbox/gateway/config";
import { projectRoot } from "../../../sandbox/paths";
import { type RunningServices, startServices, stopServices } from "../../../sandbox/services/services";
import type { SandboxStatus } from "../../../sandbox/services/status";
import { run } from "../../../sandbox/system/commands";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { removeTemporary, temporaryDirectory } from "../temporary";

const commandLine = path.join(projectRoot, "sandbox", "dist", "cli.cjs");
const ports = Object.fromEntries(Object.values(portVariables).map((variable) => [variable, "0"]));

describe("npm run sandbox -- status | reset | logs", function () {
  this.timeout(900_000);
  let home: string;
  let services: RunningServices;
  const saved = { ...process.env };
  before(async function () {
    this.timeout(900_000);
    home = temporaryDirectory();
    Object.assign(process.env, ports);
    services = await startServices({ home });
  });
  after(async () => {
    process.env = saved;
    await stopServices(home);
    removeTemporary();
  });

  const env = () => ({ ...process.env, ...ports, SANDBOX_HOME: home });
  const sandbox = (...args: string[]) => run(process.execPath, [commandLine, "run", ...args], { env: env() });
  const status = async () => JSON.parse((await sandbox("status", "--json")).stdout) as SandboxStatus;
  const options = (region = services.region) => ({
    endpoint: services.endpoint,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId: services.accessKeyId, secretAccessKey: services.secretAccessKey },
  });

  it("status shows processes, addresses, versions, memory and disk use", async () => {
    const found = await status();
    assert.deepEqual([found.home, found.running], [home, true]);
    assert.deepEqual(
      found.services.map(({ name, running }) => [name, running]),
      [
        ["gateway", true],
        ["ministack", true],
        ["distribution", true],
      ],
    );
    for (const { name, pid, memory = 0 } of found.services) {
      assert.equal(fs.existsSync(`/proc/${pid}`), true, name);
      assert.ok(memory > 1e6 && memory < 1e9, `${name}: ${memory}`);
    }
    const { endpoint, publicRegistry, privateRegistry, registries } = services;
    assert.deepEqual(found.addresses, { endpoint, publicRegistry, privateRegistry, registries });
    for (const name of ["pulumi", "node", "ministack", "awscli", "distribution"]) {
      assert.match(found.versions[name] ?? "", /^\d+\.\d+/, name);
    }
    assert.ok((found.disk["gateway"] ?? 0) > 0 && (found.disk["cache"] ?? 0) > 1e6);
    const text = await sandbox("status");
    assert.equal(text.code, 0);
    assert.ok(text.stdout.includes(endpoint) && text.stdout.includes(publicRegistry), text.stdout);
  });

  it("reset leaves an empty AWS at the same addresses, with the same credentials", async () => {
    await new ECRClient(options()).send(new CreateRepositoryCommand({ repositoryName: "petclinic" }));
    const west = await new ECRClient(options("us-west-2")).send(
      new CreateRepositoryCommand({ repositoryName: "west" }),
    );
    await new KMSClient(options()).send(new CreateKeyCommand({}));
    for (const file of ["state/.pulumi/stacks/local.json", "docker-config/config.json"]) {
      fs.mkdirSync(path.dirname(path.join(home, file)), { recursive: true });
      fs.writeFileSync(path.join(home, file), "{}");
    }
    fs.mkdirSync(path.join(home, "docker-config", "cli-plugins"));
    const before = await status();
    const { code, stdout, stderr } = await sandbox("reset");
    assert.equal(code, 0, stdout + stderr);
    const after = await status();
    assert.equal(after.running, true);
    assert.deepEqual(after.addresses, before.addresses);
    assert.ok(after.addresses?.registries.includes(west.repository?.repositoryUri?.split("/")[0] ?? "?"));
    for (const region of [services.region, "us-west-2"]) {
      assert.deepEqual(
        (await new ECRClient(options(region)).send(new DescribeRepositoriesCommand({}))).repositories,
        [],
      );
    }
    assert.deepEqual((await new KMSClient(options()).send(new ListKeysCommand({}))).Keys, []);
    assert.equal(fs.existsSync(path.join(home, "state", ".pulumi")), false);
    assert.deepEqual(fs.readdirSync(path.join(home, "docker-config")), ["cli-plugins"]);
  });

  it("logs shows each part's last lines with its name, and follows one", async () => {
    const all = await sandbox("logs", "--lines", "1000");
    assert.match(all.stdout, /^gateway {6}\| \S+ AWS endpoint http:/m);
    assert.match(all.stdout, /^ministack {4}\| /m);
    const one = await sandbox("logs", "gateway", "-n", "1");
    assert.equal(one.stdout.trim().split("\n").length, 1);
    assert.doesNotMatch(one.stdout, /\|/);
    let output = "";
    const following: ChildProcess = spawn(process.execPath, [commandLine, "run", "logs", "gateway", "--follow"], {
      env: env(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    following.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    try {
      assert.ok(await waitUntil(() => output.includes("AWS endpoint"), 50_000));
      fs.appendFileSync(path.join(home, "logs", "gateway.log"), "something new\n");
      assert.ok(await waitUntil(() => output.includes("something new"), 50_000), output);
    } finally {
      following.kill("SIGINT");
    }
    assert.equal(await new Promise((resolve) => following.on("exit", resolve)), 130);
  });

  it("logs rejects an unknown part and an invalid number", async () => {
    const part = await sandbox("logs", "nope");
    assert.deepEqual([part.code, part.stderr.includes("Available: distribution, gateway, ministack")], [1, true]);
    const lines = await sandbox("logs", "--lines", "many");
    assert.deepEqual([lines.code, lines.stderr.includes('--lines: found "many". Must be a number')], [1, true]);
  });

  it("names a missing program before starting anything", async () => {
    const { code, stderr } = await sandbox("pulumii", "up");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /"pulumii": there is no such program on PATH: did you mean "pulumi"\? The sandbox brings aws, docker/,
    );
    assert.doesNotMatch(stderr, /starting|Docker/);
  });

  it("reset and status do not start a stopped sandbox", async () => {
    await stopServices(home);
    assert.equal((await sandbox("reset")).code, 0);
    const found = await status();
    assert.equal(found.running, false);
    assert.ok(found.services.every((service) => service.pid === undefined && service.memory === undefined));
    assert.match((await sandbox("status")).stdout, /not fully running/);
    assert.equal(found.addresses?.endpoint, services.endpoint, "the ports are kept");
  });

  it("local:down removes a sandbox without a stack, without setting up its missing parts", async () => {
    const { code, stdout, stderr } = await run(process.execPath, [commandLine, "down"], { env: env() });
    assert.deepEqual([code, fs.existsSync(home)], [0, false], stdout + stderr);
    assert.doesNotMatch(stdout + stderr, /Pulumi engine|starting/);
    assert.match(stdout, /The sandbox is gone/);
  });
});
