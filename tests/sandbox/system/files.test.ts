import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  createAtomically,
  placeFile,
  removeUnfinished,
  replaceLink,
  writeFileAtomically,
} from "../../../sandbox/system/files";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("system: files", () => {
  let folder = "";
  beforeEach(() => {
    folder = temporaryDirectory();
  });
  afterEach(removeTemporary);
  const mode = (file: string) => fs.statSync(file).mode & 0o777;

  it("replaces a file by a new one, with exactly the given mode, or by default for its owner only", () => {
    const file = path.join(folder, "deep", "file");
    writeFileAtomically(file, "old");
    const { ino } = fs.statSync(file);
    const umask = process.umask(0o077);
    try {
      writeFileAtomically(file, Buffer.from("new"), 0o755);
      assert.equal(mode(file), 0o755);
      process.umask(0);
      writeFileAtomically(path.join(folder, "private", "file"), "");
      assert.deepEqual(
        [mode(path.join(folder, "private")), mode(path.join(folder, "private", "file"))],
        [0o700, 0o600],
      );
    } finally {
      process.umask(umask);
    }
    assert.equal(fs.readFileSync(file, "utf8"), "new");
    assert.notEqual(fs.statSync(file).ino, ino, "whoever reads the old one reads it to its end");
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ["file"]);
  });

  it("leaves no partial file behind when the target cannot be replaced", () => {
    fs.mkdirSync(path.join(folder, "taken"));
    assert.throws(() => writeFileAtomically(path.join(folder, "taken"), "text"));
    assert.deepEqual(fs.readdirSync(folder), ["taken"]);
  });

  it("redirects a link, and leaves a correct one alone", () => {
    const link = path.join(folder, "bin", "tool");
    replaceLink("/a/tool", link);
    const { ino } = fs.lstatSync(link);
    replaceLink("/a/tool", link);
    assert.equal(fs.lstatSync(link).ino, ino);
    replaceLink("/b/tool", link);
    assert.equal(fs.readlinkSync(link), "/b/tool");
    fs.rmSync(link);
    fs.writeFileSync(link, "a file in its place");
    replaceLink("/a/tool", link);
    assert.equal(fs.readlinkSync(link), "/a/tool");
    assert.deepEqual(fs.readdirSync(path.dirname(link)), ["tool"]);
  });

  it("places a file as a hard link, repeatedly", () => {
    const from = path.join(folder, "from");
    fs.writeFileSync(from, "program", { mode: 0o755 });
    for (let time = 0; time < 2; time++) placeFile(from, path.join(folder, "to"));
    assert.equal(fs.statSync(path.join(folder, "to")).ino, fs.statSync(from).ino);
    assert.deepEqual(fs.readdirSync(folder), ["from", "to"]);
  });

  it("copies a file, with its mode, where a link is impossible", function () {
    const other = "/dev/shm";
    if (!fs.existsSync(other) || fs.statSync(other).dev === fs.statSync(folder).dev) this.skip();
    const from = fs.mkdtempSync(path.join(other, "ecr-sandbox-"));
    try {
      fs.writeFileSync(path.join(from, "file"), "program", { mode: 0o755 });
      placeFile(path.join(from, "file"), path.join(folder, "to"));
      assert.equal(fs.readFileSync(path.join(folder, "to"), "utf8"), "program");
      assert.equal(mode(path.join(folder, "to")), 0o755);
    } finally {
      fs.rmSync(from, { recursive: true });
    }
  });

  describe("createAtomically", () => {
    const fill = (text: string) => async (temporary: string) => {
      fs.writeFileSync(path.join(temporary, "file"), text);
      return temporary;
    };

    it("makes a filled folder, or a part of it, once", async () => {
      const target = path.join(folder, "cache", "1.0");
      await createAtomically(target, fill("first"));
      await createAtomically(target, () => assert.fail("it is there"));
      await createAtomically(path.join(folder, "cache", "part"), async (temporary) =>
        path.join(await fill("part")(temporary), "file"),
      );
      assert.equal(fs.readFileSync(path.join(target, "file"), "utf8"), "first");
      assert.equal(fs.readFileSync(path.join(folder, "cache", "part"), "utf8"), "part");
      assert.deepEqual(fs.readdirSync(path.join(folder, "cache")).sort(), ["1.0", "part"]);
    });

    it("leaves nothing after a failure, which reaches the caller", async () => {
      await assert.rejects(
        createAtomically(path.join(folder, "1.0"), async (temporary) => {
          await fill("half")(temporary);
          throw new Error("broken");
        }),
        /broken/,
      );
      assert.deepEqual(fs.readdirSync(folder), []);
    });

    it("keeps the first result when two make it at the same time", async () => {
      const target = path.join(folder, "1.0");
      await createAtomically(target, async (temporary) => {
        await createAtomically(target, fill("quicker"));
        return fill("slower")(temporary);
      });
      assert.equal(fs.readFileSync(path.join(target, "file"), "utf8"), "quicker");
      assert.deepEqual(fs.readdirSync(folder), ["1.0"]);
    });

    it("lets removeUnfinished remove what a killed attempt left, and nothing else", async () => {
      await createAtomically(path.join(folder, "1.0"), async (temporary) => {
        fs.cpSync(temporary, `${temporary}-killed`, { recursive: true });
        return fill("whole")(temporary);
      });
      fs.writeFileSync(path.join(folder, ".other"), "");
      assert.equal(fs.readdirSync(folder).length, 3);
      removeUnfinished(folder);
      removeUnfinished(path.join(folder, "not there"));
      assert.deepEqual(fs.readdirSync(folder).sort(), [".other", "1.0"]);
    });
  });
});
