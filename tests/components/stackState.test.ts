import assert from "node:assert/strict";
import { readStackState } from "../../components/stackState";
import { startMocks } from "./mocks";

const urn = "urn:pulumi:test::ecr::ecr:index:PrivateRepository$aws:ecr/repository:Repository::team/app";
const type = "aws:ecr/repository:Repository";

describe("the state of the stack", () => {
  const state = { [urn]: { type, outputs: { name: "team/app" } } };

  it("is taken apart by URN, and read once a run", async () => {
    await startMocks({ state, failState: [] });
    const [read, again] = await Promise.all([readStackState(), readStackState()]);
    assert.equal(read, again);
    assert.deepEqual(read, [
      { urn, types: `ecr:index:PrivateRepository$${type}`, name: "team/app", type, outputs: { name: "team/app" } },
    ]);
  });

  it("is read again while the engine writes it", async () => {
    const cutShort = ["failed to load checkpoint: EOF", "failed to load checkpoint: unexpected end of JSON input"];
    await startMocks({ state, failState: cutShort });
    assert.equal((await readStackState()).length, 1);
  });

  it("is given up when it stays so, and at once for any other reason", async () => {
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
