import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { readMarkdown, root } from "./markdown";

const file = "docs/troubleshooting.md";

/** All source of the project as one text, with string literals joined and unescaped, as they read when printed. */
function source(): string {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts", "*.mjs", "*.js"];
  return execFileSync("git", args, { cwd: root, encoding: "utf8" })
    .split("\n")
    .filter((name) => name !== "" && !name.startsWith("tests/"))
    .map((name) => fs.readFileSync(path.join(root, name), "utf8"))
    .join("\n")
    .replaceAll(/["'`] \+\n\s*["'`]/g, "")
    .replaceAll("\\`", "`")
    .replaceAll('\\"', '"');
}

/** The messages in each section's tables, by heading. */
function messages(): Map<string, string[]> {
  const sections = readMarkdown(file).split("\n## ").slice(1);
  return new Map(
    sections.map((section) => {
      const heading = section.split("\n")[0] ?? "";
      const rows = [...section.matchAll(/^\| `` ?(.+?) ?`` \|/gm), ...section.matchAll(/^\| `([^`]+)` \|/gm)];
      return [heading, rows.map(([, message = ""]) => message)];
    }),
  );
}

/** Sections with messages that are not ours: those of Docker, AWS and Pulumi. */
const ofOthers = ["Docker", "AWS and credentials", "Pulumi"];

describe("troubleshooting", () => {
  it("quotes messages word for word from the code", () => {
    const text = source();
    const wrong: string[] = [];
    let count = 0;
    for (const [heading, list] of messages()) {
      if (ofOthers.includes(heading)) continue;
      for (const message of list) {
        count++;
        const parts = message.split("…").filter((part) => part.trim().length > 3);
        assert.ok(parts.length > 0, message);
        wrong.push(...parts.filter((part) => !text.includes(part.trim())).map((part) => `${heading}: ${part}`));
      }
    }
    assert.ok(count > 30, `${count} messages`);
    assert.deepEqual(wrong, []);
  });

  it("lists each message once, with cause and fix", () => {
    const all = [...messages().values()].flat();
    assert.deepEqual(
      all.filter((message, index) => all.indexOf(message) !== index),
      [],
    );
    const rows = readMarkdown(file)
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    assert.equal(rows.length, all.length);
    for (const row of rows) assert.equal(row.split(" | ").length, 3, row);
  });
});
