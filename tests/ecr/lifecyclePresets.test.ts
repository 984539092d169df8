import assert from "node:assert/strict";
import {
  defaultLifecycleRules,
  lifecyclePolicyFaults,
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  lifecyclePresetNames,
  lifecyclePresets,
} from "../../ecr/lifecyclePolicy";

describe("ecr/lifecyclePolicy: presets", () => {
  it("has a description and rules that ECR accepts for each name", () => {
    assert.deepEqual(Object.keys(lifecyclePresets).sort(), [...lifecyclePresetNames].sort());
    for (const name of lifecyclePresetNames) {
      const { description, rules } = lifecyclePresets[name];
      assert.match(description, /^[A-Z].*\.$/, name);
      assert.deepEqual(lifecyclePolicyFaults(lifecyclePolicyText(lifecyclePolicyFromRules(rules)), ""), [], name);
      assert.ok(
        rules.some(({ images }) => images === "untagged"),
        `${name} lets untagged images go`,
      );
    }
  });

  it("has the default rules as `service`", () => {
    assert.equal(lifecyclePresets.service.rules, defaultLifecycleRules);
    assert.deepEqual(defaultLifecycleRules, [
      { images: "untagged", expireAfterDays: 7 },
      { images: { tagPrefixes: ["src-"] }, keepNewest: 50 },
    ]);
  });

  it("never deletes a tagged image of `release` and `archive`, and archives those of `archive` only", () => {
    const tagged = (name: "release" | "archive") =>
      lifecyclePresets[name].rules.filter(({ images }) => images !== "untagged");
    assert.deepEqual(tagged("release"), []);
    assert.deepEqual(tagged("archive"), [{ images: "any", archiveAfterDaysUnpulled: 90 }]);
  });

  it("ends the images of `pullRequest` and `pullThroughCache` after 14 and 30 days", () => {
    const any = (name: "pullRequest" | "pullThroughCache") =>
      lifecyclePresets[name].rules.filter(({ images }) => images === "any");
    assert.deepEqual(any("pullRequest"), [{ images: "any", expireAfterDays: 14 }]);
    assert.deepEqual(any("pullThroughCache"), [{ images: "any", expireAfterDays: 30 }]);
  });
});
