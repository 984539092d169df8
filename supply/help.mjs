// What `--help`, `-h` and `--version` answer in the scripts of this folder, which need nothing but Node.
import * as fs from "node:fs";

/**
 * Answers and ends where that is asked for; refuses a flag, since there is none.
 *
 * @param {string} usage As it is typed: `npm run licences [-- LOCKFILE]`.
 * @param {string} about What it does, in whole sentences.
 * @param {boolean} [passesOn] Whether flags are another program's. Default: false.
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
    console.error(`${flag}: there is no such option. The options are -h, --help and --version.`);
    process.exit(1);
  }
}
