// Handles `--help`, `-h` and `--version` for the scripts in this folder, which need only Node.js.
import * as fs from "node:fs";

/**
 * Prints the help or version and exits if requested. Rejects any other flag, because these scripts have none.
 *
 * @param {string} usage The command line: `npm run licences [-- LOCKFILE]`.
 * @param {string} about What the script does, in full sentences.
 * @param {boolean} [passesOn] Whether other flags are passed on to another program. Default: false.
 */
export function answerHelp(usage, about, passesOn = false) {
  const args = process.argv.slice(2);
  if (args.includes("-h") || args.includes("--help")) {
    console.log(`Usage: ${usage}\n\n${about}`);
    process.exit(0);
  }
  if (args.includes("--version")) {
    console.log(JSON.parse(fs.readFileSync(new URL("../package.json", import.meta.url), "utf8")).version);
    process.exit(0);
  }
  const flag = args.find((each) => each.startsWith("-"));
  if (flag !== undefined && !passesOn) {
    console.error(`${flag}: there is no such option. Allowed: -h, --help, --version.`);
    process.exit(1);
  }
}
