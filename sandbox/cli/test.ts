import { inOwnSandbox, runPackageProgram as run } from "./ownSandbox";

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
  const checks = [
    ["biome", "check", "--error-on-warnings", "."],
    ["tsc", "--noEmit"],
  ];
  const units = mochaArguments.length > 0 ? [] : [["c8", "mocha", unitTests]];
  for (const command of [...checks, ...units]) {
    const code = await run(command, process.env);
    if (code !== 0) return code;
  }
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
