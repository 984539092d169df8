import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { CreateRepositoryCommand, DescribeRepositoriesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { IAMClient, ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { Browser, Page } from "playwright-core";
import { portVariables } from "../../../sandbox/gateway/config";
import { clockPath, faultsPath } from "../../../sandbox/gateway/endpoint/controls";
import { projectRoot } from "../../../sandbox/paths";
import { type RunningServices, servicesStatus, startServices, stopServices } from "../../../sandbox/services/services";
import { buildGateway } from "../bundle";
import { startBrowser } from "../report/browser";
import { type ListeningPort, listeningPorts } from "../services/listening";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { toolsTimeout } from "../tools";

/** The attacker's host name, which the browser resolves to this machine. */
const foreignName = "evil.example";

describe("a running sandbox", function () {
  this.timeout(900_000);
  const saved = { ...process.env };
  let home = "";
  let services: RunningServices;
  let queueUrl = "";
  let keyId: string | undefined;

  const options = () => ({
    endpoint: services.endpoint,
    region: services.region,
    maxAttempts: 1,
    credentials: { accessKeyId: services.accessKeyId, secretAccessKey: services.secretAccessKey },
  });

  before(async function () {
    // The first run on a machine fetches Distribution and MiniStack.
    this.timeout(toolsTimeout);
    home = temporaryDirectory();
    await buildGateway();
    for (const variable of Object.values(portVariables)) process.env[variable] = "0";
    services = await startServices({ home });
    // Another account's registry gets its own port.
    const other = { ...options(), credentials: { ...options().credentials, accessKeyId: "222222222222" } };
    await new ECRClient(other).send(new CreateRepositoryCommand({ repositoryName: "other" }));
    await new ECRClient(options()).send(new CreateRepositoryCommand({ repositoryName: "mine" }));
    keyId = (await new KMSClient(options()).send(new CreateKeyCommand({}))).KeyMetadata?.KeyId;
    const sqs = new SQSClient(options());
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "letters" }))).QueueUrl ?? "";
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: "dear diary" }));
  });
  after(async () => {
    process.env = saved;
    await stopServices(home);
    removeTemporary();
  });

  /** Every port of the sandbox's processes. */
  const ports = (): (ListeningPort & { name: string })[] =>
    servicesStatus(home).flatMap(({ name, pid }) => listeningPorts(pid ?? 0).map((port) => ({ ...port, name })));
  const bases = () => ports().map(({ port }) => `http://127.0.0.1:${port}`);

  /** Fails if anything has changed. */
  async function assertUnharmed(): Promise<void> {
    assert.ok((await new KMSClient(options()).send(new DescribeKeyCommand({ KeyId: keyId }))).KeyMetadata);
    assert.equal((await new ECRClient(options()).send(new DescribeRepositoriesCommand({}))).repositories?.length, 1);
    assert.deepEqual((await new IAMClient(options()).send(new ListUsersCommand({}))).Users, []);
    const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, VisibilityTimeout: 0 });
    const { Messages = [] } = await new SQSClient(options()).send(receive);
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      ["dear diary"],
      "nobody has taken the message",
    );
    const control = async (where: string, body: object) => {
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(`${services.endpoint}${where}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      return (await answer.json()) as { now: number; faults: unknown[] };
    };
    const { now } = await control(clockPath, { advanceSeconds: 0 });
    assert.ok(Math.abs(now - Date.now()) < 60 * 60 * 1000, "the clock was not moved");
    assert.deepEqual((await control(faultsPath, {})).faults, []);
  }

  it("listens only on the ports that docs/sandbox.md lists", () => {
    const known = new Map([
      [new URL(services.endpoint).port, "AWS endpoint"],
      [services.publicRegistry.split(":")[1], "public registry"],
      [new URL(services.ministackUrl).port, "MiniStack"],
    ]);
    const addresses = JSON.parse(fs.readFileSync(path.join(home, "run", "gateway-addresses.json"), "utf8"));
    for (const address of (addresses as { registries: string[] }).registries) {
      const [, port] = address.split(":");
      if (!known.has(port)) known.set(port, "private registries");
    }
    const kinds = ports().map(({ address, port, name }) => {
      assert.equal(address, "127.0.0.1", name);
      return known.get(String(port)) ?? assert.fail(`${name} listens on port ${port}, which nothing says`);
    });
    assert.deepEqual([...new Set(kinds)].sort(), [
      "AWS endpoint",
      "MiniStack",
      "private registries",
      "public registry",
    ]);
    assert.equal(kinds.filter((kind) => kind === "private registries").length, 2, "one for each account");
    const document = fs.readFileSync(path.join(projectRoot, "docs", "sandbox.md"), "utf8");
    const rows = [...(/## Ports\n([\s\S]*?)\n## /.exec(document)?.[1]?.matchAll(/^\| ([^|]+?) \|/gm) ?? [])];
    const listed = rows.map(([, cell]) => cell).slice(1);
    for (const kind of kinds) {
      assert.ok(listed.includes(kind), `${kind} is not in docs/sandbox.md: ${listed.join(", ")}`);
    }
  });

  it("lets only its owner access Distribution's socket and the files with secrets", () => {
    const mode = (...parts: string[]) => fs.statSync(path.join(home, ...parts)).mode & 0o777;
    assert.equal(mode(), 0o700);
    for (const name of ["distribution.sock", "ministack.secret", "gateway-config.json"]) {
      assert.equal(mode("run", name) & 0o077, 0, name);
    }
    for (const { pid } of servicesStatus(home)) {
      const commandLine = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8");
      assert.ok(!commandLine.includes(fs.readFileSync(path.join(home, "run", "ministack.secret"), "utf8")));
    }
  });

  it("rejects foreign host names, other origins and unsigned requests at every port", async () => {
    for (const base of bases()) {
      for (const [method, where, headers] of [
        ["GET", "/", { Host: foreignName }],
        ["GET", "/v2/", { Host: foreignName }],
        ["POST", clockPath, { Host: foreignName, "Content-Type": "application/json" }],
        ["GET", "/", { Origin: `https://${foreignName}` }],
        ["OPTIONS", "/", { Origin: `https://${foreignName}`, "Access-Control-Request-Method": "POST" }],
        ["POST", "/_ministack/reset", {}],
        ["GET", "/_ministack/health", {}],
        ["GET", "/debug/vars", {}],
        ["GET", "/metrics", {}],
      ] as const) {
        const { status, permissions } = await statusOf(base, method, where, headers);
        assert.ok([401, 403].includes(status), `${method} ${base}${where} ${JSON.stringify(headers)}: ${status}`);
        assert.deepEqual(permissions, []);
      }
    }
    await assertUnharmed();
  });

  describe("and another site's page in a real browser", () => {
    let browser: Browser;
    let site: http.Server;
    /** A server that allows everything; `arrived` has the method and path of each request. */
    let naive: http.Server;
    const arrived: string[] = [];
    before(async function () {
      this.timeout(toolsTimeout);
      browser = await startBrowser([
        `--host-resolver-rules=MAP ${foreignName} 127.0.0.1`,
        // Turns off Chromium's own protection of local servers, which other browsers do not have.
        "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
      ]);
      site = await serve((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end(page));
      naive = await serve((request, response) => {
        arrived.push(`${request.method} ${request.url}`);
        request.resume();
        response
          .writeHead(200, { "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*" })
          .end("read");
      });
    });
    after(async () => {
      await browser?.close();
      for (const server of [site, naive]) {
        server?.closeAllConnections();
        server?.close();
      }
    });

    const page = "<!doctype html><title>Win a prize</title><body></body>";
    const portOf = (server: http.Server) => (server.address() as AddressInfo).port;

    /** Attacks from a page at an address. @returns What it could read, and each status that the sandbox answered. */
    async function attackFrom(
      address: string,
      targets: string[],
      prepare: (page: Page) => Promise<unknown> = async () => {},
    ) {
      const context = await browser.newContext();
      const tab = await context.newPage();
      const statuses: string[] = [];
      tab.on("response", (response) =>
        statuses.push(`${response.status()} ${response.request().method()} ${response.url()}`),
      );
      await prepare(tab);
      await tab.goto(address);
      statuses.splice(0);
      await tab.addScriptTag({ path: path.join(__dirname, "attackPage.js") });
      const queue = new URL(queueUrl).pathname;
      const read: string[] = await tab.evaluate(`attack(${JSON.stringify(targets)}, ${JSON.stringify(queue)})`);
      await context.close();
      return { read, statuses };
    }

    it("(control) reaches a server that allows it", async () => {
      const { read } = await attackFrom(`http://${foreignName}:${portOf(site)}/`, [
        `http://127.0.0.1:${portOf(naive)}`,
      ]);
      assert.ok(
        read.some((line) => line.startsWith("POST") && line.includes("/_sandbox/clock")),
        "with a JSON body",
      );
      for (const wanted of [
        "POST /_ministack/reset",
        "POST /%5Fministack/reset",
        "GET /_ministack/reset",
        "GET /v2/",
        "POST /",
      ]) {
        assert.ok(arrived.includes(wanted), `${wanted}: ${arrived.join(", ")}`);
      }
    });

    it("changes and reads nothing, from a foreign host name, another port or an opaque origin", async () => {
      for (const address of [
        `http://${foreignName}:${portOf(site)}/`,
        `http://localhost:${portOf(site)}/`,
        `data:text/html,${page}`,
      ]) {
        const { read, statuses } = await attackFrom(address, bases());
        assert.deepEqual(read, [], address);
        assert.ok(statuses.length > 100, `${address}: ${statuses.length} answers seen`);
        assert.deepEqual(
          statuses.filter((status) => !/^40[13] /.test(status)),
          [],
          address,
        );
        await assertUnharmed();
      }
    });

    it("gains nothing by pointing its own host name at this machine (DNS rebinding)", async () => {
      for (const { port } of ports()) {
        const own = `http://${foreignName}:${port}`;
        // The page was loaded while the name still pointed to the attacker's server.
        const { read, statuses } = await attackFrom(`${own}/win`, [own], (tab) =>
          tab.route(`${own}/win`, (route) => route.fulfill({ contentType: "text/html", body: page })),
        );
        assert.ok(read.length > 10, "the origin is its own, so it reads each refusal");
        assert.deepEqual(
          read.filter((line) => !/ 403 .*(?:Host: found|gateway only)/.test(line)),
          [],
          own,
        );
        assert.deepEqual(
          statuses.filter((status) => !/^403 /.test(status)),
          [],
          own,
        );
      }
      await assertUnharmed();
    });
  });
});

function serve(answer: http.RequestListener): Promise<http.Server> {
  const server = http.createServer(answer);
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** Sends a request as given, including `Host`. */
function statusOf(
  base: string,
  method: string,
  where: string,
  headers: http.OutgoingHttpHeaders,
): Promise<{ status: number; permissions: string[] }> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, method, path: where, headers, agent: false }, (response) => {
      response.resume();
      const permissions = Object.keys(response.headers).filter((name) => name.startsWith("access-control"));
      resolve({ status: response.statusCode ?? 0, permissions });
    });
    request.on("error", reject);
    request.end();
  });
}
