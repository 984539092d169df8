import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory } from "../../../../sandbox/paths";
import { run, runOrThrow } from "../../../../sandbox/system/commands";
import { withLock } from "../../../../sandbox/system/fileLock";
import { createAtomically } from "../../../../sandbox/system/files";
import { installPythonPackage, packageVersion } from "../../../../sandbox/system/pythonPackage";

/** The result of one of moto's tests, with the message if it failed. */
export interface MotoOutcome {
  outcome: "passed" | "failed" | "skipped";
  message: string;
}

/** Runs moto's own ECR tests against a gateway. @returns Each test's outcome, by `FILE::NAME`. */
export async function runMotoTests(
  endpoint: string,
  secretAccessKey: string,
  home: string,
): Promise<Record<string, MotoOutcome>> {
  const python = await installPythonPackage({ name: "pytest", command: "python" }, () => {});
  const results = path.join(home, "moto-tests.json");
  const env = {
    PATH: process.env["PATH"],
    HOME: home,
    PYTHONPATH: __dirname,
    PYTHONDONTWRITEBYTECODE: "1",
    TEST_SERVER_MODE: "true",
    TEST_SERVER_MODE_ENDPOINT: endpoint,
    MOTO_CALL_RESET_API: "false",
    SANDBOX_SECRET: secretAccessKey,
    SANDBOX_RESULTS: results,
  };
  // These test moto's own lifecycle policy validator, without a server.
  const ignored = ["--ignore", "tests/test_ecr/test_ecr_policy_validation.py"];
  const args = ["-m", "pytest", "-p", "sandbox_plugin", "-p", "no:cacheprovider", "-q", ...ignored, "tests/test_ecr"];
  const { stdout, stderr } = await run(python, args, { env, cwd: await motoSources(python), timeoutMs: 1_200_000 });
  if (!fs.existsSync(results)) throw new Error(`moto's tests did not run:\n${stdout}\n${stderr}`);
  return JSON.parse(fs.readFileSync(results, "utf8")) as Record<string, MotoOutcome>;
}

/** Puts moto's tests, which only its source package on PyPI contains, into the user's cache. @returns The folder. */
async function motoSources(python: string): Promise<string> {
  const version = packageVersion("moto");
  const folder = cacheDirectory("test-tools", `moto-sources-${version}`);
  await withLock(`${folder}.lock`, () =>
    createAtomically(folder, async (temporary) => {
      const list = path.join(__dirname, "source.txt");
      // Without build isolation, pip fetches nothing that has no checksum in the list.
      const options = ["--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--require-hashes"];
      await runOrThrow(python, [
        "-m",
        "pip",
        "download",
        "--quiet",
        ...options,
        "--dest",
        temporary,
        "--requirement",
        list,
      ]);
      const archive = path.join(temporary, `moto-${version}.tar.gz`);
      const [top, tests] = [`moto-${version}`, "tests"];
      const wanted = ["__init__.py", "conftest.py", "markers.py", "test_ecr"].map((name) => `${top}/${tests}/${name}`);
      await runOrThrow("tar", ["-xzf", archive, "-C", temporary, "--strip-components=1", ...wanted]);
      fs.rmSync(archive);
      return temporary;
    }),
  );
  return folder;
}
