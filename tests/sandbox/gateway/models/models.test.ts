import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  modelFiles,
  modelsFolder,
  writeNewestModels,
  writePinnedModels,
} from "../../../../sandbox/gateway/models/botocoreModels";
import { removeTemporary, temporaryDirectory } from "../../temporary";
import { itInFull } from "../../tools";

type Model = { operations: Record<string, unknown>; shapes: Record<string, unknown> };

function read(folder: string, file: string): Model {
  return JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as Model;
}

/** Names of the operations and shapes that differ between two models. */
function differences(one: Model, other: Model): string[] {
  return (["operations", "shapes"] as const).flatMap((part) =>
    [...new Set([...Object.keys(one[part]), ...Object.keys(other[part])])]
      .filter((name) => JSON.stringify(one[part][name]) !== JSON.stringify(other[part][name]))
      .map((name) => `${part}.${name}`),
  );
}

describe("gateway: the service models", () => {
  afterEach(removeTemporary);

  it("match the pinned botocore; if not: npm run models", async () => {
    const folder = temporaryDirectory();
    await writePinnedModels(folder, () => {});
    for (const file of modelFiles) assert.deepEqual(read(modelsFolder, file), read(folder, file), file);
  });

  itInFull(
    "match the newest botocore's operations and shapes; if not: sandbox/python/botocore.in, python:lock, models",
    async () => {
      const folder = temporaryDirectory();
      await writeNewestModels(folder, () => {});
      for (const file of modelFiles) {
        assert.deepEqual(differences(read(modelsFolder, file), read(folder, file)), [], file);
      }
    },
  );

  it("differ when an operation or a shape differs", () => {
    const model = read(modelsFolder, "ecr.json");
    assert.deepEqual(differences(model, structuredClone(model)), []);
    const { StartReplicationBackfill, ...operations } = model.operations;
    const shapes = { ...model.shapes, ScanStatus: { type: "string", enum: [] } };
    assert.deepEqual(differences(model, { operations, shapes }), [
      "operations.StartReplicationBackfill",
      "shapes.ScanStatus",
    ]);
  });
});
