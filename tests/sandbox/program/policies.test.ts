import assert from "node:assert/strict";
import { TestProject } from "./project";

/** Each policy is seen to stop a real preview: it names the resource, what was found and what is allowed. */
describe("policies in a real preview", function () {
  this.timeout(60_000);
  let project: TestProject;
  let values: string;

  before(async () => {
    project = new TestProject();
    await project.init();
    values = project.read("Pulumi.local.yaml");
  });
  beforeEach(() => project.write("Pulumi.local.yaml", values));
  after(() => project.remove());

  const preview = (config: string) =>
    project.pulumi("preview", "--policy-pack", "policies", "--policy-pack-config", `policies/config/${config}.json`);

  it("let the reference job pass with its own policy config", async () => {
    const result = await preview("local");
    assert.equal(result.code, 0, result.output);
    assert.match(result.output, /Policies:/);
  });

  for (const [policy, from, to, config, message] of [
    ["ecr-encryption-minimum", "", "", "dev", /AES256/],
    [
      "ecr-tag-immutability",
      "exclusionFilters: [latest]",
      'exclusionFilters: [latest, "v*"]',
      "local",
      /"?v\*"?[\s\S]*latest/,
    ],
    [
      "ecr-lifecycle-policy",
      "forceDelete: true",
      "forceDelete: true\n      lifecyclePolicy: false",
      "local",
      /lifecycle policy/,
    ],
    [
      "ecr-lifecycle-limits",
      "forceDelete: true",
      "forceDelete: true\n      lifecyclePolicy: [{ images: untagged, expireAfterDays: 365 }]",
      "local",
      /365[\s\S]*30/,
    ],
  ] as const) {
    it(`${policy} stops it`, async () => {
      if (from !== "") project.edit("Pulumi.local.yaml", from, to);
      const result = await preview(config);
      assert.notEqual(result.code, 0, result.output);
      assert.match(result.output, new RegExp(`\\[mandatory\\].*${policy}.*\\(.*petclinic\\)`));
      assert.match(result.output, message);
      const others = [...result.output.matchAll(/\[mandatory\]\s+\S+\s+(ecr-[a-z-]+)/g)].map((match) => match[1]);
      assert.ok(
        others.every((name) => name === policy),
        `other policies spoke too: ${others.join(", ")}`,
      );
    });
  }

  it("let the lab's choices pass with a config that allows them by name, and with no other", async () => {
    project.edit(
      "Pulumi.local.yaml",
      "imageTagMutability: IMMUTABLE_WITH_EXCLUSION\n      exclusionFilters: [latest]",
      "imageTagMutability: MUTABLE",
    );
    const allowed = await preview("lab");
    assert.equal(allowed.code, 0, allowed.output);
    const refused = await preview("local");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /ecr-tag-immutability/);
  });
});
