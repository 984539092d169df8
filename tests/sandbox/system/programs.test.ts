import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { freePort, portProblem } from "../../../sandbox/system/ports";
import { findProgram, findPrograms, searchPath } from "../../../sandbox/system/programs";
import { removeTemporary, temporaryDirectory, writeScript } from "../temporary";

describe("system: programs", () => {
  const originalPath = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = originalPath;
    removeTemporary();
  });

  it("finds executable files only, in the order of the directories, each once", () => {
    const [first, second, alias] = [temporaryDirectory(), temporaryDirectory(), path.join(temporaryDirectory(), "bin")];
    fs.symlinkSync(second, alias);
    fs.writeFileSync(path.join(first, "tool"), "not executable");
    writeScript(path.join(second, "tool"), "#!/bin/sh\n");
    fs.mkdirSync(path.join(first, "folder"));
    assert.deepEqual(findPrograms("tool", [first, "/does/not/exist", second, alias]), [path.join(second, "tool")]);
    assert.equal(findProgram("folder", [first]), undefined);
  });

  it("searches PATH without its relative entries, and further folders when asked", () => {
    const directory = temporaryDirectory();
    writeScript(path.join(directory, "tool"), "#!/bin/sh\n");
    process.env["PATH"] = `relative::${directory}`;
    assert.deepEqual(searchPath("/more"), [directory, "/more"]);
    assert.equal(findProgram("tool"), path.join(directory, "tool"));
    process.env["PATH"] = "";
    assert.equal(findProgram("tool"), undefined);
    assert.equal(findProgram("tool", searchPath(directory)), path.join(directory, "tool"));
  });
});

describe("system: ports", () => {
  it("tells a port in use from a free one", async () => {
    const port = await freePort();
    assert.equal(await portProblem(port), undefined);
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    try {
      assert.equal(await portProblem(port), "EADDRINUSE");
    } finally {
      server.close();
    }
  });
});
