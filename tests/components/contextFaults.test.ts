import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { buildContextFaults, contextPaths } from "../../components/images/buildContext";
import { contextFiles } from "../../components/images/contextFiles";
import { strategyTags } from "../../components/images/tagStrategy";
import { decodeBytes } from "../../ecr/buildContext/fileNames";
import { faultMessage, InvalidInputError } from "../../ecr/faults";
import { contentTag } from "./contentTag";

/** Build contexts with more than readable files: what counts towards the tag, and what is refused. */
describe("build contexts with unusual files", () => {
  let root: string;
  const at = (file: string) => path.join(root, "app", file);
  const write = (file: string, text: string | Buffer) => {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true });
    fs.writeFileSync(at(file), text);
    fs.chmodSync(at(file), 0o644);
  };
  const inputs = () => ({ context: path.join(root, "app"), platform: "linux/amd64" });
  /** The faults of the inputs, from the check that finds them first. */
  const faults = () => {
    const before = buildContextFaults(inputs());
    if (before.length > 0) return before.map(faultMessage);
    const tags = strategyTags(inputs(), "content");
    return "faults" in tags ? tags.faults.map(faultMessage) : [];
  };
  const changes = (change: () => void) => {
    const before = contentTag(inputs());
    change();
    return contentTag(inputs()) !== before;
  };
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "strange-"));
    write("Dockerfile", "FROM scratch\nCOPY . .\n");
    write("a.txt", "a");
  });
  afterEach(() => {
    spawnSync("chmod", ["-R", "u+rwx", root]);
    fs.rmSync(root, { recursive: true });
  });

  /** Runs as a user other than root, who can read everything. */
  function unprivileged<T>(run: () => T): T {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) spawnSync("chown", ["-R", "65534", root]);
    if (isRoot) process.seteuid?.(65534);
    try {
      return run();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  }

  describe("a Dockerfile that is a link", () => {
    const link = (target: string) => {
      fs.rmSync(at("Dockerfile"));
      fs.symlinkSync(target, at("Dockerfile"));
    };

    /** Tags from releases in which the content of a link's target did not count. */
    const before: Record<string, string> = {
      "docker/Dockerfile": "src-4546be40412bcbf6",
      "folder/Dockerfile": "src-1e3043e3a932c4f7",
      "folder/../a.txt": "src-cf8eef21167313f0",
    };

    it("counts with its target's content outside the context", () => {
      fs.writeFileSync(path.join(root, "Shared"), "FROM scratch\n");
      link("../Shared");
      assert.ok(changes(() => fs.writeFileSync(path.join(root, "Shared"), "FROM scratch AS other\n")));
    });

    it("counts with its target's content when the ignore file excludes the target", () => {
      write("docker/Dockerfile", "FROM scratch\n");
      write(".dockerignore", "docker\n");
      link("docker/Dockerfile");
      assert.ok(changes(() => write("docker/Dockerfile", "FROM scratch AS other\n")));
    });

    it("counts with its target's content at the end of excluded links", () => {
      write("one", "FROM scratch\n");
      write("two", "FROM scratch AS other\n");
      write(".dockerignore", "hidden\n");
      fs.symlinkSync("one", at("hidden"));
      link("hidden");
      const change = () => {
        fs.rmSync(at("hidden"));
        fs.symlinkSync("two", at("hidden"));
      };
      assert.ok(changes(change));
    });

    it("keeps its earlier tag when the context includes the target anyway", () => {
      write("docker/Dockerfile", "FROM scratch\n");
      fs.symlinkSync("docker", at("folder"));
      for (const target of ["docker/Dockerfile", "folder/Dockerfile", "folder/../a.txt"]) {
        link(target);
        assert.equal(contentTag(inputs()), before[target], target);
      }
    });

    it("counts with its target's content behind a folder that is a link", () => {
      write("one/Dockerfile", "FROM scratch\n");
      write("two/Dockerfile", "FROM scratch AS other\n");
      write(".dockerignore", "folder\n");
      fs.symlinkSync("one", at("folder"));
      link("folder/Dockerfile");
      const change = () => {
        fs.rmSync(at("folder"));
        fs.symlinkSync("two", at("folder"));
      };
      assert.ok(changes(change));
    });
  });

  describe("names that are not UTF-8", () => {
    const bytes = (name: Buffer) => Buffer.concat([Buffer.from(`${at("")}/`), name]);
    const one = Buffer.from([0x61, 0xe9, 0x2e, 0x6c, 0x6f, 0x67]);
    const other = Buffer.from([0x61, 0xe8, 0x2e, 0x6c, 0x6f, 0x67]);

    it("count towards the tag, with the files' content", () => {
      assert.ok(changes(() => fs.writeFileSync(bytes(one), "1")));
      assert.ok(changes(() => fs.writeFileSync(bytes(one), "2")));
      assert.ok(changes(() => fs.renameSync(bytes(one), bytes(other))));
      assert.ok(!changes(() => fs.utimesSync(bytes(other), 1, 1)));
      assert.deepEqual(faults(), []);
    });

    it("count in the middle of a path, and in link targets", () => {
      fs.mkdirSync(bytes(one));
      const inside = Buffer.concat([bytes(one), Buffer.from("/in.txt")]);
      assert.ok(changes(() => fs.writeFileSync(inside, "1")));
      assert.ok(changes(() => fs.writeFileSync(inside, "2")));
      fs.symlinkSync(one, at("link"));
      const change = () => {
        fs.rmSync(at("link"));
        fs.symlinkSync(other, at("link"));
      };
      assert.ok(changes(change));
    });

    it("are matched by patterns, as text and as bytes", () => {
      fs.writeFileSync(bytes(one), "1");
      fs.writeFileSync(bytes(other), "1");
      write(".dockerignore", Buffer.concat([one, Buffer.from("\n")]));
      assert.deepEqual(contextFiles(contextPaths(inputs())), [
        ".dockerignore",
        "Dockerfile",
        "a.txt",
        decodeBytes(other),
      ]);
      write(".dockerignore", "a?.log\n");
      assert.deepEqual(contextFiles(contextPaths(inputs())), [".dockerignore", "Dockerfile", "a.txt"]);
    });
  });

  it("names every socket and every circular link", async () => {
    fs.symlinkSync("circle", at("circle"));
    fs.mkdirSync(at("run"));
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(at("run/a.sock"), resolve));
    try {
      const [circle = "", socket = "", ...others] = faults();
      assert.match(
        circle,
        /context: found "\S+\/app\/circle"\. This cannot be read \(ELOOP\).*exclude it with \.dockerignore/,
      );
      assert.match(socket, /context: found "\S+\/app\/run\/a\.sock"\. A socket cannot be sent to Docker\..*exclude it/);
      assert.deepEqual(others, []);
      write(".dockerignore", "circle\nrun\n");
      assert.deepEqual(faults(), []);
    } finally {
      server.close();
    }
  });

  it("names every file and folder that cannot be read, unless it is excluded", () => {
    write("secret.txt", "");
    write("secret/in.txt", "");
    write(decodeBytes(Buffer.from("other.txt")), "");
    for (const file of ["secret.txt", "other.txt", "secret"]) fs.chmodSync(at(file), 0);
    const found = unprivileged(faults);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /context: found "\S+\/app\/secret"\. This cannot be read \(EACCES\)/);
    write(".dockerignore", "secret\n!secret/none\n");
    const [first = "", second = "", ...others] = unprivileged(faults);
    assert.match(first, /\/app\/other\.txt"\. This cannot be read \(EACCES\)/);
    assert.match(second, /\/app\/secret\.txt"\. This cannot be read/);
    assert.deepEqual(others, []);
    write(".dockerignore", "secret\n*.txt\n");
    assert.deepEqual(unprivileged(faults), []);
  });

  it("names a Dockerfile and an ignore file that cannot be read", () => {
    fs.chmodSync(at("Dockerfile"), 0);
    write(".dockerignore", "Dockerfile\n");
    assert.match(unprivileged(faults).join(), /^dockerfile: found "\S+"\. The Dockerfile cannot be read \(EACCES\)/);
    fs.chmodSync(at(".dockerignore"), 0);
    assert.match(
      unprivileged(faults).join(),
      /^context: found "\S+\.dockerignore"\. The ignore file cannot be read \(EACCES\)/,
    );
  });

  it("names every line of an ignore file that Docker refuses", () => {
    write(".dockerignore", "a\n!\n# !\n[z\nb\\\n!/\n");
    const found = faults();
    assert.equal(found.length, 4, found.join("\n"));
    assert.match(
      found[0] ?? "",
      /^context: found "\S+\.dockerignore:2: !"\. Line 2 of the ignore file has a "!" without a pattern/,
    );
    assert.match(found[1] ?? "", /:4: \[z"\. Line 4 .* is not a pattern, and Docker rejects it/);
    assert.match(found[2] ?? "", /Line 5/);
    assert.match(found[3] ?? "", /Line 6/);
  });

  it("names a line that Docker does not refuse until it matches a file against it", () => {
    write(".dockerignore", "\\1\n");
    assert.deepEqual(buildContextFaults(inputs()), []);
    assert.match(faults().join(), /^context: found "\S+\.dockerignore:1: .*Line 1 of the ignore file is not a pattern/);
    write(".dockerignore", "!\\1\n");
    assert.deepEqual(faults(), []);
  });

  it("names a line that is too long for Docker, and accepts the longest that is allowed", () => {
    write(".dockerignore", `a\n#${"x".repeat(65_534)}\n`);
    assert.deepEqual(faults(), []);
    write(".dockerignore", `a\n#${"x".repeat(65_535)}\n`);
    const [found = ""] = faults();
    assert.match(found, /Line 2 of the ignore file is longer than 65535 bytes/);
    assert.ok(found.length < 1000);
  });

  it("names an ignore file that is a folder, and ignores one that is a dangling link", () => {
    fs.symlinkSync("nowhere", at("Dockerfile.dockerignore"));
    write(".dockerignore", "a.txt\n");
    assert.deepEqual(contextFiles(contextPaths(inputs())), [".dockerignore", "Dockerfile", "Dockerfile.dockerignore"]);
    fs.rmSync(at("Dockerfile.dockerignore"));
    fs.mkdirSync(at("Dockerfile.dockerignore"));
    assert.match(faults().join(), /^context: found "\S+\/Dockerfile\.dockerignore"\. .*it must be a file/);
  });

  it("reports a file that disappears while the context is read", () => {
    const original = fs.lstatSync;
    (fs as { lstatSync: unknown }).lstatSync = ((file: fs.PathLike, ...rest: []) => {
      if (String(file).endsWith("a.txt") && fs.existsSync(file)) fs.unlinkSync(file);
      return original(file, ...rest);
    }) as typeof fs.lstatSync;
    try {
      assert.throws(
        () => contentTag(inputs()),
        (error) => error instanceof InvalidInputError && /a\.txt"\. This has disappeared/.test(error.message),
      );
    } finally {
      (fs as { lstatSync: unknown }).lstatSync = original;
    }
  });

  it("reads paths as deep as the system allows", () => {
    const names = Array.from({ length: 1000 }, () => "d");
    write([...names, "f"].join("/"), "1");
    assert.ok(changes(() => write([...names, "f"].join("/"), "2")));
  });
});
