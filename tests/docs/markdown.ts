import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

export const root = path.resolve(__dirname, "../..");

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  file: string;
  /** Line of its fence, from 1. */
  line: number;
  /** The language after the opening fence: `sh`, `yaml`, … */
  language: string;
  text: string;
  /** The HTML comment on the line before the fence, without its brackets. */
  marker: string | undefined;
}

/** The target of a Markdown link, as written. */
export interface Link {
  file: string;
  line: number;
  target: string;
}

/** Every hand-written Markdown file in the repository: no generated reference, and nothing that Git ignores. */
export function markdownFiles(): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
  return execFileSync("git", args, { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && !file.startsWith("docs/reference/") && fs.existsSync(path.join(root, file)))
    .sort();
}

export function readMarkdown(file: string): string {
  return fs.readFileSync(path.join(root, file), "utf8");
}

/** The fenced blocks of a Markdown text, in order. A fence may be indented, as in lists. */
export function codeBlocks(file: string, text = readMarkdown(file)): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const [, indent, fence, language] = /^( *)(`{3,})([\w-]*)/.exec(lines[index] ?? "") ?? [];
    if (fence === undefined || indent === undefined) continue;
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    if (end < 0) throw new Error(`${file}:${index + 1}: the block has no end`);
    const marker = /^\s*<!-- (.*) -->$/.exec(lines[index - 1] ?? "")?.[1];
    const body = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
    blocks.push({ file, line: index + 1, language: language ?? "", text: `${body.join("\n")}\n`, marker });
    index = end;
  }
  return blocks;
}

/** A Markdown text with its fenced blocks blanked out, so that line numbers stay the same. */
export function prose(text: string): string {
  let fence: string | undefined;
  return text
    .split("\n")
    .map((line) => {
      const found = /^ *(`{3,})/.exec(line)?.[1];
      if (fence === undefined) {
        fence = found;
        return found === undefined ? line : "";
      }
      if (line.trim() === fence) fence = undefined;
      return "";
    })
    .join("\n");
}

/** The links and images in a Markdown text, outside code. */
export function links(file: string, text = readMarkdown(file)): Link[] {
  return prose(text)
    .split("\n")
    .flatMap((line, index) =>
      [...line.replaceAll(/`[^`]*`/g, "").matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target = ""]) => ({
        file,
        line: index + 1,
        target,
      })),
    );
}

/** The anchors that GitHub gives to headings: lower case, no punctuation, `-1` for the second with the same name. */
export function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ""] of prose(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const name = words
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-");
    let anchor = name;
    for (let count = 1; found.has(anchor); count++) anchor = `${name}-${count}`;
    found.add(anchor);
  }
  return found;
}
