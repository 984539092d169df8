import assert from "node:assert/strict";
import { once } from "node:events";
import * as fs from "node:fs";
import * as http from "node:http";
import * as path from "node:path";
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  KMSClient,
  ListKeysCommand,
} from "@aws-sdk/client-kms";
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { portVariables } from "../../../sandbox/gateway/config";
import { gatewayPorts } from "../../../sandbox/services/gatewayProcess";
import { stopProcess } from "../../../sandbox/services/processes";
import {
  type RunningServices,
  registryHosts,
  servicesStatus,
  startServices,
  stopServices,
} from "../../../sandbox/services/services";
import { stablePort } from "../../../sandbox/services/stablePorts";
import { identify } from "../../../sandbox/system/processes";
import { buildGateway } from "../bundle";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { listeningPorts } from "./listening";

describe("services: the local AWS as a whole", () => {
  let home = "";
  const saved = { ...process.env };
  let services: RunningServices;
  const messages: string[] = [];
  const firstMessages: string[] = [];
  const progress = (message: string) => messages.push(message);

  before(async function () {
    // The first run on a machine fetches Distribution and MiniStack.
    this.timeout(900_000);
    // Not while tests are being listed: earlier tests would remove it again.
    home = temporaryDirectory();
    await buildGateway();
    for (const variable of Object.values(portVariables)) process.env[variable] = "0";
    // Two commands at once: each finds what the other starts.
    const [first, second] = await Promise.all([startServices({ home, progress }), startServices({ home, progress })]);
    assert.deepEqual(first, second);
    services = first;
    firstMessages.push(...messages);
  });
  beforeEach(() => messages.splice(0));
  after(async () => {
    process.env = saved;
    await stopServices(home);
    removeTemporary();
  });

  it("reports the start of each service once", () => {
    assert.deepEqual(firstMessages.filter((message) => message.startsWith("starting ")).sort(), [
      "starting CNCF Distribution",
      "starting MiniStack",
      "starting the gateway",
    ]);
  });

  const options = (running: RunningServices) => ({
    endpoint: running.endpoint,
    region: running.region,
    maxAttempts: 1,
    credentials: { accessKeyId: running.accessKeyId, secretAccessKey: running.secretAccessKey },
  });

  it("answers ECR and the other services at one endpoint with its own credentials", async () => {
    const { repository } = await new ECRClient(options(services)).send(
      new CreateRepositoryCommand({ repositoryName: "petclinic" }),
    );
    assert.equal(repository?.repositoryArn, "arn:aws:ecr:ap-northeast-2:123456789012:repository/petclinic");
    assert.equal(repository?.repositoryUri, `${services.privateRegistry}/petclinic`);
    const key = await new KMSClient(options(services)).send(new CreateKeyCommand({}));
    assert.match(key.KeyMetadata?.Arn ?? "", /^arn:aws:kms:ap-northeast-2:123456789012:key/);
    assert.deepEqual(registryHosts(home), [services.publicRegistry, services.privateRegistry]);
  });

  it("stores credentials that nobody else can read, with a long random secret", () => {
    const file = path.join(home, "credentials.json");
    assert.equal(fs.statSync(file).mode & 0o777, 0o600);
    assert.ok(services.secretAccessKey.length >= 40);
    assert.doesNotMatch(services.accessKeyId, /^A(KIA|SIA)/);
  });

  it("listens on the loopback address only", () => {
    const ports = new Set<string>();
    for (const { name, pid } of servicesStatus(home)) {
      for (const { address } of listeningPorts(pid ?? 0)) {
        ports.add(name);
        assert.equal(address, "127.0.0.1", `${name} listens on ${address}`);
      }
    }
    assert.deepEqual([...ports].sort(), ["gateway", "ministack"], "Distribution has a socket and no port");
  });

  it("changes nothing when everything runs already", async () => {
    const before = servicesStatus(home);
    assert.deepEqual(
      before.map(({ name, running }) => [name, running]),
      [
        ["gateway", true],
        ["ministack", true],
        ["distribution", true],
      ],
    );
    const begin = Date.now();
    assert.deepEqual(await startServices({ home, progress }), services);
    assert.deepEqual(messages, [], "nothing was done, so nothing is told");
    assert.ok(Date.now() - begin < 2000);
    assert.deepEqual(servicesStatus(home), before);
  });

  it("restarts services after kill -9, at the same addresses and with the same state", async function () {
    this.timeout(900_000);
    const kms = new KMSClient(options(services));
    const { KeyMetadata: key } = await kms.send(new CreateKeyCommand({ Description: "kept" }));
    await kms.send(new CreateAliasCommand({ AliasName: "alias/kept", TargetKeyId: key?.KeyId }));
    await new SQSClient(options(services)).send(new CreateQueueCommand({ QueueName: "kept" }));
    for (const name of ["gateway", "distribution", "ministack"]) {
      const { pid } = servicesStatus(home).find((each) => each.name === name) ?? {};
      assert.ok(pid);
      process.kill(pid, "SIGKILL");
    }
    const again = await startServices({ home });
    assert.deepEqual(again, services);
    const { repositories } = await new ECRClient(options(again)).send(new DescribeRepositoriesCommand({}));
    assert.equal(repositories?.length, 1);
    const described = await kms.send(new DescribeKeyCommand({ KeyId: "alias/kept" }));
    assert.deepEqual(described.KeyMetadata, key);
    const { QueueUrls = [] } = await new SQSClient(options(again)).send(new ListQueuesCommand({}));
    assert.equal(QueueUrls.length, 1, "another service's state too");
  });

  it("stops everything, keeps MiniStack's state and starts again", async function () {
    this.timeout(900_000);
    const { KeyMetadata: key } = await new KMSClient(options(services)).send(new CreateKeyCommand({}));
    const pids = servicesStatus(home).map((each) => each.pid);
    assert.deepEqual(await stopServices(home, progress), ["gateway", "ministack", "distribution"]);
    assert.equal(messages.length, 3);
    for (const pid of pids) assert.equal(identify(pid ?? 0), undefined, `process ${pid}`);
    assert.ok(servicesStatus(home).every((each) => !each.running && each.pid === undefined));
    assert.deepEqual(await stopServices(home), []);
    const again = await startServices({ home });
    assert.equal(again.endpoint, services.endpoint);
    const kept = await new KMSClient(options(again)).send(new DescribeKeyCommand({ KeyId: key?.KeyId }));
    assert.equal(kept.KeyMetadata?.Arn, key?.Arn);
  });

  it("tells the gateway when a service behind it had to move, and keeps the gateway's addresses", async function () {
    this.timeout(900_000);
    // Read again: another test's program may have taken an inner port while everything was stopped.
    services = await startServices({ home });
    await stopProcess(home, "ministack");
    const squatter = http.createServer((_, response) => response.writeHead(404).end());
    const { port } = new URL(services.ministackUrl);
    squatter.listen(Number(port), "127.0.0.1");
    await once(squatter, "listening");
    try {
      const moved = await startServices({ home });
      assert.notEqual(moved.ministackUrl, services.ministackUrl);
      assert.deepEqual(moved, { ...services, ministackUrl: moved.ministackUrl });
      assert.ok((await new KMSClient(options(moved)).send(new ListKeysCommand({}))).Keys);
      services = moved;
    } finally {
      squatter.close();
    }
  });

  it("names each port that is in use, with its variable", async () => {
    const squatters = await Promise.all(
      ["SANDBOX_PUBLIC_REGISTRY_PORT", "SANDBOX_PRIVATE_REGISTRY_PORT"].map(async (variable) => {
        const server = http.createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        const { port } = server.address() as { port: number };
        return { server, port, variable };
      }),
    );
    await stopServices(home);
    for (const { port, variable } of squatters) process.env[variable] = String(port);
    try {
      await assert.rejects(startServices({ home }), {
        message: squatters
          .map(
            ({ port, variable }) =>
              `Port ${port} is taken by another program. Stop that program, or set ${variable} to a free port (0: any).`,
          )
          .join("\n"),
      });
    } finally {
      for (const { server, variable } of squatters) {
        process.env[variable] = "0";
        server.close();
      }
    }
  });
});

