import assert from "node:assert/strict";
import fc from "fast-check";
import { canBeginTag, imageTagCharacters, imageTagFaults } from "../../../ecr/tags/imageTags";

describe("ecr/tags/imageTags", () => {
  it("agrees with the tag grammar on random similar strings", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aZ0_.-:/ü "), maxLength: 8 }), (tag) => {
        assert.equal(imageTagFaults(tag, "tag").length === 0, /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(tag), tag);
      }),
      { numRuns: 2000 },
    );
    assert.deepEqual(imageTagFaults("v".repeat(128), "tag"), []);
  });

  it("recognizes the characters with which a tag can begin", () => {
    const others = [...imageTagCharacters].filter((character) => !canBeginTag(character));
    assert.deepEqual(others, [".", "-"]);
    for (const none of ["", "ab", ".a", "a.", "ü"]) assert.equal(canBeginTag(none), false, none);
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.anything(), (tag) => imageTagFaults(tag, "tag").length >= 0));
  });

  const refusals: [tag: unknown, rule: RegExp, fix: RegExp][] = [
    ["", /has 0/, /write a tag/],
    ["v".repeat(130), /has 130/, /^shorten it by 2\.$/],
    [".hidden", /must begin with a letter/, /^write "hidden"\.$/],
    ["-..hidden-x", /must begin with a letter/, /^write "hidden-x"\.$/],
    ["..", /must begin with a letter/, /^write "_"\.$/],
    ["/.a", /has "\/"/, /^replace them with "-": "a"\.$/],
    ["feature/x:1", /has "\/", ":"/, /"feature-x-1"/],
    [1.4, /must be a string/, /"1\.4\.2"/],
  ];
  for (const [tag, rule, fix] of refusals) {
    it(`refuses ${JSON.stringify(tag).slice(0, 20)}`, () => {
      const [fault, ...more] = imageTagFaults(tag, "image.tag");
      assert.deepEqual(more, []);
      assert.ok(fault);
      assert.equal(fault.path, "image.tag");
      assert.equal(fault.value, tag);
      assert.match(fault.rule, rule);
      assert.match(fault.fix, fix);
    });
  }
});
