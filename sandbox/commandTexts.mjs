// The commands of bootstrap.mjs and their arguments: the single source of their help and their checks.

/**
 * @typedef {object} CommandText
 * @property {string} usage The text after "Usage: ".
 * @property {string} about What it does, in whole sentences.
 * @property {Record<string, { type: "boolean" | "string", short?: string, value?: string, about: string }>} [flags]
 * @property {string} [arguments] Name of its arguments in messages, if it accepts any.
 * @property {readonly string[]} [words] The accepted arguments, if they are a fixed list.
 * @property {boolean} [files] Whether its arguments are files of the project.
 */

/** The scenarios of `npm run bench`, by their names in bench/scenarios/index.ts. */
export const benchScenarios = [
  "preview",
  "policies",
  "rules",
  "peers",
  "startup",
  "image",
  "images",
  "hashing",
  "gateway",
  "copy",
  "lifecycle",
  "scale",
];

/** By the word after bootstrap.mjs. @type {Record<string, CommandText>} */
export const commands = {
  local: {
    usage: "npm run local [-- OPTION…]",
    about: `Sets up a local AWS, creates the stack "local" in it, builds and pushes the Pet Clinic's image, pulls it and runs it.
Continues from whatever is already there; a second run changes nothing.`,
    flags: {
      outputs: { type: "boolean", about: "print the stack's outputs at the end, as JSON" },
    },
  },
  down: {
    usage: "npm run local:down",
    about: `Destroys the stack "local", stops the local AWS, and removes what it left in Docker and in .sandbox.
Downloads and builds stay in the cache.`,
  },
  run: {
    usage: `npm run sandbox -- COMMAND [ARGUMENT…]`,
    about: `Runs any program against the local AWS. Starts the parts of the sandbox that are not running first:
  npm run sandbox -- pulumi preview --diff
  npm run sandbox -- aws ecr describe-repositories

The sandbox has commands of its own, which start nothing:
  status [--json]                        what is running, addresses, versions, disk use
  reset                                  empties the local AWS: removes all repositories, images, keys, roles and stacks.
                                         Reinstalls nothing; keeps ports and credentials; restarts what was running
  logs [PART…] [--lines N] [--follow]    the last lines of each part's log (50); --follow waits for more
  help                                   this help

To run a program that has one of these names: npm run sandbox -- -- status`,
    arguments: "COMMAND",
  },
  test: {
    usage: "npm test [-- FILE… [OPTION…]] [-- MOCHA'S OPTION…]",
    about: `Runs the linter, the type checker and all tests in a sandbox of their own; with files, only those tests.
TEST_FULL=1 (npm run test:full) also runs the long tests.`,
    flags: {
      grep: { type: "string", short: "g", value: "TEXT", about: "only tests whose name matches TEXT" },
      fgrep: { type: "string", short: "f", value: "TEXT", about: "only tests whose name contains TEXT" },
      invert: { type: "boolean", short: "i", about: "only tests that --grep or --fgrep does not match" },
      bail: { type: "boolean", short: "b", about: "stop after the first failure" },
      timeout: { type: "string", short: "t", value: "TIME", about: "how long a test may take" },
      retries: { type: "string", value: "N", about: "try failed tests again" },
      reporter: { type: "string", short: "R", value: "NAME", about: "how to show results" },
      parallel: { type: "boolean", short: "p", about: "several files at a time" },
      jobs: { type: "string", short: "j", value: "N", about: "how many files at a time" },
    },
    arguments: "FILE",
    files: true,
  },
  bench: {
    usage: "npm run bench [-- SCENARIO… [OPTION…]]",
    about: `Measures speed and memory in a sandbox of its own, and writes docs/performance.md. With another size, or fewer
than five runs, the figures are printed but not saved.
Scenarios (default: all): ${benchScenarios.join(", ")}`,
    flags: {
      runs: { type: "string", value: "N", about: "how often to measure each scenario" },
      n: { type: "string", value: "SIZE", about: "size, for scenarios that have one" },
    },
    arguments: "SCENARIO",
    words: benchScenarios,
  },
};

/** The sandbox's own commands, by the first word after `npm run sandbox --`. @type {Record<string, CommandText>} */
export const sandboxCommands = {
  status: {
    usage: "npm run sandbox -- status [--json]",
    about: "Shows what is running, where, in which version, and how much memory and disk it uses. Starts nothing.",
    flags: { json: { type: "boolean", about: "print JSON" } },
  },
  reset: {
    usage: "npm run sandbox -- reset",
    about: `Empties the local AWS: removes all repositories, images, keys, roles and stacks. Reinstalls nothing, keeps ports and
credentials, and restarts what was running.`,
  },
  logs: {
    usage: "npm run sandbox -- logs [PART…] [OPTION…]",
    about: "Shows the last lines of each part's log (default: all parts).",
    flags: {
      lines: { type: "string", short: "n", value: "N", about: "how many lines (default: 50)" },
      follow: { type: "boolean", short: "f", about: "show new lines as they come, until Ctrl-C" },
    },
    arguments: "PART",
  },
  help: { usage: "npm run sandbox -- help", about: "Shows the same as `npm run sandbox -- --help`." },
};
