import { type CodeBlock, codeBlocks } from "./markdown";

/** What happens to a command block. */
export type CommandMarker =
  /** tests/sandbox/docs/commands.test.ts runs it. */
  | { kind: "runs" }
  /** Another test runs these commands. */
  | { kind: "tested"; file: string }
  /** Nothing here can run it. */
  | { kind: "needs"; what: "AWS" | "the internet" }
  /** An example of the syntax, or a repetition of another block. */
  | { kind: "shown"; why: string };

const forms =
  "`<!-- runs -->`, `<!-- runs in <test file> -->`, `<!-- needs AWS -->`, `<!-- needs the internet -->` or `<!-- shown: <why it is not run> -->`";

/**
 * Reads the comment before a command block.
 *
 * @throws Error with the block's place and the valid forms, if it has none of them.
 */
export function commandMarker({ file, line, marker }: CodeBlock): CommandMarker {
  const tested = /^runs in (\S+)$/.exec(marker ?? "")?.[1];
  const why = /^shown: (.+)$/.exec(marker ?? "")?.[1];
  if (marker === "runs") return { kind: "runs" };
  if (tested !== undefined) return { kind: "tested", file: tested };
  if (marker === "needs AWS") return { kind: "needs", what: "AWS" };
  if (marker === "needs the internet") return { kind: "needs", what: "the internet" };
  if (why !== undefined) return { kind: "shown", why };
  const found = marker === undefined ? "no comment before it" : `the comment ${JSON.stringify(marker)}`;
  throw new Error(`${file}:${line}: a block of commands has ${found}; write ${forms} on the line before its fence`);
}

/** The command blocks of a Markdown file. */
export function commandBlocks(file: string, text?: string): CodeBlock[] {
  return codeBlocks(file, text).filter(({ language }) => ["sh", "bash", "shell", "console"].includes(language));
}
