import assert from "node:assert/strict";
import { readStackState } from "../../components/stackState";
import { startMocks } from "./mocks";

const urn = "urn:pulumi:test::ecr::ecr:index:PrivateRepository$aws:ecr/repository:Repository::team/app";
const type = "aws:ecr/repository:Repository";

describe("stack state", () => {
  const state = { [urn]: { type, outputs: { name: "team/app" } } };

  it("is parsed by URN, and read once per run", async () => {
    await startMocks({ state, failState: [] });
    const [read, again] = await Promise.all([readStackState(), readStackState()]);
    assert.equal(read, again);
    assert.deepEqual(read, [
      { urn, types: `ecr:index:PrivateRepository$${type}`, name: "team/app", type, outputs: { name: "team/app" } },
    ]);
  });

  it("is read again if the engine is still writing it", async () => {
    const cutShort = ["failed to load checkpoint: EOF", "failed to load checkpoint: unexpected end of JSON input"];
    await startMocks({ state, failState: cutShort });
    assert.equal((await readStackState()).length, 1);
  });

  it("is given up after repeated failures, and at once for any other error", async () => {
    const failState = Array.from({ length: 7 }, () => "failed to load checkpoint: EOF");
    await startMocks({ state, failState });
    await assert.rejects(readStackState(), /EOF/);
    assert.equal(failState.length, 1);
    const refusal = ["access denied", "access denied"];
    await startMocks({ state, failState: refusal });
    await assert.rejects(readStackState(), /access denied/);
    assert.equal(refusal.length, 1);
  });
});
