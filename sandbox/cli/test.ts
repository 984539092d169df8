import { availableParallelism } from "node:os";
import { run as runQuietly } from "../system/commands";
import { inOwnSandbox, runPackageProgram as run } from "./ownSandbox";
import { runSteps, type StepDisplay } from "./steps";

/** Unit tests keep the processors busy. */
const unitTestsAtOnce = ["--parallel", "--jobs", String(availableParallelism())];
/** Tests of the sandbox wait for the programs that they start, so one more fits in; they share one Docker and one AWS. */
const sandboxTestsAtOnce = ["--parallel", "--jobs", String(Math.min(availableParallelism() + 1, 4))];
/**
 * Tests that need no sandbox: all outside tests/sandbox. They must meet the coverage for ecr/, components/, config/,
 * and oci/ (.c8rc.json).
 */
const unitTests = [...unitTestsAtOnce, "--ignore", "tests/sandbox/**", "tests/**/*.test.ts"];
const sandboxTests = [...sandboxTestsAtOnce, "tests/sandbox/**/*.test.ts"];

/**
 * `npm test`: linter and formatter, types, the unit tests with coverage, then the tests that need a sandbox, in their
 * own (with ports chosen by the system, so that they can run alongside `npm run local`). Arguments replace the list of
 * tests for mocha: `npm test -- tests/sandbox/program/policies.test.ts`. With TEST_FULL=1 (`npm run test:full`) slow
 * tests run, too.
 */
export async function test(args: string[]): Promise<number> {
  // `--` precedes mocha's own options.
  const mochaArguments = args.filter((arg) => arg !== "--");
  if (!(await checksPass())) return 1;
  const unitCode = mochaArguments.length > 0 ? 0 : await run(["c8", "mocha", ...unitTests], process.env);
  if (unitCode !== 0) return unitCode;
  process.env["SANDBOX_VALIDATE_RESPONSES"] ??= "1";
  const code = await inOwnSandbox((env) =>
    run(["mocha", ...(mochaArguments.length > 0 ? mochaArguments : sandboxTests)], env),
  );
  if (code !== 0 || process.env["TEST_FULL"] !== "1" || mochaArguments.length > 0) return code;
  return (
    (await run(["stryker", "run", "stryker.ecr.json"], process.env)) ||
    (await run(["stryker", "run", "stryker.policies.json"], process.env))
  );
}

/** Runs linter, formatter, and types in parallel: they print nothing before they end. */
async function checksPass(): Promise<boolean> {
  const colours = process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined;
  const checks = [
    ["biome", "check", "--error-on-warnings", `--colors=${colours ? "force" : "off"}`, "."],
    ["tsc", "--noEmit", "--pretty", String(colours)],
  ];
  const said: string[] = [];
  const steps = checks.map((command) => ({
    title: command.join(" "),
    task: async ({ rename }: StepDisplay) => {
      const { code, stdout, stderr } = await runQuietly("npx", ["--no-install", ...command]);
      if (code === 0) return;
      rename(`${command[0]} found problems: see below`);
      said.push(stdout + stderr);
    },
  }));
  await runSteps(steps, { concurrent: true });
  for (const text of said) console.error(`\n${text}`);
  return said.length === 0;
}
