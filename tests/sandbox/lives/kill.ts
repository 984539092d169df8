import assert from "node:assert/strict";
import * as path from "node:path";
import { withLock } from "../../../sandbox/system/fileLock";
import { injectFaults, remainingFaults } from "../faults/control";
import type { Edit } from "./edits";
import { type LivingStack, up } from "./livingStack";

const endpoint = process.env["AWS_ENDPOINT_URL"] ?? "";
/** The gateway keeps one list of faults, for all lives. */
const lock = path.join(process.env["SANDBOX_HOME"] ?? "", "run", "lives-faults.lock");

/** Kills an update during one of its calls, and runs it again as the CLI says. */
export async function runKilled(
  stack: LivingStack,
  { operation, after }: Extract<Edit, { do: "killed" }>,
): Promise<void> {
  const isKilled = await withLock(lock, () => killAt(stack, operation, after));
  stack.story.push(isKilled ? "  killed" : "  it ended before");
  if (isKilled) await stack.must("cancel", "--yes");
  await stack.must(...up);
}

async function killAt(stack: LivingStack, operation: string, after: number): Promise<boolean> {
  await injectFaults(endpoint, { kind: "hold", operation, account: stack.account.id, after });
  const run = stack.engine.start([...up, "--stack", stack.name, "--parallel", "1"]);
  let ended = false;
  void run.finished.then(() => {
    ended = true;
  });
  while (!ended && (await remainingFaults(endpoint)).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const isKilled = !ended && run.child.kill("SIGKILL");
  // Its plugins end after it, and would still complete a call that is released earlier.
  const result = await run.finished;
  await injectFaults(endpoint);
  if (!isKilled) assert.equal(result.code, 0, result.output);
  return isKilled;
}
