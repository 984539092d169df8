import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runOwnStep } from "../system/commands";
import { forgetInterruption, interruption } from "../system/interruption";
import { down } from "./down";
import { setUp } from "./setUp";

/**
 * Sets up a separate sandbox (with ports chosen by the system, so that it can run alongside `npm run local`), runs the
 * work in it, and always takes it down.
 */
export async function inOwnSandbox(work: (env: NodeJS.ProcessEnv) => Promise<number>): Promise<number> {
  process.env["SANDBOX_HOME"] = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-test-"));
  for (const name of ["SANDBOX_PORT", "SANDBOX_PUBLIC_REGISTRY_PORT", "SANDBOX_PRIVATE_REGISTRY_PORT"]) {
    process.env[name] = "0";
  }
  let code = 1;
  try {
    const { env } = await setUp();
    code = await work(env);
  } catch (error) {
    throw interruption() ?? error;
  } finally {
    forgetInterruption();
    // Failing to take the sandbox down is a failure too: tests must leave nothing behind.
    const downCode = await down();
    code ||= downCode;
  }
  return code;
}

/** Runs a program from the project's packages in the foreground. */
export function runPackageProgram([command = "", ...args]: string[], env: NodeJS.ProcessEnv): Promise<number> {
  console.log(`\n$ ${[command, ...args].join(" ")}`);
  return runOwnStep("npx", ["--no-install", command, ...args], env);
}
