import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentDigest } from "../../components/images/buildContext";
import { strategyTags, type TagFrom, tagFromFaults } from "../../components/images/tagStrategy";
import { imageTagFaults } from "../../ecr/tags/imageTags";

describe("tag strategies", () => {
  let root: string;
  const write = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  };
  const git = (...args: string[]) => {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    const answer = spawnSync("git", ["-C", root, ...identity, ...args], { encoding: "utf8" });
    assert.equal(answer.status, 0, answer.stderr);
    return answer.stdout.trim();
  };
  const stage = (file: string) => {
    write(file, "");
    git("add", file);
  };
  const inputs = () => ({ context: path.join(root, "app"), platform: "linux/amd64" });
  const tags = (tagFrom: TagFrom, more: object = {}) => {
    const found = strategyTags({ ...inputs(), ...more }, tagFrom);
    if ("faults" in found) assert.fail(JSON.stringify(found.faults));
    assert.deepEqual(imageTagFaults(found.identity, "tag"), []);
    return found;
  };
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "tags-"));
    write("app/Dockerfile", "FROM scratch\nCOPY . /\n");
    write("app/a.txt", "a");
    write("app/README.md", "not in the image");
    write("app/.dockerignore", "*.md\nDockerfile\n.dockerignore\n");
    write("app/.gitignore", "generated\nlogs.md\n");
    write("elsewhere.txt", "not in the context");
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("by content: a single tag, src- and digits of the content digest", () => {
    const identity = `src-${contentDigest(inputs())}`;
    assert.deepEqual(tags("content"), { identity, tag: identity });
  });

  it("by Git: commit and content, without a mark for a clean tree", () => {
    const identity = `git-${git("rev-parse", "HEAD").slice(0, 12)}-${contentDigest(inputs())}`;
    assert.deepEqual(tags("git"), { identity, tag: identity });
    assert.deepEqual(tags({ git: { dirtyTree: "refuse" } }), { identity, tag: identity });
  });

  it("by Git: another commit, or other content of the same commit, gives another tag", () => {
    const first = tags("git").tag;
    write("elsewhere.txt", "changed");
    git("commit", "--quiet", "--all", "--message", "second");
    const second = tags("git").tag;
    const third = tags("git", { args: { VERSION: "2" } }).tag;
    assert.equal(new Set([first, second, third]).size, 3);
    for (const tag of [second, third]) assert.ok(!tag.includes("dirty"), tag);
  });

  const dirtyTrees: [what: string, change: () => void, file: string][] = [
    ["a changed file", () => write("app/a.txt", "b"), "app/a.txt"],
    ["a staged file", () => stage("app/b.txt"), "app/b.txt"],
    ["a new file", () => write("app/new.txt", ""), "app/new.txt"],
    ["a file that Git ignores and Docker gets", () => write("app/generated", ""), "app/generated"],
    ["a deleted file", () => fs.rmSync(path.join(root, "app/a.txt")), "app/a.txt"],
    [
      "a changed Dockerfile that .dockerignore hides",
      () => write("app/Dockerfile", "FROM scratch\n"),
      "app/Dockerfile",
    ],
    ["a changed .dockerignore", () => write("app/.dockerignore", "*.md\n.dockerignore\n"), "app/.dockerignore"],
  ];
  for (const [what, change, file] of dirtyTrees) {
    it(`by Git: ${what} makes the tree dirty, which is marked or refused`, () => {
      const clean = tags("git").tag;
      change();
      const { tag } = tags("git");
      assert.match(tag, /^git-[0-9a-f]{12}-dirty-[0-9a-f]{16}$/);
      assert.notEqual(tag, clean);
      const refused = strategyTags(inputs(), { git: { dirtyTree: "refuse" } });
      assert.ok("faults" in refused);
      assert.match(refused.faults[0]?.rule ?? "", new RegExp(`differ from the commit: ${file}\\.$`));
    });
  }

  it("by Git: files that Docker does not get leave the tree clean", () => {
    const clean = tags("git").tag;
    write("app/README.md", "changed");
    write("app/logs.md", "ignored by both");
    fs.rmSync(path.join(root, "elsewhere.txt"));
    assert.equal(tags("git").tag, clean);
  });

  it("by Git: counts the dirty files that it does not name", () => {
    for (let index = 0; index < 8; index++) write(`app/${index}.txt`, "");
    const refused = strategyTags(inputs(), { git: { dirtyTree: "refuse" } });
    assert.ok("faults" in refused);
    assert.match(refused.faults[0]?.rule ?? "", /app\/0\.txt, .*app\/4\.txt and 3 more\.$/);
  });

  it("by Git: follows a link to the context", () => {
    fs.symlinkSync(path.join(root, "app"), path.join(root, "link"));
    const linked = strategyTags({ ...inputs(), context: path.join(root, "link") }, "git");
    assert.ok(!("faults" in linked) && !linked.tag.includes("dirty"), JSON.stringify(linked));
  });

  it("by Git: refuses a folder without a repository, and a repository without a commit", () => {
    fs.rmSync(path.join(root, ".git"), { recursive: true });
    // A repository further up, such as in the temporary folder, must not be mistaken for the context's.
    process.env["GIT_CEILING_DIRECTORIES"] = path.dirname(root);
    try {
      const none = strategyTags(inputs(), "git");
      assert.ok("faults" in none);
      assert.match(none.faults[0]?.rule ?? "", /the commit of the context cannot be read \(.*not a git repository/i);
    } finally {
      delete process.env["GIT_CEILING_DIRECTORIES"];
    }
    git("init", "--quiet");
    assert.ok("faults" in strategyTags(inputs(), "git"));
  });

  it("fixed: the release tag, and an identity with digits of the content digest", () => {
    const identity = `1.2.3-src-${contentDigest(inputs())}`;
    assert.deepEqual(tags({ fixed: "1.2.3" }), { identity, tag: "1.2.3", releaseTag: "1.2.3" });
    assert.notEqual(tags({ fixed: "1.2.3" }, { rebuild: "again" }).identity, identity);
    const longest = "v".repeat(107);
    assert.equal(tags({ fixed: longest }).identity.length, 128);
    assert.deepEqual(tagFromFaults({ fixed: longest }), []);
  });

  it("accepts every form that exists", () => {
    const shapes = ["content", "git", { git: { dirtyTree: "mark" } }, { git: { dirtyTree: "refuse" } }, { fixed: "1" }];
    assert.deepEqual(shapes.flatMap(tagFromFaults), []);
  });

  for (const [shape, expected] of [
    ["commit", /must come from its content or its Git commit, or be fixed/],
    [undefined, /be fixed/],
    [{}, /be fixed/],
    [{ git: {} }, /be fixed/],
    [{ git: { dirtyTree: "ignore" } }, /be fixed/],
    [{ fixed: "1", git: { dirtyTree: "mark" } }, /be fixed/],
    [{ fixed: "1", more: 1 }, /be fixed/],
    [{ fixed: "a b" }, /only letters/],
    [{ fixed: 1 }, /must be a string/],
    [{ fixed: "v".repeat(108) }, /at most 107 characters.*this one has 108/],
  ] as const) {
    it(`refuses ${JSON.stringify(shape)?.slice(0, 60)}`, () => {
      const faults = tagFromFaults(shape);
      assert.equal(faults.length, 1, JSON.stringify(faults));
      assert.match(faults[0]?.rule ?? "", expected);
      assert.match(faults[0]?.path ?? "", /^tagFrom/);
    });
  }
});
