import * as fs from "node:fs";
import * as path from "node:path";
import { runOrThrow } from "../../system/commands";
import type { Progress } from "../../system/progress";
import { installPythonPackage } from "../../system/pythonPackage";

/** Where the models are stored. */
export const modelsFolder = __dirname;
export const modelFiles = ["ecr.json", "ecrPublic.json"] as const;

/** Writes the models of the pinned botocore (sandbox/python/botocore.txt) to a folder. */
export async function writePinnedModels(folder: string, progress: Progress): Promise<void> {
  await runOrThrow(await python(progress), [generator, folder]);
}

/**
 * Writes the models of the newest botocore on PyPI to a folder. Its wheel is only read as data, never installed or run.
 */
export async function writeNewestModels(folder: string, progress: Progress): Promise<void> {
  const program = await python(progress);
  const downloads = path.join(folder, "wheel");
  await runOrThrow(program, [
    ...["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"],
    ...["--only-binary", ":all:", "--dest", downloads, "botocore"],
  ]);
  const [wheel = ""] = fs.readdirSync(downloads);
  await runOrThrow(program, [generator, folder, path.join(downloads, wheel)]);
}

const generator = path.join(modelsFolder, "generate.py");

/** The Python of the pinned botocore's virtual environment. */
function python(progress: Progress): Promise<string> {
  return installPythonPackage({ name: "botocore", command: "python" }, progress);
}
