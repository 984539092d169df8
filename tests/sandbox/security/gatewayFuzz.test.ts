import assert from "node:assert/strict";
import { CreateRepositoryCommand } from "@aws-sdk/client-ecr";
import { repositoryFolder, storedRepositories } from "../../../sandbox/gateway/storage/distributionFiles";
import { distributionStorage } from "../../../sandbox/services/distribution";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { GatewayProcess } from "../gateway/gatewayProcess";
import { TestSandbox } from "../gateway/harness";
import {
  digestOf,
  privateClient,
  privateToken,
  publicToken,
  RegistryClient,
  testImage,
} from "../gateway/registryClient";
import { randomNumbers } from "../randomNumbers";
import { fullTests } from "../tools";
import { fuzzRequest, kinds } from "./fuzzRequests";
import type { FuzzRequest, Target } from "./fuzzTarget";
import { exchange, statuses } from "./rawExchange";

const requests = fullTests ? 50_000 : 2_000;
/** Concurrent requests. */
const clients = 16;
const seed = 20_261_124;
/** The first requests let the process grow to its normal size; leaks are measured from there. */
const warmUp = 500;
const mebibyte = 1024 * 1024;
/** Only an answer to the repository's owner may contain it. */
const content = "the layer that nobody else may read";

/** What is wrong with an answer; `undefined` when nothing is. */
function faultOf(request: FuzzRequest, answer: Buffer): string | undefined {
  if (!request.authorized && answer.includes(content)) return "the layer went to somebody who may not read it";
  const found = statuses(answer);
  if (found.some((status) => status === 500)) return "an error that nobody expected";
  if (!request.unfinished && found.length === 0 && request.kind !== "noise") return "no answer";
  // 100 Continue comes before an answer.
  if (found.filter((status) => status >= 200).length > 1) return "two answers to one request";
  return undefined;
}

describe(`gateway: ${requests} malformed, hostile and random requests`, function () {
  this.timeout(fullTests ? 1_800_000 : 120_000);
  const sandbox = new TestSandbox();
  let gateway: GatewayProcess;
  let target: Target;
  let repository: string;

  before(async () => {
    await sandbox.start();
    repository = "fuzz/secret";
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: repository }));
    const image = testImage("fuzz");
    image.layer = Buffer.from(content);
    const owner = await privateClient(sandbox);
    assert.equal((await owner.uploadBlob(repository, image.layer)).status, 201);
    const tokens = {
      owner: (await privateToken(sandbox)).token,
      other: (await privateToken(sandbox, { account: "222222222222" })).token,
      public: await publicToken(sandbox),
    };
    const storage = distributionStorage(sandbox.home);
    const [id] = storedRepositories(storage);
    assert.ok(id !== undefined && repositoryFolder(storage, id) !== "");
    gateway = await GatewayProcess.of(sandbox);
    const addresses = await gateway.start();
    target = {
      endpoint: new URL(addresses.endpoint).host,
      privateRegistry: addresses.privateRegistry,
      publicRegistry: addresses.publicRegistry,
      repository,
      blob: digestOf(image.layer),
      namespace: `r/${id}`,
      owner: `Basic ${tokens.owner}`,
      unauthorized: [
        "",
        `Basic ${Buffer.from(`AWS:${"x".repeat(64)}`).toString("base64")}`,
        `Basic ${tokens.other}`,
        `Basic ${tokens.public}`,
        "Bearer e30.AAAA",
        "Basic ====",
      ],
    };
  });
  after(async () => {
    await gateway?.kill();
    await sandbox.remove();
  });

  it("neither crash nor hang it, leak no memory or files, and get no layer without a token that may read it", async () => {
    const random = randomNumbers(seed);
    const faults: string[] = [];
    const seen = new Set<string>();
    let left = requests;
    const client = async () => {
      while (left > 0 && faults.length < 5 && gateway.state.running) {
        left -= 1;
        const request = await fuzzRequest(target, random);
        seen.add(request.kind);
        const answer = await exchange(request);
        const fault = faultOf(request, answer);
        if (fault !== undefined) {
          faults.push(
            `${request.kind}: ${fault}\n${request.bytes.toString("latin1").slice(0, 600)}\n--> ${answer.toString("latin1").slice(0, 600)}`,
          );
        }
      }
    };
    const run = async (until: number) => {
      const rest = left - until;
      left = rest;
      await Promise.all(Array.from({ length: clients }, client));
      left = until;
    };
    const filesAtFirst = gateway.openFiles();
    await run(requests - warmUp);
    const memory = gateway.memory("VmRSS");
    await run(0);

    const { running, output } = gateway.state;
    assert.ok(running, `the gateway ended:\n${output.slice(-3000)}`);
    assert.equal(faults.length, 0, `${faults.join("\n\n")}\n\n${output.slice(-6000)}`);
    assert.deepEqual([...seen].sort(), [...kinds].sort());
    // Connections to Distribution are kept for a while. There may be more of them than clients, since a request goes on
    // for a moment after its client has left.
    const closed = await waitUntil(async () => gateway.openFiles() <= filesAtFirst + 2 * clients, 50_000);
    assert.ok(closed, `${gateway.openFiles()} open files, ${filesAtFirst} at first`);
    const grown = gateway.memory("VmRSS") - memory;
    assert.ok(grown < 96 * mebibyte, `${Math.round(grown / mebibyte)} MiB more`);
    const layer = await new RegistryClient(target.privateRegistry, target.owner).request(
      "GET",
      `/v2/${repository}/blobs/${target.blob}`,
    );
    assert.deepEqual([layer.status, await layer.text()], [200, content], "and it goes on");
  });
});
