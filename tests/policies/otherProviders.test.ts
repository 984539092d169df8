import assert from "node:assert/strict";
import { otherProviders } from "../../policies/otherProviders";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "./harness";

const judge = (type: string, props: Props = {}) => judgeResource(otherProviders, { type, name: "made", props });
const stack = "aws:cloudformation/stack:Stack";
const bucket = { Resources: { A: { Type: "AWS::S3::Bucket" } } };
const repositories = { Resources: { A: { Type: "AWS::ECR::Repository" }, B: { Type: "AWS::ECR::PublicRepository" } } };

describe("policies: ecr-other-providers", () => {
  it("fails each of ECR's resources in aws-native", async () => {
    for (const name of ["Repository", "PublicRepository", "RegistryPolicy", "PullThroughCacheRule"]) {
      assertFails(
        await judge(`aws-native:ecr:${name}`),
        new RegExp(
          `^type: "made" is aws-native:ecr:${name}, whose settings no rule of this pack reads; allowed are ECR resources`,
        ),
      );
    }
    assertPasses(await judge("aws-native:s3:Bucket"));
  });

  it("fails what other resources make of ECR, by every type that they name, once", async () => {
    assertFails(await judge("aws-native:index:ExtensionResource", { type: "AWS::ECR::Repository" }), /^type: /);
    const yaml = "Resources:\n  A:\n    Type: AWS::ECR::Repository\n  B:\n    Type: 'AWS::ECR::Repository'\n";
    assertFails(await judge(stack, { templateBody: yaml }), /^templateBody: "made" is AWS::ECR::Repository, /);
    for (const type of [stack, "aws:cloudformation/stackSet:StackSet", "aws-native:cloudformation:Stack"]) {
      for (const templateBody of [repositories, JSON.stringify(repositories)]) {
        assertFails(await judge(type, { templateBody }), /is AWS::ECR::Repository/, /is AWS::ECR::PublicRepository/);
      }
      assertPasses(await judge(type, { templateBody: JSON.stringify(bucket) }));
      assertPasses(await judge(type));
    }
  });

  it("says at advisory level that it does not read a template elsewhere", async () => {
    const { violations, unjudged } = await judge(stack, { templateUrl: "https://example.com/template.json" });
    assert.deepEqual(violations, []);
    assert.deepEqual(unjudged, ['templateUrl: the template of "made" is not read here, and may make ECR resources.']);
  });

  it("says what is not known", async () => {
    assertUnjudged(await judge(stack, { templateBody: unknownText }), /^templateBody of "made", which may make ECR/);
    assertUnjudged(
      await judge("aws:cloudcontrol/resource:Resource", { typeName: unknownText }),
      /^typeName of "made", which may make ECR resources, is not known yet/,
    );
  });
});
