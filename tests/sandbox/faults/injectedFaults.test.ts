import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { CreateRepositoryCommand, DescribeRepositoriesCommand } from "@aws-sdk/client-ecr";
import { serviceError, useSandbox } from "../gateway/harness";
import { privateToken, RegistryClient } from "../gateway/registryClient";
import { type Fault, injectFaults, remainingFaults, sendControl, waitForFaults } from "./control";

/** The other tests in this folder rely on these faults: they must break what they name and nothing else. */
describe("faults: injected into the gateway", () => {
  const sandbox = useSandbox();
  let account: string;
  let endpoint: string;

  beforeEach(() => {
    account = String(randomInt(100_000_000_000, 999_999_999_999));
    endpoint = sandbox.gateway.endpoint;
  });
  afterEach(() => injectFaults(endpoint));

  const create = (repositoryName: string) =>
    sandbox.ecr({ account }).send(new CreateRepositoryCommand({ repositoryName }));
  const names = async () => {
    const { repositories = [] } = await sandbox.ecr({ account }).send(new DescribeRepositoriesCommand({}));
    return repositories.map(({ repositoryName }) => repositoryName);
  };
  const fault = (kind: Fault["kind"], more: Partial<Fault> = {}): Fault => ({
    operation: "CreateRepository",
    account,
    kind,
    ...more,
  });

  for (const [kind, name, status] of [
    ["throttling", "ThrottlingException", 400],
    ["tooManyRequests", "TooManyRequestsException", 429],
    ["serverError", "ServerException", 500],
  ] as const) {
    it(`returns ${name} and does nothing`, async () => {
      await injectFaults(endpoint, fault(kind));
      await assert.rejects(create("one"), (error: { name: string; $metadata: { httpStatusCode: number } }) => {
        assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
        return true;
      });
      assert.deepEqual(await names(), []);
      await create("one");
    });
  }

  it("cuts the connection before the operation, or after it", async () => {
    await injectFaults(endpoint, fault("drop"), fault("drop", { moment: "answer" }));
    await assert.rejects(create("before"), { code: "ECONNRESET" });
    assert.deepEqual(await names(), []);
    await assert.rejects(create("after"), { code: "ECONNRESET" });
    assert.deepEqual(await names(), ["after"]);
    await assert.rejects(create("after"), serviceError("RepositoryAlreadyExistsException"));
  });

  it("holds a call until its client disconnects", async () => {
    await injectFaults(endpoint, fault("hold"));
    const abort = new AbortController();
    const held = sandbox
      .ecr({ account })
      .send(new CreateRepositoryCommand({ repositoryName: "held" }), { abortSignal: abort.signal });
    const ended = assert.rejects(held, { name: "AbortError" });
    await waitForFaults(endpoint);
    abort.abort();
    await ended;
    assert.deepEqual(await names(), []);
  });

  it("releases a held call on request", async () => {
    await injectFaults(endpoint, fault("hold"));
    const held = create("held");
    await waitForFaults(endpoint);
    assert.deepEqual(await names(), []);
    await injectFaults(endpoint);
    await held;
    assert.deepEqual(await names(), ["held"]);
  });

  it("fails only the counted calls of the given account and operation", async () => {
    await injectFaults(endpoint, fault("throttling", { after: 1, count: 2 }));
    await create("first");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: `other-${account}` }));
    await assert.rejects(create("second"), serviceError("ThrottlingException"));
    assert.deepEqual(await remainingFaults(endpoint), [fault("throttling", { after: 0, count: 1, moment: "call" })]);
    await assert.rejects(create("second"), serviceError("ThrottlingException"));
    await create("second");
    assert.deepEqual(await remainingFaults(endpoint), []);
  });

  it("breaks the registry protocol by method and path", async () => {
    await create("pushed");
    const { token, host } = await privateToken(sandbox, { account });
    const client = new RegistryClient(host, `Basic ${token}`);
    const read = () => client.getManifest("pushed", "none");
    const of = (kind: Fault["kind"]) => fault(kind, { operation: "GET manifest" });
    await injectFaults(endpoint, of("throttling"), of("tooManyRequests"), of("serverError"), of("drop"));
    const codes: unknown[] = [];
    for (let call = 0; call < 3; call++) {
      const answer = await read();
      const { errors } = (await answer.json()) as { errors: { code: string }[] };
      codes.push([answer.status, errors[0]?.code]);
    }
    assert.deepEqual(codes, [
      [429, "TOOMANYREQUESTS"],
      [429, "TOOMANYREQUESTS"],
      [500, "UNKNOWN"],
    ]);
    await assert.rejects(read(), /fetch failed/);
    assert.equal((await read()).status, 404);
  });

  it("rejects an invalid fault with the accepted format", async () => {
    for (const body of [
      { faults: [fault("throttling", { moment: "answer" })] },
      { faults: [fault("drop", { operation: "PUT manifest", moment: "answer" })] },
      { faults: [{ ...fault("drop"), kind: "slow" }] },
      { faults: [{ ...fault("drop"), count: 0 }] },
      { faults: [{ ...fault("drop"), account: "mine" }] },
      { faults: [fault("drop")], more: 1 },
    ] as const) {
      const { status, body: answer } = await sendControl(endpoint, "faults", body);
      assert.equal(status, 400, JSON.stringify(body));
      assert.match(answer.message ?? "", /throttling \| tooManyRequests .*For example: \{"faults"/);
    }
    assert.equal((await sendControl(endpoint, "faults", { faults: [] }, "text/plain")).status, 400);
    assert.deepEqual(await remainingFaults(endpoint), []);
  });
});
