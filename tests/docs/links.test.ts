import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { anchors, type Link, links, markdownFiles, readMarkdown, root } from "./markdown";

/** Why a relative link is broken, or undefined. */
function fault({ file, line, target }: Link): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/.test(target)) return undefined;
  const [relative = "", anchor] = target.split("#");
  const found = relative === "" ? file : path.join(path.dirname(file), decodeURI(relative));
  if (found.startsWith("..")) return `${file}:${line}: ${target} leaves the repository`;
  if (!fs.existsSync(path.join(root, found))) return `${file}:${line}: there is no ${found}`;
  if (anchor === undefined || !found.endsWith(".md")) return undefined;
  return anchors(readMarkdown(found)).has(decodeURIComponent(anchor))
    ? undefined
    : `${file}:${line}: ${found} has no heading #${anchor}`;
}

describe("links in the documentation", () => {
  it("lead to existing files and headings", () => {
    const found = markdownFiles().flatMap((file) => links(file));
    assert.ok(found.length > 20);
    assert.deepEqual(
      found.flatMap((link) => fault(link) ?? []),
      [],
    );
  });

  it("are reported if they are broken", () => {
    const link = (target: string) => fault({ file: "docs/tutorial.md", line: 1, target });
    assert.match(link("nothing.md") ?? "", /there is no docs\/nothing\.md/);
    assert.match(link("../README.md#nothing") ?? "", /README\.md has no heading #nothing/);
    assert.match(link("../../elsewhere.md") ?? "", /leaves the repository/);
    assert.equal(link("../README.md"), undefined);
    assert.equal(link("https://docs.aws.amazon.com/ecr/"), undefined);
  });

  it("are read only outside code, including images", () => {
    const text = '[a](b.md) `[c](d.md)` ![e](f.png "title")\n```\n[g](h.md)\n```\n[i](#j)\n';
    assert.deepEqual(
      links("x.md", text).map(({ line, target }) => `${line} ${target}`),
      ["1 b.md", "1 f.png", "5 #j"],
    );
  });

  it("use the anchors that GitHub creates for headings", () => {
    const text = "# One: `two` & three?\n## 준비물\n## Same\n## Same\n```\n# no heading\n```\n## [Linked](x.md) text\n";
    assert.deepEqual([...anchors(text)], ["one-two--three", "준비물", "same", "same-1", "linked-text"]);
  });
});
