import assert from "node:assert/strict";
import fc from "fast-check";
import { resourceTagFaults } from "../../../ecr/repository/resourceTags";
import { itRefuses, paths } from "../refusals";

const check = (tags: unknown) => resourceTagFaults(tags, "tags");
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, "v"]));

describe("ecr/repository/resourceTags", () => {
  it("accepts maps and lists within the limits", () => {
    for (const tags of [
      {},
      [],
      many(50),
      // Counted in characters, not UTF-16 code units: 𠀀 is one character and two code units.
      { ["𠀀".repeat(128)]: "𠀀".repeat(256) },
      { ["k".repeat(128)]: "v".repeat(256), empty: "", "Größe: a_b.c/d=e+f-g@h": "日本 1" },
      [
        { Key: "team", Value: "pets" },
        { Key: "Team", Value: "pets" },
      ],
    ]) {
      assert.deepEqual(check(tags), [], JSON.stringify(tags));
    }
  });

  it("reserves `aws:` only at the beginning of keys", () => {
    assert.deepEqual(check({ "team-aws:x": "aws:1" }), []);
  });

  itRefuses([
    { title: "a string", faults: () => check("team=pets"), path: "tags", rule: /keys and values/, fix: /team/ },
    {
      title: "51 tags",
      faults: () => check(many(51)),
      path: "tags",
      rule: /at most 50 tags; there are 51/,
      fix: /leave/,
    },
    { title: "an empty key", faults: () => check({ "": "x" }), path: 'tags[""]', rule: /1 to 128/, fix: /length/ },
    {
      title: "a key of 129 characters",
      faults: () => check([{ Key: "k".repeat(129), Value: "" }]),
      path: "tags[0]",
      rule: /1 to 128/,
      fix: /length/,
    },
    {
      title: "a key reserved by AWS",
      faults: () => check({ "AWS:x": "1" }),
      path: 'tags["AWS:x"]',
      rule: /AWS reserves/,
      fix: /another/,
    },
    {
      title: "an invalid character in a key",
      faults: () => check({ "a#": "1" }),
      path: 'tags["a#"]',
      rule: /key can have only/,
      fix: /^remove/,
    },
    {
      title: "a value of 257 characters",
      faults: () => check({ a: "v".repeat(257) }),
      path: 'tags["a"]',
      rule: /at most 256/,
      fix: /string/,
    },
    {
      title: "a value that is not a string",
      faults: () => check({ a: 1 }),
      path: 'tags["a"]',
      rule: /at most 256/,
      fix: /string/,
    },
    {
      title: "an invalid character in a value",
      faults: () => check({ a: "1;2" }),
      path: 'tags["a"]',
      rule: /value can have only/,
      fix: /^remove/,
    },
    {
      title: "a duplicate key",
      faults: () =>
        check([
          { Key: "a", Value: "1" },
          { Key: "a", Value: "2" },
        ]),
      path: "tags[1]",
      rule: /its own key/,
      fix: /leave one out/,
    },
  ]);

  it("reports every fault of a list", () => {
    assert.deepEqual(paths(check([7, { Key: "a" }, {}])), ["tags[0]", "tags[0]", "tags[1]", "tags[2]", "tags[2]"]);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (tags) => check(tags).length >= 0),
      { seed: 1 },
    );
  });
});
