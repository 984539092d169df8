// What the commands of bootstrap.mjs are, and what they take: the one place that their help and their checks are made of.

/**
 * @typedef {object} CommandText
 * @property {string} usage What stands after "Usage: ".
 * @property {string} about What it does, in whole sentences.
 * @property {Record<string, { type: "boolean" | "string", short?: string, value?: string, about: string }>} [flags]
 * @property {string} [arguments] What its arguments are called where it takes any.
 * @property {readonly string[]} [words] The arguments that it knows, where they are words of its own.
 * @property {boolean} [files] Whether its arguments are files of the project.
 */

/** What `npm run bench` measures, as bench/scenarios/index.ts names it. */
export const benchScenarios = [
  "preview",
  "policies",
  "rules",
  "peers",
  "startup",
  "image",
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
Where something is there already it goes on from that; a second run changes nothing.`,
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
    about: `Runs any program where it meets the local AWS. What is missing of the sandbox is started first:
  npm run sandbox -- pulumi preview --diff
  npm run sandbox -- aws ecr describe-repositories

These commands are the sandbox's own, and start nothing:
  status [--json]                        what runs, addresses, versions, disk use
  reset                                  back to an empty AWS: no repository, image, key, role or stack is left.
                                         Nothing is installed anew; ports and credentials stay; what ran runs again
  logs [PART…] [--lines N] [--follow]    the last lines of each part's log (50), and what comes
  help                                   this text

A program that has one of these names: npm run sandbox -- -- status`,
    arguments: "COMMAND",
  },
  test: {
    usage: "npm test [-- FILE… [OPTION…]] [-- MOCHA'S OPTION…]",
    about: `Runs linter, types and all tests in a sandbox of their own; with files only those.
TEST_FULL=1 (npm run test:full) runs what takes long, too.`,
    flags: {
      grep: { type: "string", short: "g", value: "TEXT", about: "only tests whose name matches TEXT" },
      fgrep: { type: "string", short: "f", value: "TEXT", about: "only tests whose name contains TEXT" },
      invert: { type: "boolean", short: "i", about: "all others than --grep or --fgrep name" },
      bail: { type: "boolean", short: "b", about: "end after the first failure" },
      timeout: { type: "string", short: "t", value: "TIME", about: "how long a test may take" },
      retries: { type: "string", value: "N", about: "try failed tests again" },
      reporter: { type: "string", short: "R", value: "NAME", about: "how results are shown" },
      parallel: { type: "boolean", short: "p", about: "several files at a time" },
      jobs: { type: "string", short: "j", value: "N", about: "how many files at a time" },
    },
    arguments: "FILE",
    files: true,
  },
  bench: {
    usage: "npm run bench [-- SCENARIO… [OPTION…]]",
    about: `Measures speed and memory in a sandbox of its own, and writes docs/performance.md. With another size, or fewer
than five runs, the figures are printed and not kept.
Scenarios (default: all): ${benchScenarios.join(", ")}`,
    flags: {
      runs: { type: "string", value: "N", about: "how often each is measured" },
      n: { type: "string", value: "SIZE", about: "size of a scenario that has one" },
    },
    arguments: "SCENARIO",
    words: benchScenarios,
  },
};

/** The sandbox's own commands, by the first word after `npm run sandbox --`. @type {Record<string, CommandText>} */
export const sandboxCommands = {
  status: {
    usage: "npm run sandbox -- status [--json]",
    about: "What runs, where, in which version, and how much memory and disk it takes. Starts nothing.",
    flags: { json: { type: "boolean", about: "print it as JSON" } },
  },
  reset: {
    usage: "npm run sandbox -- reset",
    about: `Back to an empty AWS: no repository, image, key, role or stack is left. Nothing is installed anew; ports and credentials
stay what they were; what ran runs again.`,
  },
  logs: {
    usage: "npm run sandbox -- logs [PART…] [OPTION…]",
    about: "The last lines of each part's log. Without PART: of all parts.",
    flags: {
      lines: { type: "string", short: "n", value: "N", about: "how many lines (default: 50)" },
      follow: { type: "boolean", short: "f", about: "go on with what comes, until Ctrl-C" },
    },
    arguments: "PART",
  },
  help: { usage: "npm run sandbox -- help", about: "What `npm run sandbox -- --help` shows." },
};
