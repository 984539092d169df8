import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { runInForeground } from "../system/commands";
import { down } from "./down";
import { setUp } from "./setUp";

/**
 * `npm test`: linter and formatter, types, then all tests with a sandbox of their own (its ports from the system), so
 * that they run beside `npm run local`. Arguments go to mocha: `npm test -- tests/ecr/**`.
 */
export async function test(mochaArguments: string[]): Promise<number> {
  for (const [command, ...args] of [
    ["biome", "check", "--error-on-warnings", "."],
    ["tsc", "--noEmit"],
  ] as const) {
    console.log(`$ ${[command, ...args].join(" ")}`);
    const code = await runInForeground("npx", ["--no-install", command, ...args], process.env);
    if (code !== 0) return code;
  }

  const home = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-test-"));
  process.env["SANDBOX_HOME"] = home;
  for (const name of ["SANDBOX_PORT", "SANDBOX_PUBLIC_REGISTRY_PORT", "SANDBOX_PRIVATE_REGISTRY_PORT"]) {
    process.env[name] = "0";
  }
  let code = 1;
  try {
    const { env } = await setUp();
    const files = mochaArguments.length > 0 ? mochaArguments : ["tests/**/*.test.ts"];
    console.log(`\n$ mocha ${files.join(" ")}`);
    code = await runInForeground("npx", ["--no-install", "mocha", ...files], env);
  } finally {
    // What cannot be taken down is a failure too: tests must leave nothing behind.
    const downCode = await down();
    code ||= downCode;
  }
  return code;
}
