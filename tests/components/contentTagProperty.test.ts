import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { type BuildInputs, dockerfileOf } from "../../components/images/buildContext";
import type { CallContext } from "../../provider/protocol/definition";
import type { PropertyMap } from "../../provider/protocol/values";
import type { DockerEngine } from "../../sandbox/providers/docker/dockerEngine";
import { image } from "../../sandbox/providers/docker/image";
import { contentTag } from "./contentTag";

/** An entry of a random context. */
type Entry = { kind: "file"; text: string; mode: number } | { kind: "link"; target: string };
type Tree = Record<string, Entry>;

/**
 * Compares the content tag with the Docker provider's own rules, which its stand-in reproduces byte for byte: whatever
 * the provider sees as a change must give another tag, because an unchanged tag is neither built nor pushed.
 */
describe("contentTag and the Docker provider", () => {
  let root: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "property-"));
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  const names = ["a", "B", "keep.log", "drop.log", "é", "sub/a", "sub/deep/b", "sub/drop.log", "node_modules/x"];
  const file = fc.record({
    kind: fc.constant("file" as const),
    text: fc.constantFrom("", "1", "2", "\n"),
    mode: fc.constantFrom(0o644, 0o755, 0o600),
  });
  // To files and folders in the context and to nothing. The provider fails on links that point to each other.
  const link = fc.record({
    kind: fc.constant("link" as const),
    target: fc.constantFrom("Dockerfile", "../Other", "Dockerfile/..", "sub", "none"),
  });
  const entry: fc.Arbitrary<Entry> = fc.oneof({ weight: 4, arbitrary: file }, { weight: 1, arbitrary: link });
  const tree: fc.Arbitrary<Tree> = fc.dictionary(fc.constantFrom(...names), entry, { maxKeys: 6 });
  const ignoreFile = fc.option(
    fc
      .array(
        fc.constantFrom("*.log", "!keep.log", "**/*.log", "node_modules", "sub", "!sub/a", "sub/deep", "# no", "a"),
        {
          maxLength: 4,
        },
      )
      .chain((lines) => fc.constantFrom(lines.join("\n"), `\uFEFF${lines.join("\n")}`)),
    { nil: undefined },
  );
  const settings = fc.record(
    {
      args: fc.dictionary(fc.constantFrom("A", "B"), fc.constantFrom("1", "2"), { noNullPrototype: true }),
      target: fc.constantFrom("one", "two"),
      platform: fc.constantFrom("linux/amd64", "linux/arm64"),
      network: fc.constantFrom("none", "host"),
      extraHosts: fc.dictionary(fc.constantFrom("h", "i"), fc.constantFrom("10.0.0.1", "10.0.0.2"), {
        noNullPrototype: true,
      }),
      dockerfile: fc.constantFrom("Dockerfile", "Other", "../Outside"),
    },
    { requiredKeys: ["platform", "dockerfile"], noNullPrototype: true },
  );
  const build = fc.record({
    tree,
    ignoreFile,
    settings,
    from: fc.constantFrom("scratch", "one@sha256:1", "one@sha256:2"),
  });
  type Build = typeof build extends fc.Arbitrary<infer T> ? T : never;

  /**
   * Writes a context and returns its build inputs. All are in the same place, which the provider's digest of links
   * depends on.
   */
  function write({ tree: files, ignoreFile: ignored, settings: more, from }: Build): BuildInputs {
    const context = path.join(root, "app");
    fs.rmSync(context, { recursive: true, force: true });
    for (const name of ["app/Dockerfile", "app/Other", "Outside"]) {
      fs.mkdirSync(context, { recursive: true });
      fs.writeFileSync(path.join(root, name), `FROM ${from}\n`);
    }
    if (ignored !== undefined) fs.writeFileSync(path.join(context, ".dockerignore"), ignored);
    for (const [name, each] of Object.entries(files)) {
      const absolute = path.join(context, name);
      fs.mkdirSync(path.dirname(absolute), { recursive: true });
      if (each.kind === "link") fs.symlinkSync(each.target, absolute);
      else fs.writeFileSync(absolute, each.text, { mode: each.mode });
    }
    return { ...more, context, dockerfile: path.join(context, more.dockerfile) };
  }

  const context: CallContext = { urn: "", preview: false, signal: new AbortController().signal, log() {}, status() {} };
  const noEngine = undefined as unknown as DockerEngine;

  /** The inputs as the provider stores them. */
  async function checked(inputs: BuildInputs): Promise<PropertyMap> {
    const { args, target, platform, network, extraHosts } = inputs;
    const given = {
      context: inputs.context,
      dockerfile: dockerfileOf(inputs),
      args,
      target,
      platform,
      network,
      addHosts: extraHosts && Object.entries(extraHosts).map(([host, address]) => `${host}:${address}`),
    };
    const news = {
      imageName: "localhost:5000/a:1",
      build: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as PropertyMap,
    };
    const request = { olds: {}, news, randomSeed: new Uint8Array() };
    return (await image.check(request, noEngine, context)).inputs;
  }

  async function isChange(before: PropertyMap, after: PropertyMap): Promise<boolean> {
    const request = { id: "", oldInputs: before, oldOutputs: { __inputs: before }, news: after, ignoreChanges: [] };
    return Object.keys((await image.diff(request, noEngine, context)).changes).length > 0;
  }

  it("gives another tag whenever the provider sees a change", async () => {
    let changes = 0;
    await fc.assert(
      fc.asyncProperty(build, build, async (one, two) => {
        const first = write(one);
        const [firstTag, before] = [contentTag(first), await checked(first)];
        const second = write(two);
        const [secondTag, after] = [contentTag(second), await checked(second)];
        if (!(await isChange(before, after))) return;
        changes++;
        assert.notEqual(secondTag, firstTag);
      }),
      { seed: 1, numRuns: 150 },
    );
    assert.ok(changes > 100, `only ${changes} changes: the property was hardly tried`);
  });

  /** A build, and the same build with one change: a file's content, mode or kind, or a single setting. */
  const smallChange = build.chain((before) => {
    const change = (name: string, each: Entry) => ({ ...before, tree: { ...before.tree, [name]: each } });
    const set = (key: string, value: unknown) =>
      ({ ...before, settings: { ...before.settings, [key]: value } }) as Build;
    const name = fc.constantFrom(...Object.keys(before.tree), "a");
    return fc
      .oneof(
        fc.tuple(fc.constantFrom(...names), entry).map(([each, value]) => change(each, value)),
        fc.tuple(name, fc.constantFrom(0o644, 0o755, 0o600)).map(([each, mode]) => {
          const old = before.tree[each];
          return change(each, old?.kind === "file" ? { ...old, mode } : { kind: "file", text: "", mode });
        }),
        ignoreFile.map((each) => ({ ...before, ignoreFile: each })),
        fc
          .constantFrom("network", "target")
          .chain((key) => fc.constantFrom("one", "two").map((value) => set(key, value))),
        fc
          .constantFrom("args", "extraHosts")
          .chain((key) => fc.constantFrom({ a: "1" }, { a: "2" }).map((value) => set(key, value))),
        fc.constantFrom("linux/amd64", "linux/arm64").map((value) => set("platform", value)),
        fc.constantFrom("Other", "../Outside").map((value) => set("dockerfile", value)),
      )
      .map((after) => ({ before, after }));
  });

  it("does so for small changes too, and keeps the tag of an identical build", async () => {
    const seen = { changed: 0, same: 0 };
    await fc.assert(
      fc.asyncProperty(smallChange, async ({ before, after }) => {
        const first = write(before);
        const [firstTag, firstInputs] = [contentTag(first), await checked(first)];
        const second = write(after);
        const secondTag = contentTag(second);
        if (await isChange(firstInputs, await checked(second))) {
          seen.changed++;
          assert.notEqual(secondTag, firstTag);
        }
        // The same build written again: different times, inode numbers and order on disk.
        const again = { ...before, tree: Object.fromEntries(Object.entries(before.tree).reverse()) };
        assert.equal(contentTag(write(again)), firstTag);
        seen.same++;
      }),
      { seed: 2, numRuns: 250 },
    );
    assert.ok(seen.changed > 80 && seen.same > 100, JSON.stringify(seen));
  });

  it("keeps the tag when only files change that Docker does not get", async () => {
    const text = fc.string({ maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        build,
        text,
        fc.constantFrom("hidden/a", "hidden/deep/b", "x.tmp", "sub/x.tmp"),
        async (one, content, name) => {
          // Docker does not treat a byte order mark as part of the first rule.
          const rules = `\uFEFFhidden\n**/*.tmp\n${one.ignoreFile?.replace("\uFEFF", "") ?? ""}`;
          const inputs = write({ ...one, ignoreFile: rules });
          const [tag, before] = [contentTag(inputs), await checked(inputs)];
          const absolute = path.join(inputs.context, name);
          if (!fs.existsSync(path.dirname(absolute)) || fs.statSync(path.dirname(absolute)).isDirectory()) {
            fs.mkdirSync(path.dirname(absolute), { recursive: true });
            fs.writeFileSync(absolute, content);
          }
          fs.mkdirSync(path.join(inputs.context, "empty"), { recursive: true });
          fs.utimesSync(dockerfileOf(inputs), 1, 1);
          if (process.getuid?.() === 0) fs.chownSync(dockerfileOf(inputs), 12345, 12345);
          assert.equal(contentTag(inputs), tag);
          assert.equal(await isChange(before, await checked(inputs)), false);
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });
});
