import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

const root = path.join(__dirname, "../..");
let built: Promise<string> | undefined;

/** The commands as users start them, bundled once for all tests. @returns The file. */
export function bundle(): Promise<string> {
  built ??= load().then(({ buildCli }) => buildCli(path.join(root, "cli/bin", `test-${process.pid}.cjs`)));
  return built;
}

/** An ES module: TypeScript would make a require of a plain import. */
function load(): Promise<{ buildCli(outfile: string): Promise<string> }> {
  const url = pathToFileURL(path.join(root, "cli/build.mjs")).href;
  return new Function("url", "return import(url)")(url);
}

/** The least that a command needs to run: a home of its own, nothing of the user's, and a file of tests/cli loaded first. */
export function environmentIn(home: string, preload?: string): NodeJS.ProcessEnv {
  return {
    HOME: home,
    PATH: path.dirname(process.execPath),
    TMPDIR: os.tmpdir(),
    // As cli/ecr.mjs has it.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ...(preload !== undefined && { NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, preload))}` }),
  };
}
