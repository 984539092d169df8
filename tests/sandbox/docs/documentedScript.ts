import type { CodeBlock } from "../../docs/markdown";

/**
 * These scripts already run in the sandbox, so `npm run sandbox -- COMMAND` runs COMMAND directly. Other npm commands
 * are unchanged. NODE_IMAGE has the value that the tutorial sets in the sandbox's shell.
 */
const prelude = `
set -euo pipefail
export NODE_IMAGE=sandbox.local/node:22
npm() {
  if [ "$1 $2 $3" = "run sandbox --" ]; then shift 3; "$@"; else command npm "$@"; fi
}
`;

/** Joins command blocks into one bash script that stops at the first failure and prints each block's file and line. */
export function documentedScript(blocks: readonly CodeBlock[]): string {
  return prelude + blocks.map(({ file, line, text }) => `echo "@@ ${file}:${line}" >&2\n${text}`).join("\n");
}
