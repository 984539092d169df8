import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import * as ts from "typescript";
import { readMarkdown, root } from "./markdown";

interface Claim {
  text: string;
  tests: { file: string; name: string }[];
}

/** The claims in SECURITY.md: the points below "What is done against whom", each with the tests that it names. */
function claims(text: string): Claim[] {
  const section = text.split("\n## What is done against whom\n")[1]?.split("\n## ")[0] ?? "";
  return section
    .split(/\n(?=- )/)
    .slice(1)
    .map((point) => {
      const line = (point.split("\n\n")[0] ?? "").replace(/\s+/g, " ");
      const tests = [...line.matchAll(/`(tests\/[\w./-]+\.test\.ts)`: ((?:“[^”]+”(?:, )?)+)/g)].flatMap(
        ([, file = "", names = ""]) => [...names.matchAll(/“([^”]+)”/g)].map(([, name = ""]) => ({ file, name })),
      );
      return { text: line, tests };
    });
}

/**
 * Whether a file has a test with this name. The values of a template are written as `…`, or are strings of the file,
 * such as a rule's name in a table.
 */
function hasTest(source: string, name: string): boolean {
  const titles: string[][] = [];
  const strings = new Set(["…"]);
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) strings.add(node.text);
    if (ts.isCallExpression(node) && /^(it|describe)$/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push([title.text]);
      if (title !== undefined && ts.isTemplateExpression(title)) {
        titles.push([title.head.text, ...title.templateSpans.map(({ literal }) => literal.text)]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("x.ts", source, ts.ScriptTarget.Latest, true));
  const literal = (text: string) => text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");
  return titles.some((parts) => {
    const [, ...filled] = new RegExp(`^${parts.map(literal).join("(.*)")}$`).exec(name) ?? [undefined, "\0"];
    return filled.every((each) => strings.has(each ?? ""));
  });
}

/** What is wrong with the claims: no test is named, or the file or the test does not exist. */
function faults(all: readonly Claim[], read: (file: string) => string | undefined): string[] {
  return all.flatMap(({ text, tests }) => {
    if (tests.length === 0) return [`no test: ${text}`];
    return tests.flatMap(({ file, name }) => {
      const source = read(file);
      if (source === undefined) return [`no such file: ${file}`];
      return hasTest(source, name) ? [] : [`${file} has no test “${name}”`];
    });
  });
}

describe("SECURITY.md", () => {
  const read = (file: string) => {
    const place = path.join(root, file);
    return fs.existsSync(place) ? fs.readFileSync(place, "utf8") : undefined;
  };

  it("names an existing test beside each claim", () => {
    const all = claims(readMarkdown("SECURITY.md"));
    assert.ok(all.length > 30, `${all.length} claims`);
    assert.deepEqual(faults(all, read), []);
  });

  it("is reported if a claim names no test, or one that does not exist", () => {
    const page = (...points: string[]) =>
      `\n## What is done against whom\n\n${points.join("\n")}\n\n## Else\n\n- free\n`;
    const sources: Record<string, string> = {
      "tests/a.test.ts":
        'describe("a", () => { it("holds", f); it(`holds for $' + '{each}, too`, f); });\n// it("no", f)\nlist("x");',
    };
    const of = (...points: string[]) => faults(claims(page(...points)), (file) => sources[file]);
    assert.deepEqual(
      of(
        "- Good. `tests/a.test.ts`: “holds”, “holds for …, too”, “holds for x, too”",
        "- Good. `tests/a.test.ts`:\n  “a”",
      ),
      [],
    );
    assert.deepEqual(of("- Trust us.", "- Good. `tests/a.test.ts`: “holds”"), ["no test: - Trust us."]);
    assert.deepEqual(of("- Bad. `tests/a.test.ts`: “holds”, “no”"), ["tests/a.test.ts has no test “no”"]);
    assert.deepEqual(of("- Bad. `tests/a.test.ts`: “holds for y, too”"), [
      "tests/a.test.ts has no test “holds for y, too”",
    ]);
    assert.deepEqual(of("- Bad. `tests/b.test.ts`: “holds”"), ["no such file: tests/b.test.ts"]);
  });
});