describe("services: ports", () => {
  it("has the documented defaults, and reads the variables", () => {
    assert.deepEqual(gatewayPorts({}), { endpoint: 4566, publicRegistry: 4567, privateRegistry: 4568 });
    assert.equal(gatewayPorts({ SANDBOX_PORT: "5000" }).endpoint, 5000);
  });

  it("names every variable that is not a port, with its value", () => {
    assert.throws(
      () => gatewayPorts({ SANDBOX_PORT: "http", SANDBOX_PRIVATE_REGISTRY_PORT: "70000" }),
      (error: Error) => /SANDBOX_PORT: "http"/.test(error.message) && /SANDBOX_PRIVATE.*"70000"/.test(error.message),
    );
    assert.throws(() => gatewayPorts({ SANDBOX_PORT: "4567" }), /must be three different ports/);
  });

  it("keeps an inner service's port, and moves it when another program has taken it", async () => {
    const home = temporaryDirectory();
    try {
      const [port, other] = await Promise.all([stablePort(home, "one", false), stablePort(home, "two", false)]);
      assert.equal(await stablePort(home, "one", false), port);
      assert.equal(await stablePort(home, "two", false), other);
      const squatter = http.createServer();
      await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
      assert.equal(await stablePort(home, "one", true), port, "its own process has it");
      assert.notEqual(await stablePort(home, "one", false), port);
      squatter.close();
    } finally {
      removeTemporary();
    }
  });
});
