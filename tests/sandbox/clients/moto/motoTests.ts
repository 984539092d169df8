import * as fs from "node:fs";
import * as path from "node:path";
import { cacheDirectory } from "../../../../sandbox/paths";
import { installPythonPackage, packageVersion } from "../../../../sandbox/services/pythonPackage";
import { run, runOrThrow } from "../../../../sandbox/system/commands";
import { withLock } from "../../../../sandbox/system/fileLock";
import { makeWhole } from "../../../../sandbox/system/files";

/** What became of one of moto's tests, and in what words if it failed. */
export interface MotoOutcome {
  outcome: "passed" | "failed" | "skipped";
  message: string;
}

/** Runs moto's own tests of ECR against a gateway. @returns Each test's outcome, by `FILE::NAME`. */
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
  // What moto's own validator of lifecycle policies says is not a question to a server.
  const ignored = ["--ignore", "tests/test_ecr/test_ecr_policy_validation.py"];
  const args = ["-m", "pytest", "-p", "sandbox_plugin", "-p", "no:cacheprovider", "-q", ...ignored, "tests/test_ecr"];
  const { stdout, stderr } = await run(python, args, { env, cwd: await motoSources(python), timeoutMs: 1_200_000 });
  if (!fs.existsSync(results)) throw new Error(`moto's tests did not run:\n${stdout}\n${stderr}`);
  return JSON.parse(fs.readFileSync(results, "utf8")) as Record<string, MotoOutcome>;
}

/** moto's source package from PyPI, which alone has its tests, in the user's cache. */
async function motoSources(python: string): Promise<string> {
  const version = packageVersion("moto");
  const folder = cacheDirectory("test-tools", `moto-sources-${version}`);
  await withLock(`${folder}.lock`, () =>
    makeWhole(folder, async (temporary) => {
      const list = path.join(__dirname, "source.txt");
      // Without build isolation nothing is fetched that has no checksum here.
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
