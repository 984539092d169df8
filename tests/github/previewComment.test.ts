import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as fc from "fast-check";
import { workflows } from "./workflowFiles";

const script =
  workflows()
    .get("pull-request.yml")
    ?.jobs["comment"]?.steps?.find(({ name }) => name === "Comment")?.run ?? "";

describe("the comment with a preview", function () {
  // Each test starts programs.
  this.timeout(900_000);
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "comment-"));
    fs.mkdirSync(path.join(folder, "artifact"));
    fs.mkdirSync(path.join(folder, "bin"));
    // Stands in for `gh`: writes down its arguments, one per line.
    fs.writeFileSync(path.join(folder, "bin/gh"), '#!/bin/sh\nprintf "%s\\n" "$@" > gh.txt\n', { mode: 0o755 });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  /** Runs the workflow's own script on a preview, as the runner does; returns the comment and the log. */
  function comment(preview: string | Buffer) {
    fs.writeFileSync(path.join(folder, "artifact/preview.txt"), preview);
    return run();
  }

  function run() {
    const { status, stdout, stderr } = spawnSync(
      "bash",
      ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
      {
        cwd: folder,
        env: { PATH: `${path.join(folder, "bin")}:${process.env["PATH"]}`, NUMBER: "7", GH_REPO: "octo-org/ecr" },
        encoding: "utf8",
      },
    );
    const file = path.join(folder, "comment.md");
    return { status, log: `${stdout}${stderr}`, text: fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "" };
  }

  /** Checks the comment's headline and returns its fence, body and closing fence. */
  function parts(text: string) {
    const lines = text.split("\n");
    assert.deepEqual(lines.slice(0, 2), ["### Preview of `dev`", ""]);
    assert.equal(lines.at(-1), "");
    const [, fence = ""] = /^(`{3,})text$/.exec(lines[2] ?? "") ?? assert.fail(lines[2]);
    return { fence, body: lines.slice(3, -2).join("\n"), end: lines.at(-2) };
  }

  it("contains the preview's lines and goes to the event's pull request", () => {
    const { status, text } = comment(" +  aws:ecr:Repository petclinic create\nResources:\n    + 3 to create\n");
    assert.equal(status, 0);
    assert.equal(
      text,
      "### Preview of `dev`\n\n```text\n +  aws:ecr:Repository petclinic create\nResources:\n    + 3 to create\n```\n",
    );
    assert.deepEqual(fs.readFileSync(path.join(folder, "gh.txt"), "utf8").trim().split("\n"), [
      ...["pr", "comment", "7", "--edit-last", "--create-if-none", "--body-file", "comment.md"],
    ]);
  });

  it("stays inside its fence, whatever backticks the preview has", () => {
    const { text } = comment("a\n```\n# free\n`````\n<img src=x>\n");
    const { fence, body, end } = parts(text);
    assert.equal(fence, "``````");
    assert.equal(end, fence);
    assert.match(body, /# free/);
  });

  it("mentions nobody, and leaves digests unchanged", () => {
    const { text } = comment(
      "@octo-org/admins and (@octocat), .@octocat, -@octocat of example.com/app@sha256:00 by a.b@example.com\n",
    );
    assert.equal(
      parts(text).body,
      "@\u200bocto-org/admins and (@\u200boctocat), .@\u200boctocat, -@\u200boctocat of example.com/app@sha256:00 by a.b@example.com",
    );
  });

  it("has no escape sequences, control or bidirectional characters, and prints no command to the log", () => {
    const { text, log } = comment(
      "\u001b[31mred\u001b[0m\u0007\u0000 \u202eabc\u2069\rnext\r\n::set-output name=x::y\n",
    );
    assert.equal(parts(text).body, "red abc\nnext\n::set-output name=x::y");
    assert.equal(log, "");
  });

  it("keeps the last lines of a long preview, in whole characters and below GitHub's limit", () => {
    const { text } = comment(`${"건강한 고양이 🐈\n".repeat(20_000)}the end\n`);
    const { body } = parts(text);
    assert.ok(text.length < 65_536 && Buffer.byteLength(text) < 65_536);
    assert.ok(body.startsWith("…") && body.endsWith("the end"));
    assert.ok(!text.includes("\ufffd"));
    for (const cut of [1, 2, 3, 4]) {
      const one = parts(comment(`${"🐈".repeat(20_000)}${"x".repeat(cut)}`).text).body;
      assert.match(one, /^…🐈+x+$/u);
    }
  });

  it("stays below the limit despite inserted characters and a long fence", () => {
    for (const preview of ["@a ".repeat(20_000), "`".repeat(59_000)]) {
      const { status, text } = comment(preview);
      assert.equal(status, 0);
      assert.ok(Buffer.byteLength(text) < 65_536, String(Buffer.byteLength(text)));
      assert.equal(parts(text).end, parts(text).fence);
    }
  });

  it("is made only from a file that the preview left, never through a link", () => {
    fs.symlinkSync("/etc/passwd", path.join(folder, "artifact/preview.txt"));
    const { status, text } = run();
    assert.notEqual(status, 0);
    assert.equal(text, "");
    assert.ok(!fs.existsSync(path.join(folder, "gh.txt")));
  });

  it("has a fence that no text inside can close", () => {
    const piece = fc.oneof(fc.constantFrom("`", "```", "~~~", "\n", "\r", "\u2028", "    ", ">", "- "), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { fence, body, end } = parts(comment(pieces.join("")).text);
        assert.equal(end, fence);
        // A fence ends at a line with at least as many backticks and nothing else (CommonMark 4.5).
        const ends = body
          .split(/\r\n?|\n/)
          .filter((line) => (/^ {0,3}(`+)\s*$/.exec(line)?.[1] ?? "").length >= fence.length);
        assert.deepEqual(ends, []);
      }),
      { numRuns: 40, seed: 17 },
    );
  });
});
