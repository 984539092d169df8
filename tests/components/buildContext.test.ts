import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { type BuildInputs, buildContextFaults, contextPaths } from "../../components/images/buildContext";
import { contextFiles } from "../../components/images/contextFiles";
import { imageTagFaults } from "../../ecr/tags/imageTags";
import { contentTag } from "./contentTag";

describe("contentTag", () => {
  let root: string;
  let inputs: BuildInputs;
  const write = (file: string, text: string) => {
    const absolute = path.join(root, file);
    fs.mkdirSync(path.dirname(absolute), { recursive: true });
    fs.writeFileSync(absolute, text);
  };
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "context-"));
    write("app/Dockerfile", "FROM scratch\nCOPY . .\n");
    write("app/src/a.js", "a");
    write("app/src/b.js", "b");
    inputs = { context: path.join(root, "app"), platform: "linux/amd64" };
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it("is a tag that ECR accepts", () => {
    assert.match(contentTag(inputs), /^src-[0-9a-f]{16}$/);
    assert.deepEqual(imageTagFaults(contentTag(inputs), "tag"), []);
  });

  for (const [what, change] of [
    ["a file's content", () => write("app/src/a.js", "A")],
    ["a new file", () => write("app/src/c.js", "")],
    ["a removed file", () => fs.rmSync(path.join(root, "app/src/b.js"))],
    ["a renamed file", () => fs.renameSync(path.join(root, "app/src/b.js"), path.join(root, "app/src/z.js"))],
    [
      "two files that swap contents",
      () => ["a", "b"].forEach((name) => void write(`app/src/${name}.js`, name === "a" ? "b" : "a")),
    ],
    ["a file's mode", () => fs.chmodSync(path.join(root, "app/src/a.js"), 0o755)],
    ["a link", () => fs.symlinkSync("a.js", path.join(root, "app/src/link"))],
    ["the Dockerfile", () => write("app/Dockerfile", "FROM scratch\n")],
  ] as const) {
    it(`changes with ${what}`, () => {
      const before = contentTag(inputs);
      change();
      assert.notEqual(contentTag(inputs), before);
    });
  }

  it("changes with a link's target, and does not follow it", () => {
    fs.symlinkSync("/nowhere", path.join(root, "app/link"));
    const before = contentTag(inputs);
    fs.rmSync(path.join(root, "app/link"));
    fs.symlinkSync("/elsewhere", path.join(root, "app/link"));
    assert.notEqual(contentTag(inputs), before);
  });

  for (const [what, other] of [
    ["arguments", { args: { A: "1" } }],
    ["target", { target: "test" }],
    ["platform", { platform: "linux/arm64" }],
  ] as const) {
    it(`changes with ${what}`, () => assert.notEqual(contentTag({ ...inputs, ...other }), contentTag(inputs)));
  }

  it("does not depend on the order of arguments", () => {
    assert.equal(
      contentTag({ ...inputs, args: { A: "1", B: "2" } }),
      contentTag({ ...inputs, args: { B: "2", A: "1" } }),
    );
  });

  it("keeps arguments apart from each other", () => {
    assert.notEqual(contentTag({ ...inputs, args: { A: "1=B" } }), contentTag({ ...inputs, args: { "A=1": "B" } }));
  });

  it("does not change with file times or the context's location", () => {
    const before = contentTag(inputs);
    fs.utimesSync(path.join(root, "app/src/a.js"), 1, 1);
    fs.cpSync(inputs.context, path.join(root, "elsewhere"), { recursive: true });
    assert.equal(contentTag(inputs), before);
    assert.equal(contentTag({ ...inputs, context: path.join(root, "elsewhere") }), before);
  });

  it("does not change with files that .dockerignore excludes, but does with files that a `!` includes again", () => {
    write("app/.dockerignore", "logs\n*.tmp\n!logs/keep\n");
    const before = contentTag(inputs);
    write("app/logs/today", "x");
    write("app/x.tmp", "x");
    assert.equal(contentTag(inputs), before);
    write("app/logs/keep", "x");
    assert.deepEqual(contextFiles(contextPaths(inputs)), [
      ".dockerignore",
      "Dockerfile",
      "logs/keep",
      "src/a.js",
      "src/b.js",
    ]);
    assert.notEqual(contentTag(inputs), before);
  });

  it("matches .dockerignore case-sensitively, as Docker does", () => {
    write("app/.dockerignore", "SRC\n");
    assert.ok(contextFiles(contextPaths(inputs)).includes("src/a.js"));
  });

  it("prefers <Dockerfile>.dockerignore", () => {
    write("app/.dockerignore", "src\n");
    write("app/Dockerfile.dockerignore", "src/a.js\n");
    const files = contextFiles(contextPaths(inputs));
    assert.ok(files.includes("src/b.js") && !files.includes("src/a.js"));
  });

  it("covers the content of a Dockerfile outside the context, and which one is used inside it", () => {
    write("Other", "FROM scratch\nCOPY . .\n");
    const outside = { ...inputs, dockerfile: path.join(root, "Other") };
    const before = contentTag(outside);
    write("Other", "FROM scratch\n");
    assert.notEqual(contentTag(outside), before);
    write("app/Dockerfile2", "FROM scratch\n");
    assert.notEqual(
      contentTag({ ...inputs, dockerfile: path.join(inputs.context, "Dockerfile2") }),
      contentTag(inputs),
    );
  });

  it("covers a Dockerfile that .dockerignore excludes", () => {
    write("app/.dockerignore", "Dockerfile\n");
    const before = contentTag(inputs);
    write("app/Dockerfile", "FROM scratch\n");
    assert.notEqual(contentTag(inputs), before);
  });

  it("gives different trees different tags, and equal trees the same tag", () => {
    const tree = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string({ maxLength: 4 }), { maxKeys: 4 });
    fc.assert(
      fc.property(tree, tree, (one, two) => {
        const tag = (files: Record<string, string>) => {
          fs.rmSync(path.join(root, "t"), { recursive: true, force: true });
          write("t/Dockerfile", "FROM scratch\n");
          for (const [name, text] of Object.entries(files)) write(`t/${name}`, text);
          return contentTag({ context: path.join(root, "t"), platform: "linux/amd64" });
        };
        const equal = JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(two).sort());
        assert.equal(tag(one) === tag(two), equal);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it("suggests the right path for a Dockerfile given relative to the context", () => {
    const found = buildContextFaults({ context: inputs.context, dockerfile: "Dockerfile-none" });
    assert.equal(found[0]?.path, "dockerfile");
    write("app/Special", "FROM scratch\n");
    assert.match(buildContextFaults({ context: inputs.context, dockerfile: "Special" })[0]?.fix ?? "", /app\/Special/);
    assert.deepEqual(buildContextFaults(inputs), []);
  });

  it("reports a link in the project that leads out of it, as only an explicit path may", () => {
    const own = process.cwd();
    const outside = fs.mkdtempSync(path.join(os.tmpdir(), "outside-"));
    fs.writeFileSync(path.join(outside, "Dockerfile"), "FROM scratch\n");
    process.chdir(root);
    try {
      fs.symlinkSync(outside, "elsewhere");
      fs.symlinkSync(path.join(outside, "Dockerfile"), "Dockerfile");
      fs.symlinkSync("app", "same");
      const openly = path.relative(root, outside);
      const places: [context: string, dockerfile: string | undefined, path: string[]][] = [
        ["elsewhere", undefined, ["context"]],
        ["app/../elsewhere", undefined, ["context"]],
        ["app", "Dockerfile", ["dockerfile"]],
        [path.join(root, "elsewhere"), undefined, ["context"]],
        ["same", undefined, []],
        [openly, undefined, []],
        [outside, undefined, []],
        ["app", path.join(openly, "Dockerfile"), []],
      ];
      for (const [context, dockerfile, expected] of places) {
        const faults = buildContextFaults({ context, dockerfile });
        assert.deepEqual(
          faults.map((fault) => fault.path),
          expected,
          context,
        );
        for (const { rule, fix } of faults) {
          assert.match(rule, /^a symbolic link leads out of the project/);
          assert.ok(fix.includes(openly), fix);
        }
      }
    } finally {
      process.chdir(own);
      fs.rmSync(outside, { recursive: true });
    }
  });

  it("never waits for a pipe in place of a Dockerfile or an ignore file", () => {
    const before = contentTag(inputs);
    execFileSync("mkfifo", [path.join(root, "app/Dockerfile.dockerignore"), path.join(root, "pipe")]);
    // In the context the pipe only counts as an entry; its content is not read.
    assert.notEqual(contentTag(inputs), before);
    assert.deepEqual(
      buildContextFaults({ ...inputs, dockerfile: path.join(root, "pipe") }).map((fault) => fault.path),
      ["dockerfile"],
    );
  });
});
