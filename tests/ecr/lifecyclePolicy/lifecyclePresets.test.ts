import assert from "node:assert/strict";
import {
  lifecyclePolicyFaults,
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  lifecyclePresetNames,
  lifecyclePresets,
} from "../../../ecr/lifecyclePolicy";

describe("ecr/lifecyclePolicy: presets", () => {
  it("have a description and rules that ECR accepts", () => {
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

  it("keep the 50 newest builds with `service`, the default", () => {
    assert.deepEqual(lifecyclePresets.service.rules, [
      { images: "untagged", expireAfterDays: 7 },
      { images: { tagPrefixes: ["src-"] }, keepNewest: 50 },
    ]);
  });

  it("never delete tagged images with `release` and `archive`, and archive them only with `archive`", () => {
    const tagged = (name: "release" | "archive") =>
      lifecyclePresets[name].rules.filter(({ images }) => images !== "untagged");
    assert.deepEqual(tagged("release"), []);
    assert.deepEqual(tagged("archive"), [{ images: "any", archiveAfterDaysUnpulled: 90 }]);
  });

  it("expire images with `pullRequest` and `pullThroughCache` after 14 and 30 days", () => {
    const any = (name: "pullRequest" | "pullThroughCache") =>
      lifecyclePresets[name].rules.filter(({ images }) => images === "any");
    assert.deepEqual(any("pullRequest"), [{ images: "any", expireAfterDays: 14 }]);
    assert.deepEqual(any("pullThroughCache"), [{ images: "any", expireAfterDays: 30 }]);
  });
});
