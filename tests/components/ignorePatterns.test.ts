import assert from "node:assert/strict";
import { fullTests, toolsTimeout } from "../sandbox/tools";
import { dockerWalk, walkBoth } from "./dockerContext/docker";
import { randomContexts } from "./dockerContext/randomContexts";

describe("ignore files against Docker's own modules", function () {
  this.timeout(toolsTimeout);
  let walk: string;
  before(async () => {
    walk = await dockerWalk();
  });

  const seed = 17;
  const count = fullTests ? 10_000 : 400;
  it(`takes the same files of ${count} random contexts, and refuses the same ignore files`, () => {
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
