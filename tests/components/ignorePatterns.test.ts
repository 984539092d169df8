import assert from "node:assert/strict";
import { fullTests, toolsTimeout } from "../sandbox/tools";
import { dockerWalk, walkBoth } from "./dockerContext/docker";
import { randomContexts } from "./dockerContext/randomContexts";
import { realIgnoreFiles } from "./dockerContext/realTree";
import { table } from "./dockerContext/table";

describe("ignore files compared with Docker's own modules", function () {
  this.timeout(toolsTimeout);
  let walk: string;
  before(async () => {
    walk = await dockerWalk();
  });

  it("select the files in the table, as Docker does", () => {
    const cases = table.map(([ignore, files]) => ({ ignore: Buffer.from(ignore), files }));
    const both = walkBoth(walk, cases);
    const expected = table.map(([ignore, , sent]) => ({ ignore, sent: sent === "refused" ? sent : [...sent].sort() }));
    const found = (by: "docker" | "own") => table.map(([ignore], index) => ({ ignore, sent: both[index]?.[by] }));
    assert.deepEqual(found("docker"), expected);
    assert.deepEqual(found("own"), expected);
  });

  it("select the same files, in the style of a hundred projects", () => {
    const cases = realIgnoreFiles();
    assert.ok(cases.length >= 100);
    const effective = walkBoth(walk, cases).filter(({ docker, own }, index) => {
      assert.deepEqual(own, docker, cases[index]?.name);
      return docker !== "refused" && docker.length < (cases[index]?.files.length ?? 0);
    });
    assert.ok(effective.length >= 80, `only ${effective.length} leave anything out`);
  });

  const seed = 17;
  const count = fullTests ? 10_000 : 400;
  it(`select the same files in ${count} random contexts, and the same ones are refused`, () => {
    const seen = { refused: 0, some: 0, all: 0 };
    const differences: string[] = [];
    const cases = randomContexts(seed, count);
    for (let at = 0; at < count; at += 500) {
      const batch = cases.slice(at, at + 500);
      walkBoth(walk, batch).forEach(({ docker, own }, index) => {
        if (docker === "refused") seen.refused++;
        else if (docker.length < new Set(batch[index]?.files).size) seen.some++;
        else seen.all++;
        if (JSON.stringify(docker) !== JSON.stringify(own)) {
          const { files, ignore } = batch[index] ?? {};
          differences.push(JSON.stringify({ ignore: ignore?.toString(), files, docker, own }));
        }
      });
    }
    assert.deepEqual(differences.slice(0, 20), [], `${differences.length} differences`);
    assert.ok(
      Object.values(seen).every((times) => times > count / 20),
      JSON.stringify(seen),
    );
  });
});
