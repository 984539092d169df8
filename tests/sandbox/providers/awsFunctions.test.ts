import * as assert from "node:assert/strict";
import { startAws } from "./awsHarness";
import { type AwsServer, ServiceError, scriptEcr } from "./awsServer";
import { type Engine, secret } from "./harness";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

describe("functions of the aws stand-in", () => {
  let engine: Engine;
  let server: AwsServer;
  let stop: () => void;

  before(async () => {
    ({ engine, server, stop } = await startAws());
    const repositories = scriptEcr(server);
    const images = [
      { imageDigest: digest("1"), imageTags: ["old"], imagePushedAt: 1_700_000_000, imageSizeInBytes: 10 },
      { imageDigest: digest("2"), imageTags: ["new", "latest"], imagePushedAt: 1_700_000_100, imageSizeInBytes: 20 },
    ];
    for (const key of ["ecr/ap-northeast-2", "ecr-public/us-east-1"]) {
      const common = {
        registryId: "123456789012",
        repositoryArn: `arn:${key}`,
        repositoryUri: "localhost:1/petclinic",
      };
      repositories.set(`${key}/petclinic`, {
        ...common,
        repositoryName: "petclinic",
        images,
        imageTagMutability: "IMMUTABLE",
      });
      repositories.set(`${key}/empty`, { ...common, repositoryName: "empty", images: [] });
    }
  });
  after(() => stop());

  it("returns identity, region and partition", async () => {
    assert.deepEqual(await engine.invoke("aws:index/getCallerIdentity:getCallerIdentity"), {
      accountId: "123456789012",
      arn: "arn:aws:iam::123456789012:root",
      id: "123456789012",
      userId: "123456789012",
    });
    assert.deepEqual(await engine.invoke("aws:index/getRegion:getRegion"), {
      description: "Asia Pacific (Seoul)",
      endpoint: "ec2.ap-northeast-2.amazonaws.com",
      id: "ap-northeast-2",
      name: "ap-northeast-2",
      region: "ap-northeast-2",
    });
    const partition = await engine.invoke("aws:index/getPartition:getPartition");
    assert.deepEqual(partition, {
      dnsSuffix: "amazonaws.com",
      id: "aws",
      partition: "aws",
      reverseDnsPrefix: "com.amazonaws",
    });
  });

  it("returns tokens whose parts are secret", async () => {
    const token = Buffer.from("AWS:pass-word-1").toString("base64");
    const common = {
      authorizationToken: secret(token),
      expiresAt: "2023-11-14T22:13:20Z",
      password: secret("pass-word-1"),
      userName: "AWS",
    };
    assert.deepEqual(
      await engine.invoke("aws:ecr/getAuthorizationToken:getAuthorizationToken", { region: "eu-west-1" }),
      {
        ...common,
        id: "eu-west-1",
        region: "eu-west-1",
        proxyEndpoint: "http://localhost:5000",
      },
    );
    assert.equal(server.calls.at(-1)?.region, "eu-west-1");
    assert.deepEqual(
      await engine.invoke("aws:ecrpublic/getAuthorizationToken:getAuthorizationToken", { region: "us-east-1" }),
      { ...common, id: "us-east-1", region: "us-east-1" },
    );
    const credentials = await engine.invoke("aws:ecr/getCredentials:getCredentials", { registryId: "123456789012" });
    assert.deepEqual(credentials["password"], secret("pass-word-1"));
  });

  it("finds an image by tag, by digest or as the newest", async () => {
    const byTag = await engine.invoke("aws:ecr/getImage:getImage", { repositoryName: "petclinic", imageTag: "latest" });
    assert.deepEqual(byTag, {
      id: digest("2"),
      imageDigest: digest("2"),
      imagePushedAt: 1_700_000_100,
      imageSizeInBytes: 20,
      imageTag: "latest",
      imageTags: ["new", "latest"],
      imageUri: `localhost:1/petclinic@${digest("2")}`,
      region: "ap-northeast-2",
      registryId: "123456789012",
      repositoryName: "petclinic",
    });
    const byDigest = await engine.invoke("aws:ecr/getImage:getImage", {
      repositoryName: "petclinic",
      imageDigest: digest("1"),
    });
    assert.equal(byDigest["id"], digest("1"));
    const newest = await engine.invoke("aws:ecr/getImage:getImage", { repositoryName: "petclinic", mostRecent: true });
    assert.equal(newest["id"], digest("2"));
  });

  it("says what the released provider says when an image or a repository is missing", async () => {
    const getImage = (args: Record<string, unknown>) => engine.invoke("aws:ecr/getImage:getImage", args);
    const missing = /^invoking aws:ecr\/getImage:getImage: reading ECR Images: couldn't find resource$/;
    await assert.rejects(getImage({ repositoryName: "petclinic", imageTag: "none" }), { message: missing });
    await assert.rejects(getImage({ repositoryName: "none", imageTag: "latest" }), { message: missing });
    await assert.rejects(getImage({ repositoryName: "empty", mostRecent: true }), /Your query returned no results/);
    await assert.rejects(
      getImage({ repositoryName: "petclinic" }),
      /one of imageDigest, imageTag, mostRecent must be specified/,
    );
    await assert.rejects(
      engine.invoke("aws:ecr/getImages:getImages", { repositoryName: "none" }),
      /reading ECR Images: couldn't find resource/,
    );
    await assert.rejects(
      engine.invoke("aws:ecr/getRepository:getRepository", { name: "none" }),
      /reading ECR Repository \(none\): couldn't find resource/,
    );
    const getPublic = (repositoryName: string, imageTag: string) =>
      engine.invoke("aws:ecrpublic/getImages:getImages", {
        region: "us-east-1",
        repositoryName,
        imageIds: [{ imageTag }],
      });
    await assert.rejects(
      getPublic("petclinic", "none"),
      /operation error ECR PUBLIC: DescribeImages, .*ImageNotFoundException/,
    );
    await assert.rejects(
      getPublic("none", "latest"),
      /operation error ECR PUBLIC: DescribeImages, .*RepositoryNotFoundException/,
    );
  });

  it("lists images, private and public, and describes a repository", async () => {
    const list = await engine.invoke("aws:ecr/getImages:getImages", { repositoryName: "petclinic" });
    assert.deepEqual(list["imageIds"], [
      { imageTag: "old", imageDigest: digest("1") },
      { imageTag: "new", imageDigest: digest("2") },
      { imageTag: "latest", imageDigest: digest("2") },
    ]);
    const open = await engine.invoke("aws:ecrpublic/getImages:getImages", {
      region: "us-east-1",
      repositoryName: "petclinic",
    });
    assert.deepEqual(
      (open["images"] as Record<string, unknown>[]).map((image) => image["imageDigest"]),
      [digest("1"), digest("2")],
    );
    const empty = await engine.invoke("aws:ecrpublic/getImages:getImages", {
      region: "us-east-1",
      repositoryName: "empty",
    });
    assert.deepEqual(empty["images"], []);
    const repository = await engine.invoke("aws:ecr/getRepository:getRepository", { name: "petclinic" });
    assert.deepEqual(repository["mostRecentImageTags"], ["new", "latest"]);
    assert.equal(repository["repositoryUrl"], "localhost:1/petclinic");
  });

  it("writes a lifecycle policy document", async () => {
    const selection = { tagStatus: "tagged", tagPatternLists: ["v*"], countType: "imageCountMoreThan", countNumber: 3 };
    const { json } = await engine.invoke("aws:ecr/getLifecyclePolicyDocument:getLifecyclePolicyDocument", {
      rules: [{ priority: 1, selection }],
    });
    assert.deepEqual(JSON.parse(String(json)), {
      rules: [
        {
          rulePriority: 1,
          selection: { tagStatus: "tagged", tagPatternList: ["v*"], countType: "imageCountMoreThan", countNumber: 3 },
          action: { type: "expire" },
        },
      ],
    });
  });

  it("reads a resource with Cloud Control", async () => {
    server.operations["cloudcontrolapi:GetResource"] = ({ TypeName, Identifier }, { region }) => {
      if (Identifier === "none") throw new ServiceError("ResourceNotFoundException", "it was not found");
      return { TypeName, ResourceDescription: { Identifier, Properties: JSON.stringify({ Region: region }) } };
    };
    const getResource = (args: Record<string, unknown>) =>
      engine.invoke("aws:cloudcontrol/getResource:getResource", { typeName: "AWS::ECR::RegistryPolicy", ...args });
    assert.deepEqual(await getResource({ identifier: "123456789012", region: "eu-west-1" }), {
      id: "123456789012",
      identifier: "123456789012",
      properties: '{"Region":"eu-west-1"}',
      region: "eu-west-1",
      typeName: "AWS::ECR::RegistryPolicy",
    });
    await assert.rejects(
      getResource({ identifier: "none" }),
      /: reading Cloud Control API \(AWS::ECR::RegistryPolicy\) Resource \(none\): couldn't find resource$/,
    );
  });

  it("rejects unsupported functions and arguments by name", async () => {
    await assert.rejects(
      engine.invoke("aws:ec2/getAmi:getAmi"),
      /aws:ec2\/getAmi:getAmi is not supported by the sandbox's stand-in\. Supported: .*aws:ecr\/getAuthorizationToken/,
    );
    await assert.rejects(
      engine.invoke("aws:ecr/getImage:getImage", { repositoryName: "petclinic", imageTag: "x", sortBy: "size" }),
      /sortBy: this property of aws:ecr\/getImage:getImage is not supported/,
    );
  });
});
