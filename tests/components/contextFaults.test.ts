import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { buildContextFaults, contentTag, contextPaths } from "../../components/images/buildContext";
import { contextFiles } from "../../components/images/contextFiles";
import { ownTags } from "../../components/images/tagStrategy";
import { textOf } from "../../ecr/buildContext/fileNames";
import { faultMessage, InvalidInputError } from "../../ecr/faults";

/** Build contexts that are not only files with readable names: what counts of them, or which is refused. */
describe("build contexts with strange files", () => {
  let root: string;
  const at = (file: string) => path.join(root, "app", file);
  const write = (file: string, text: string | Buffer) => {
    fs.mkdirSync(path.dirname(at(file)), { recursive: true });
    fs.writeFileSync(at(file), text);
    fs.chmodSync(at(file), 0o644);
  };
  const inputs = () => ({ context: path.join(root, "app"), platform: "linux/amd64" });
  /** What is said of the inputs, by what finds it. */
  const faults = () => {
    const before = buildContextFaults(inputs());
    if (before.length > 0) return before.map(faultMessage);
    const tags = ownTags(inputs(), "content");
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

  /** As another user than root, whom nothing is forbidden. */
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

    /** Tags of the releases in which a link's content did not count. */
    const before: Record<string, string> = {
      "docker/Dockerfile": "src-4546be40412bcbf6",
      "folder/Dockerfile": "src-1e3043e3a932c4f7",
      "folder/../a.txt": "src-cf8eef21167313f0",
    };

    it("counts by what it says, outside of the context", () => {
      fs.writeFileSync(path.join(root, "Shared"), "FROM scratch\n");
      link("../Shared");
      assert.ok(changes(() => fs.writeFileSync(path.join(root, "Shared"), "FROM scratch AS other\n")));
    });

    it("counts by what it says where the ignore file hides that", () => {
      write("docker/Dockerfile", "FROM scratch\n");
      write(".dockerignore", "docker\n");
      link("docker/Dockerfile");
      assert.ok(changes(() => write("docker/Dockerfile", "FROM scratch AS other\n")));
    });

    it("counts by what it says at the end of links that are hidden", () => {
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

    it("counts by its entries alone where they say it all", () => {
      write("docker/Dockerfile", "FROM scratch\n");
      fs.symlinkSync("docker", at("folder"));
      for (const target of ["docker/Dockerfile", "folder/Dockerfile", "folder/../a.txt"]) {
        link(target);
        assert.equal(contentTag(inputs()), before[target], target);
      }
    });

    it("counts through a folder that is a link", () => {
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

    it("count, with the files' content", () => {
      assert.ok(changes(() => fs.writeFileSync(bytes(one), "1")));
      assert.ok(changes(() => fs.writeFileSync(bytes(one), "2")));
      assert.ok(changes(() => fs.renameSync(bytes(one), bytes(other))));
      assert.ok(!changes(() => fs.utimesSync(bytes(other), 1, 1)));
      assert.deepEqual(faults(), []);
    });

    it("count in the middle of a path, and in links", () => {
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

    it("are matched by patterns, in text and in bytes", () => {
      fs.writeFileSync(bytes(one), "1");
      fs.writeFileSync(bytes(other), "1");
      write(".dockerignore", Buffer.concat([one, Buffer.from("\n")]));
      assert.deepEqual(contextFiles(contextPaths(inputs())), [".dockerignore", "Dockerfile", "a.txt", textOf(other)]);
      write(".dockerignore", "a?.log\n");
      assert.deepEqual(contextFiles(contextPaths(inputs())), [".dockerignore", "Dockerfile", "a.txt"]);
    });
  });

  it("names every socket and every link that leads in a circle", async () => {
    fs.symlinkSync("circle", at("circle"));
    fs.mkdirSync(at("run"));
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(at("run/a.sock"), resolve));
    try {
      const [circle = "", socket = "", ...others] = faults();
      assert.match(
        circle,
        /context: "\S+\/app\/circle" — this cannot be read \(ELOOP\).*leave it out with \.dockerignore/,
      );
      assert.match(socket, /context: "\S+\/app\/run\/a\.sock" — a socket cannot be sent to Docker\..*leave it out/);
      assert.deepEqual(others, []);
      write(".dockerignore", "circle\nrun\n");
      assert.deepEqual(faults(), []);
    } finally {
      server.close();
    }
  });

  it("names every file and folder that cannot be read, unless they are left out", () => {
    write("secret.txt", "");
    write("secret/in.txt", "");
    write(textOf(Buffer.from("other.txt")), "");
    for (const file of ["secret.txt", "other.txt", "secret"]) fs.chmodSync(at(file), 0);
    const found = unprivileged(faults);
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /context: "\S+\/app\/secret" — this cannot be read \(EACCES\)/);
    write(".dockerignore", "secret\n!secret/none\n");
    const [first = "", second = "", ...others] = unprivileged(faults);
    assert.match(first, /\/app\/other\.txt" — this cannot be read \(EACCES\)/);
    assert.match(second, /\/app\/secret\.txt" — this cannot be read/);
    assert.deepEqual(others, []);
    write(".dockerignore", "secret\n*.txt\n");
    assert.deepEqual(unprivileged(faults), []);
  });

  it("names a Dockerfile and an ignore file that cannot be read", () => {
    fs.chmodSync(at("Dockerfile"), 0);
    write(".dockerignore", "Dockerfile\n");
    assert.match(unprivileged(faults).join(), /^dockerfile: "\S+" — the Dockerfile cannot be read \(EACCES\)/);
    fs.chmodSync(at(".dockerignore"), 0);
    assert.match(
      unprivileged(faults).join(),
      /^context: "\S+\.dockerignore" — the ignore file cannot be read \(EACCES\)/,
    );
  });

  it("names every line of an ignore file that Docker refuses", () => {
    write(".dockerignore", "a\n!\n# !\n[z\nb\\\n!/\n");
    const found = faults();
    assert.equal(found.length, 4, found.join("\n"));
    assert.match(
      found[0] ?? "",
      /^context: "\S+\.dockerignore:2: !" — line 2 of the ignore file has a "!" without a pattern/,
    );
    assert.match(found[1] ?? "", /:4: \[z" — line 4 .* is not a pattern, and Docker refuses it/);
    assert.match(found[2] ?? "", /line 5/);
    assert.match(found[3] ?? "", /line 6/);
  });

  it("names a line that Docker refuses only when it asks about a file", () => {
    write(".dockerignore", "\\1\n");
    assert.deepEqual(buildContextFaults(inputs()), []);
    assert.match(faults().join(), /^context: "\S+\.dockerignore:1: .*line 1 of the ignore file is not a pattern/);
    write(".dockerignore", "!\\1\n");
    assert.deepEqual(faults(), []);
  });

  it("names a line that is too long for Docker, and takes one that is not", () => {
    write(".dockerignore", `a\n#${"x".repeat(65_534)}\n`);
    assert.deepEqual(faults(), []);
    write(".dockerignore", `a\n#${"x".repeat(65_535)}\n`);
    const [found = ""] = faults();
    assert.match(found, /line 2 of the ignore file is longer than 65535 bytes/);
    assert.ok(found.length < 1000);
  });

  it("names an ignore file that is a folder, and goes past a link that leads nowhere", () => {
    fs.symlinkSync("nowhere", at("Dockerfile.dockerignore"));
    write(".dockerignore", "a.txt\n");
    assert.deepEqual(contextFiles(contextPaths(inputs())), [".dockerignore", "Dockerfile", "Dockerfile.dockerignore"]);
    fs.rmSync(at("Dockerfile.dockerignore"));
    fs.mkdirSync(at("Dockerfile.dockerignore"));
    assert.match(faults().join(), /^context: "\S+\/Dockerfile\.dockerignore" — .*it must be a file/);
  });

  it("says so when a file goes while the context is read", () => {
    const original = fs.lstatSync;
    (fs as { lstatSync: unknown }).lstatSync = ((file: fs.PathLike, ...rest: []) => {
      if (String(file).endsWith("a.txt") && fs.existsSync(file)) fs.unlinkSync(file);
      return original(file, ...rest);
    }) as typeof fs.lstatSync;
    try {
      assert.throws(
        () => contentTag(inputs()),
        (error) =>
          error instanceof InvalidInputError && /a\.txt" — this was there and is not any more/.test(error.message),
      );
    } finally {
      (fs as { lstatSync: unknown }).lstatSync = original;
    }
  });

  it("takes a path as deep as the system does", () => {
    const names = Array.from({ length: 1000 }, () => "d");
    write([...names, "f"].join("/"), "1");
    assert.ok(changes(() => write([...names, "f"].join("/"), "2")));
  });
});
