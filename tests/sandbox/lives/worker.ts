import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Edit } from "./edits";
import { Engine } from "./engine";
import { LivingStack } from "./livingStack";
import { StackFile } from "./stackFile";
import { step } from "./walk";

/** The outcome of a life. */
export interface Ending {
  /** Number of edits made, including the one that failed. */
  lived: number;
  /** Number of steps after which everything was checked. */
  checked: number;
  /** What went wrong, and what had happened until then. */
  failure?: string;
}

/** Runs one life after another, as the parent process sends them. */
async function main(): Promise<void> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-lives-"));
  process.chdir(directory);
  // Each worker has its own logins.
  const logins = path.join(directory, "docker-config");
  fs.cpSync(process.env["DOCKER_CONFIG"] ?? "", logins, { recursive: true });
  process.env["DOCKER_CONFIG"] = logins;
  const file = new StackFile(directory);
  const engine = await Engine.start(directory);
  process.on("disconnect", () => {
    try {
      // A command that still runs may be writing there.
      fs.rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
    } finally {
      process.exit(0);
    }
  });
  process.on("message", async (life: Edit[]) => {
    const stack = new LivingStack(engine, file, String(randomInt(100_000_000_000, 999_999_999_999)));
    process.send?.(await live(stack, life));
  });
  process.send?.("ready");
}

async function live(stack: LivingStack, life: readonly Edit[]): Promise<Ending> {
  let lived = 0;
  try {
    await stack.must("stack", "init", stack.name);
    for (const edit of life) {
      lived += 1;
      stack.story.push(JSON.stringify(edit));
      await step(stack, edit);
    }
    return { lived, checked: stack.checked };
  } catch (error) {
    const failure = `${stack.story.join("\n")}\n${(error as Error).message}`;
    return { lived, checked: stack.checked, failure };
  } finally {
    stack.account.close();
  }
}

void main();
