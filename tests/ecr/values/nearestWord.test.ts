import * as assert from "node:assert/strict";
import { didYouMean, nearestWord, oneOf } from "../../../ecr/values/nearestWord";

describe("nearestWord", () => {
  it("finds the intended word: with letters missing, added, wrong or swapped, or in another case", () => {
    const keys = ["encryption", "exclusionFilters", "images", "tags"];
    const typos = { encrytion: "encryption", exclusionFilterss: "exclusionFilters", imgaes: "images", TAGS: "tags" };
    for (const [typo, meant] of Object.entries(typos)) assert.equal(nearestWord(typo, keys), meant);
    assert.equal(nearestWord("privat/petclinik", ["private/orders", "private/petclinic"]), "private/petclinic");
  });

  it("prefers the nearest word, and finds none when nothing is close", () => {
    assert.equal(nearestWord("kmss", ["kms", "kmsDsse"]), "kms");
    assert.equal(nearestWord("rot13", ["aes256", "kms", "kmsDsse"]), undefined);
    assert.equal(nearestWord("", ["kms"]), undefined);
    assert.equal(nearestWord("kms", []), undefined);
    assert.equal(nearestWord("kms", ["kms"]), undefined);
    assert.equal(oneOf("kms", ["kms"]), "write one of kms.");
  });

  it("is part of a fix only when there is one", () => {
    assert.equal(oneOf("kmss", ["aes256", "kms"]), 'did you mean "kms"? Write one of aes256, kms.');
    assert.equal(oneOf(7, ["aes256", "kms"]), "write one of aes256, kms.");
    assert.equal(didYouMean("rot13", ["kms"]), "");
  });
});
