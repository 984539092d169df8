import assert from "node:assert/strict";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { lifecycleLimits } from "../../policies/lifecycleLimits";
import { requiredTags } from "../../policies/requiredTags";
import { ignoresChanges } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { scanOnPushRule } from "../../policies/scanning";
import { tagImmutability } from "../../policies/tagImmutability";
import { type Props, remediateResource, types } from "./harness";

const rule = {
  rulePriority: 1,
  selection: { tagStatus: "tagged", tagPrefixList: ["v"], countType: "imageCountMoreThan", countNumber: 9 },
  action: { type: "expire" },
};

/** Each remediation, with something to put right, and the properties that it writes. */
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

  it("are all here", () => {
    const named = new Set(remediations.map(([{ name }]) => name));
    const all = rules.filter((each) => "remediateResource" in each).map(({ name }) => name);
    assert.deepEqual([...named].sort(), all.sort());
  });

  for (const [judged, type, props, ignored, other] of remediations) {
    it(`${judged.name} of ${type} writes nothing whose changes the update would leave out, and the state would have`, () => {
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
