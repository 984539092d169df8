import type { CodeBlock } from "../../docs/markdown";

/**
 * `npm run sandbox -- COMMAND` runs COMMAND where it meets the local AWS: where these scripts are already. Everything else of
 * npm stays what it is. NODE_IMAGE is what the tutorial sets in the sandbox's shell.
 */
const prelude = `
set -euo pipefail
export NODE_IMAGE=sandbox.local/node:22
npm() {
  if [ "$1 $2 $3" = "run sandbox --" ]; then shift 3; "$@"; else command npm "$@"; fi
}
`;

/** The commands of documents as one script for bash that stops at the first failure and says before each block where it stands. */
export function documentedScript(blocks: readonly CodeBlock[]): string {
  return prelude + blocks.map(({ file, line, text }) => `echo "@@ ${file}:${line}" >&2\n${text}`).join("\n");
}
