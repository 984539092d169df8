import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRepository, Registry } from "../../components";
import { known, type Mocks, startMocks } from "./mocks";

describe("lists of tags that are AND", () => {
  let mocks: Mocks;
  let said: string[];
  const { warn } = pulumi.log;
  beforeEach(async () => {
    said = [];
    (pulumi.log as { warn: typeof warn }).warn = async (message) => {
      said.push(message);
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
  const text = /tagPatternList holds for images that have a tag of "dev-\*" and another one of "test-\*" at once/;

  it("are said of a repository whose images would need both tags, and of no other", () => {
    new PrivateRepository("shop", { lifecyclePolicy: policy("dev-*", "test-*"), protectedTags: ["v*"] });
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^PrivateRepository "shop": lifecyclePolicy, rule \d+: /);
    assert.match(said[0] ?? "", text);
    new PrivateRepository("shop2", { lifecyclePolicy: policy("dev-*", "*-x") });
    new PrivateRepository("shop3", { lifecyclePolicy: policy("dev-*") });
    new PrivateRepository("shop4");
    assert.equal(said.length, 1);
  });

  it("are said of a creation template", async () => {
    const registry = new Registry("shared", {
      scanning: false,
      creationTemplates: [
        { prefix: "team", appliedFor: ["CREATE_ON_PUSH"], lifecyclePolicy: policy("dev-*", "test-*") },
      ],
    });
    await known(registry.url);
    await mocks.settle();
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", /^Registry "shared": creationTemplates\[0\]\.lifecyclePolicy, rule 7: /);
    assert.match(said[0] ?? "", text);
  });
});
