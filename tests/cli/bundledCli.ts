import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";

const root = path.join(__dirname, "../..");
let built: Promise<string> | undefined;

/**
 * Bundles the commands as users start them, once per process. The bundle overwrites the previous one. @returns The
 * file.
 */
export function bundle(): Promise<string> {
  built ??= load().then(({ buildCli }) => buildCli(path.join(root, "cli/bin/test.cjs")));
  return built;
}

/** build.mjs is an ES module: TypeScript would compile a plain import to require(). */
function load(): Promise<{ buildCli(outfile: string): Promise<string> }> {
  const url = pathToFileURL(path.join(root, "cli/build.mjs")).href;
  return new Function("url", "return import(url)")(url);
}

/**
 * The minimal environment for a command: its own home, nothing from the user's, and optionally a preloaded file of
 * tests/cli.
 */
export function environmentIn(home: string, preload?: string): NodeJS.ProcessEnv {
  return {
    HOME: home,
    PATH: path.dirname(process.execPath),
    TMPDIR: os.tmpdir(),
    // As in cli/ecr.mjs.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    ...(preload !== undefined && { NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, preload))}` }),
  };
}
