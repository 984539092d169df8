import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { findLocalImage } from "../../components/images/localImage";

describe("an image that Docker holds", () => {
  let folder: string;
  const before = process.env["PATH"];
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "docker-"));
    process.env["PATH"] = `${folder}:${before}`;
  });
  afterEach(() => {
    process.env["PATH"] = before;
    fs.rmSync(folder, { recursive: true });
  });
  const docker = (answer: string) => {
    fs.writeFileSync(path.join(folder, "answer"), answer);
    fs.writeFileSync(path.join(folder, "docker"), `#!/bin/sh\ncat ${folder}/answer\n`, { mode: 0o755 });
  };
  const Id = `sha256:${"a".repeat(64)}`;

  it("is identified by its ID", () => {
    docker(JSON.stringify({ Id, Os: "linux", Architecture: "arm", Variant: "v7", Config: { Labels: null } }));
    assert.deepEqual(findLocalImage("app:1", "linux/arm/v7"), { id: Id });
  });

  it("is refused if its platform or ID is malformed, since whoever built it chose them", () => {
    for (const part of [
      { Os: "linux\n::error::x" },
      { Architecture: "amd64\u001b[2J" },
      { Architecture: "arm", Variant: "../x" },
      { Os: 7 },
      { Os: "" },
      { Id: "app:1" },
    ]) {
      docker(JSON.stringify({ Id, Os: "linux", Architecture: "amd64", ...part }));
      for (const wanted of [undefined, "linux/arm64"]) {
        const found = findLocalImage("app:1", wanted);
        assert.ok("faults" in found, JSON.stringify(part));
        assert.match(found.faults[0]?.rule ?? "", /^Docker's answer has no valid /);
        assert.doesNotMatch(JSON.stringify(found), /::error|001b/);
      }
    }
    docker("[]\nnull");
    assert.ok("faults" in findLocalImage("app:1", undefined));
  });
});
