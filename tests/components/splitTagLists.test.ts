import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRepository, Registry } from "../../components";
import { known, type Mocks, startMocks } from "./mocks";

describe("warning about a tag list whose patterns must all match", () => {
  let mocks: Mocks;
  let warnings: string[];
  const { warn } = pulumi.log;
  beforeEach(async () => {
    warnings = [];
    (pulumi.log as { warn: typeof warn }).warn = async (message) => {
      warnings.push(message);
    };
    mocks = await startMocks();
  });
  afterEach(async () => {
    await mocks.settle();
    (pulumi.log as { warn: typeof warn }).warn = warn;
  });

  const policy = (...tagPatternList: string[]) => ({
    rules: [
      {
        rulePriority: 7,
        selection: {
          tagStatus: "tagged" as const,
          tagPatternList,
          countType: "imageCountMoreThan" as const,
          countNumber: 5,
        },
        action: { type: "expire" as const },
      },
    ],
  });
  const text =
    /tagPatternList matches only images that have both a tag matching "dev-\*" and another one matching "test-\*"/;

  it("is given for a repository whose images would need both tags, and for no other", () => {
    new PrivateRepository("shop", { lifecyclePolicy: policy("dev-*", "test-*"), protectedTags: ["v*"] });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^PrivateRepository "shop": lifecyclePolicy, rule \d+: /);
    assert.match(warnings[0] ?? "", text);
    new PrivateRepository("shop2", { lifecyclePolicy: policy("dev-*", "*-x") });
    new PrivateRepository("shop3", { lifecyclePolicy: policy("dev-*") });
    new PrivateRepository("shop4");
    assert.equal(warnings.length, 1);
  });

  it("is given for a creation template", async () => {
    const registry = new Registry("shared", {
      scanning: false,
      creationTemplates: [
        { prefix: "team", appliedFor: ["CREATE_ON_PUSH"], lifecyclePolicy: policy("dev-*", "test-*") },
      ],
    });
    await known(registry.url);
    await mocks.settle();
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /^Registry "shared": creationTemplates\[0\]\.lifecyclePolicy, rule 7: /);
    assert.match(warnings[0] ?? "", text);
  });
});
