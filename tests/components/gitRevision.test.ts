import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { readGitRevision } from "../../components/images/gitRevision";

/** Working trees with more than one repository, or with names that are not text. */
describe("Git revision of a build context", () => {
  let root: string;
  const write = (file: string | Buffer, text: string) => {
    if (typeof file === "string") fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    const at = typeof file === "string" ? path.join(root, file) : Buffer.concat([Buffer.from(`${root}/`), file]);
    fs.writeFileSync(at, text);
  };
  const git = (folder: string, ...args: string[]) => {
    const settings = [
      "user.name=test",
      "user.email=test@example.com",
      "commit.gpgsign=false",
      "protocol.file.allow=always",
    ];
    const all = ["-C", path.join(root, folder), ...settings.flatMap((each) => ["-c", each]), ...args];
    const answer = spawnSync("git", all, { encoding: "utf8" });
    assert.equal(answer.status, 0, answer.stderr);
    return answer.stdout.trim();
  };
  const commit = (folder: string) => {
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--message", "next");
  };
  const dirty = (context = "app", dockerfile = "app/Dockerfile") => {
    const at = (file: string) => path.join(root, file);
    const revision = readGitRevision({ context: at(context), dockerfile: at(dockerfile) });
    if ("faults" in revision) assert.fail(JSON.stringify(revision.faults));
    return revision.dirty;
  };
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "revision-"));
    for (const repository of ["nested", "library"]) {
      write(`${repository}/a.txt`, "a");
      git(repository, "init", "--quiet");
      commit(repository);
    }
    git("library", "submodule", "--quiet", "add", path.join(root, "nested"), "nested");
    commit("library");
    write("app/Dockerfile", "FROM scratch\nCOPY . .\n");
    git("app", "init", "--quiet");
    git("app", "submodule", "--quiet", "add", path.join(root, "library"), "library");
    git("app", "submodule", "--quiet", "update", "--init", "--recursive");
    commit("app");
    // The repository's own .git folder never matches a commit.
    write("app/.dockerignore", ".git\n");
    commit("app");
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("is clean with submodules, including nested ones, as committed", () => {
    assert.ok(fs.existsSync(path.join(root, "app/library/nested/a.txt")));
    assert.deepEqual(dirty(), []);
    assert.deepEqual(dirty("app/library", "app/library/a.txt"), []);
  });

  for (const [what, change, files] of [
    ["a changed file", () => write("app/library/a.txt", "b"), ["library/a.txt"]],
    ["a new file", () => write("app/library/new.txt", ""), ["library/new.txt"]],
    ["a deleted file", () => fs.rmSync(path.join(root, "app/library/a.txt")), ["library/a.txt"]],
    ["a changed file in a submodule of it", () => write("app/library/nested/a.txt", "b"), ["library/nested/a.txt"]],
    [
      "another commit, by what that changed",
      () => {
        write("app/library/b.txt", "b");
        commit("app/library");
      },
      ["library/b.txt"],
    ],
    [
      "another commit that is staged and not committed",
      () => {
        write("app/library/b.txt", "b");
        commit("app/library");
        git("app", "add", "library");
      },
      ["library/b.txt"],
    ],
  ] as const) {
    it(`is dirty with a submodule that has ${what}`, () => {
      change();
      assert.deepEqual(dirty(), files);
    });
  }

  it("is clean with a submodule at another commit that has the same files", () => {
    git("app/library", "commit", "--quiet", "--allow-empty", "--message", "nothing");
    assert.deepEqual(dirty(), []);
  });

  it("is dirty with all files of a submodule whose repository lacks the recorded commit", () => {
    fs.rmSync(path.join(root, "app/library"), { recursive: true });
    fs.rmSync(path.join(root, "app/.git/modules/library"), { recursive: true });
    git("", "clone", "--quiet", path.join(root, "nested"), "app/library");
    write("app/.dockerignore", ".git\nlibrary/.git\n");
    assert.deepEqual(dirty(), [".dockerignore", "library/a.txt"]);
  });

  it("is clean with a submodule that is not checked out, and dirty with files in its place", () => {
    git("app", "submodule", "--quiet", "deinit", "--force", "library");
    assert.deepEqual(dirty(), []);
    write("app/library/a.txt", "a");
    assert.deepEqual(dirty(), ["library/a.txt"]);
  });

  it("is dirty with a nested repository that is not a submodule", () => {
    write("app/other/a.txt", "a");
    git("app/other", "init", "--quiet");
    commit("app/other");
    const found = dirty();
    assert.ok(found.includes("other/a.txt"), found.join());
  });

  it("handles names that are not UTF-8, and shows as much of them as possible", () => {
    const name = Buffer.from([0x61, 0xe9]);
    write(Buffer.concat([Buffer.from("app/"), name]), "1");
    assert.deepEqual(dirty(), ["a\ufffd"]);
    commit("app");
    assert.deepEqual(dirty(), []);
    write(Buffer.concat([Buffer.from("app/"), name]), "22");
    assert.deepEqual(dirty(), ["a\ufffd"]);
    fs.unlinkSync(Buffer.concat([Buffer.from(`${root}/app/`), name]));
    assert.deepEqual(dirty(), ["a\ufffd"]);
  });
});
