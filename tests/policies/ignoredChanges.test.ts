import assert from "node:assert/strict";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { ignoresChanges } from "../../policies/engine/rule";
import { lifecycleLimits } from "../../policies/lifecycle/lifecycleLimits";
import { requiredTags } from "../../policies/operations/requiredTags";
import { scanOnPushRule } from "../../policies/registry/imageScanning";
import { rules } from "../../policies/rules";
import { tagImmutability } from "../../policies/tags/tagImmutability";
import { type Props, remediateResource, types } from "./harness";

const rule = {
  rulePriority: 1,
  selection: { tagStatus: "tagged", tagPrefixList: ["v"], countType: "imageCountMoreThan", countNumber: 9 },
  action: { type: "expire" },
};

/** Each remediation with something to correct, the ignored paths that prevent it, and others that do not. */
const remediations: readonly [
  judged: ResourceValidationPolicy,
  type: string,
  props: Props,
  ignored: readonly string[],
  other: readonly string[],
][] = [
  [
    tagImmutability,
    types.repository,
    { name: "a" },
    ["imageTagMutability", "imageTagMutabilityExclusionFilters", "imageTagMutabilityExclusionFilters[0].filter", "*"],
    ["tags", "imageScanningConfiguration"],
  ],
  [
    lifecycleLimits,
    types.lifecyclePolicy,
    { repository: "a", policy: JSON.stringify({ rules: [rule] }) },
    ["policy"],
    ["repository"],
  ],
  [lifecycleLimits, types.template, { prefix: "a" }, ["lifecyclePolicy"], ["policy"]],
  [
    scanOnPushRule,
    types.repository,
    { name: "a" },
    ["imageScanningConfiguration", "imageScanningConfiguration.scanOnPush"],
    ["imageTagMutability"],
  ],
  [
    requiredTags,
    types.repository,
    { name: "a", tags: {}, tagsAll: {} },
    ["tags", "tagsAll", "tags.owner", 'tags["owner"]', "tagsAll.owner"],
    ["tags.other", 'tags["owner.x"]', "tagsOther"],
  ],
  [requiredTags, types.template, { prefix: "a" }, ["resourceTags", "resourceTags.owner"], ["resourceTags.other"]],
];

describe("policies: remediations and ignoreChanges", () => {
  const config = { required: ["owner"], defaults: { owner: "b" } };

  it("all have a case here", () => {
    const named = new Set(remediations.map(([{ name }]) => name));
    const all = rules.filter((each) => "remediateResource" in each).map(({ name }) => name);
    assert.deepEqual([...named].sort(), all.sort());
  });

  for (const [judged, type, props, ignored, other] of remediations) {
    it(`${judged.name} of ${type} does not write ignored properties, which only the state would record`, () => {
      const made = (ignoreChanges: string[]) =>
        remediateResource(judged, { type, props, ignoreChanges }, judged === requiredTags ? config : {});
      assert.ok(made([]));
      for (const each of other) assert.deepEqual(made([each]), made([]), each);
      for (const each of ignored) assert.equal(made([each]), undefined, each);
    });
  }

  it("reads paths as the engine does", () => {
    const ignores = (entry: string, ...property: string[]) =>
      ignoresChanges({ opts: { protect: false, ignoreChanges: [entry] } }, ...property);
    assert.equal(ignores('a["b.c"].d', "a", "b.c"), true);
    assert.equal(ignores('a["b.c"]', "a", "b"), false);
    assert.equal(ignores("a[0].b", "a"), true);
    assert.equal(ignores("a[*].b", "a", "3", "b"), true);
    assert.equal(ignores("a", "a", "b"), true);
    assert.equal(ignores("ab", "a"), false);
  });
});
