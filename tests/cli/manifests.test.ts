import assert from "node:assert/strict";
import { parentsIn, readManifest } from "../../cli/aws/manifests";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

describe("manifests as commands read them", () => {
  it("list each of an index's images once, however often it names one", () => {
    const manifests = Array.from({ length: 30_000 }, () => ({ digest: digest("a") }));
    assert.deepEqual(readManifest(JSON.stringify({ manifests })).children, [digest("a")]);
  });

  it("map each image to the indexes that contain it", () => {
    const index = (...children: string[]) =>
      readManifest(JSON.stringify({ manifests: children.map((each) => ({ digest: each })) }));
    const parents = parentsIn(
      new Map([
        [digest("c"), index(digest("a"), digest("a"), digest("b"))],
        [digest("d"), index(digest("a"))],
      ]),
    );
    assert.deepEqual(Object.fromEntries(parents), {
      [digest("a")]: [digest("c"), digest("d")],
      [digest("b")]: [digest("c")],
    });
  });

  it("count only valid digests and sizes, whatever else was pushed", () => {
    for (const content of [null, [], { manifests: null, config: null, layers: null }, { manifests: {}, layers: "x" }]) {
      const { children, blobs } = readManifest(JSON.stringify(content));
      assert.deepEqual([children, blobs], [[], []]);
    }
    const layers = [
      null,
      { digest: "__proto__", size: 1 },
      { digest: digest("a"), size: "1e9" },
      { digest: digest("b"), size: -5 },
      { digest: digest("c"), size: 0.5 },
      { digest: digest("d"), size: 7 },
    ];
    assert.deepEqual(
      readManifest(JSON.stringify({ config: { digest: digest("e"), size: 2 }, layers })).blobs,
      [
        ["e", 2],
        ["a", 0],
        ["b", 0],
        ["c", 0],
        ["d", 7],
      ].map(([letter, sizeBytes]) => ({ digest: digest(String(letter)), sizeBytes })),
    );
  });
});
