// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation has variables of its own.
import assert from "node:assert/strict";
import { otherProviders } from "../../../policies/operations/otherProviders";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "../harness";

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
          `^type: "made" is aws-native:ecr:${name}, whose settings no rule of this pack reads. Must be a resource of the AWS provider`,
        ),
      );
    }
    assertPasses(await judge("aws-native:s3:Bucket"));
  });

  it("fails ECR resources that other resources create, once for each type", async () => {
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

  it("fails ECR resources of any Terraform provider or module, and of Kubernetes controllers", async () => {
    for (const type of [
      "aws:index/ecrRepository:EcrRepository",
      "aws:index/ecrpublicRepository:EcrpublicRepository",
      "aws:index/ecrLifecyclePolicy:EcrLifecyclePolicy",
      "awscc:index/ecrRepository:EcrRepository",
      "ecr:tf:aws_ecr_repository",
      "services:tf:aws_ecrpublic_repository",
      "kubernetes:ecr.services.k8s.aws/v1alpha1:Repository",
      "kubernetes:ecrpublic.services.k8s.aws/v1alpha1:Repository",
      "kubernetes:ecr.aws.upbound.io/v1beta1:Repository",
      "kubernetes:ecr.aws.crossplane.io/v1alpha1:Repository",
    ]) {
      assertFails(await judge(type), /^type: "made" is /);
    }
    for (const type of [
      "aws:ecr/repository:Repository",
      "aws:ecrpublic/repository:Repository",
      "ecr:index:PrivateRepository",
      "ecr:index:Module",
      "aws:index/s3Bucket:S3Bucket",
      "random:tf:aws_s3_bucket",
      "kubernetes:core/v1:Secret",
      "aws:index/ecrecord:Ecrecord",
    ]) {
      assertPasses(await judge(type, { typeName: "AWS::ECR::Repository", templateBody: repositories }));
    }
  });

  it("reads templates as data", async () => {
    const yaml = (text: string) => judge(stack, { templateBody: text });
    assertFails(
      await yaml('{"Resources":{"A":{"Type":"AWS\\u003a:ECR::Repos\\u0069tory"}}}'),
      /is AWS::ECR::Repository/,
    );
    assertFails(await yaml('Resources:\n  A: {Type: "AWS::ECR\\x3a:Repository"}'), /is AWS::ECR::Repository/);
    assertFails(
      await yaml("Resources:\n  A:\n    Type: >-\n      AWS::ECR::Repository\n    Properties:\n      X: !Sub x"),
      /Repository/,
    );
    const loop = { Resources: { "Fn::ForEach::All": ["N", ["a"], { "A${N}": { Type: "AWS::ECR::Repository" } }] } };
    assertFails(await judge(stack, { templateBody: loop }), /is AWS::ECR::Repository/);
    const set = {
      Resources: {
        S: { Type: "AWS::CloudFormation::StackSet", Properties: { TemplateBody: JSON.stringify(repositories) } },
      },
    };
    assertFails(await judge(stack, { templateBody: set }), /is AWS::ECR::Repository/, /is AWS::ECR::PublicRepository/);
    // A type that is only mentioned does not create anything.
    for (const template of [
      { Description: "No AWS::ECR::Repository here", ...bucket },
      { ...bucket, Metadata: { Type: "AWS::ECR::Repository" }, Outputs: { O: { Value: "AWS::ECR::Repository" } } },
      {
        Resources: { R: { Type: "AWS::Config::ConfigRule", Properties: { Scope: { Type: "AWS::ECR::Repository" } } } },
      },
      "Description: AWS::ECR::Repository\n# Type: AWS::ECR::Repository\nResources: {}",
      { Resources: { "Fn::ForEach::All": "x", A: "AWS::ECR::Repository" } },
      "not: [a template",
      "AWS::ECR::Repository",
    ]) {
      assertPasses(await judge(stack, { templateBody: template }));
    }
    assertPasses(await judge("aws:cloudcontrol/resource:Resource", { typeName: "Not::AWS::ECR::Repository" }));
  });

  it("notes at advisory level what a template includes from elsewhere", async () => {
    for (const [template, at] of [
      [
        { Resources: { N: { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL: "https://x" } } } },
        "Resources.N.Properties.TemplateURL",
      ],
      [
        "Resources:\n  N:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: !Sub x",
        "Resources.N.Properties.TemplateURL",
      ],
      [
        { Resources: { N: { Type: "AWS::Serverless::Application", Properties: { Location: "x" } } } },
        "Resources.N.Properties.Location",
      ],
      [{ Transform: { Name: "AWS::Include", Parameters: {} }, ...bucket }, "Transform"],
      [{ Resources: { "Fn::Transform": { Name: "AWS::Include" } } }, "Resources.Fn::Transform"],
    ] as const) {
      const { violations, unjudged } = await judge(stack, { templateBody: template });
      assert.deepEqual(violations, []);
      assert.deepEqual(unjudged, [
        `templateBody: what ${at} of "made" includes is not read here, and may create ECR resources.`,
      ]);
    }
  });

  it("notes at advisory level that it does not read a remote template", async () => {
    const { violations, unjudged } = await judge(stack, { templateUrl: "https://example.com/template.json" });
    assert.deepEqual(violations, []);
    assert.deepEqual(unjudged, ['templateUrl: the template of "made" is not read here, and may create ECR resources.']);
  });

  it("reports unknown values", async () => {
    assertUnjudged(await judge(stack, { templateBody: unknownText }), /^templateBody of "made", which may create ECR/);
    assertUnjudged(
      await judge("aws:cloudcontrol/resource:Resource", { typeName: unknownText }),
      /^typeName of "made", which may create ECR resources, is not known yet/,
    );
  });

  it("reports the resource of a template whose type is unknown", async () => {
    const open = { Resources: { N: { Type: unknownText, Properties: { Name: unknownText } } } };
    assertUnjudged(
      await judge(stack, { templateBody: open }),
      /^templateBody\.Resources\.N\.Type of "made", which may create/,
    );
    assertUnjudged(
      await judge(stack, { templateBody: { Resources: unknownText } }),
      /^templateBody\.Resources of "made"/,
    );
    assertPasses(
      await judge(stack, { templateBody: { Resources: { N: { Type: "AWS::S3::Bucket", Properties: unknownText } } } }),
    );
  });
});
