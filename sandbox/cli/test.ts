import { run as runQuietly } from "../system/commands";
import { inOwnSandbox, runPackageProgram as run } from "./ownSandbox";
import { runSteps, type StepDisplay } from "./steps";

/** Tests that need no sandbox; those of ecr/, components/, config/ and oci/ have to cover them (.c8rc.json). */
const unitTests = "tests/{app,bench,cli,components,config,docs,ecr,oci,outputs,policies,provider}/**/*.test.ts";
/** Two files at a time: they spend much of it waiting for the engine, Docker and the registry. */
const sandboxTests = ["--parallel", "--jobs", "2", "tests/sandbox/**/*.test.ts"];

/**
 * `npm test`: linter and formatter, types, the unit tests with their coverage, then the tests with a sandbox of their own
 * (its ports from the system), so that they run beside `npm run local`. Arguments go to mocha in place of all tests:
 * `npm test -- tests/sandbox/program/policies.test.ts`. With TEST_FULL=1 (`npm run test:full`) also what takes long.
 */
export async function test(args: string[]): Promise<number> {
  // `--` stands before what is mocha's own.
  const mochaArguments = args.filter((arg) => arg !== "--");
  if (!(await checksPass())) return 1;
  const unitCode = mochaArguments.length > 0 ? 0 : await run(["c8", "mocha", unitTests], process.env);
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

/** Linter, formatter and types, side by side: they say nothing before their end. */
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
      rename(`${command[0]} has found something: see below`);
      said.push(stdout + stderr);
    },
  }));
  await runSteps(steps, { concurrent: true });
  for (const text of said) console.error(`\n${text}`);
  return said.length === 0;
}
