import assert from "node:assert/strict";
import {
  CreateRepositoryCommand,
  DeleteLifecyclePolicyCommand,
  DeleteRepositoryPolicyCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import {
  CreateRepositoryCommand as CreatePublicRepositoryCommand,
  GetRepositoryPolicyCommand as GetPublicRepositoryPolicyCommand,
  SetRepositoryPolicyCommand as SetPublicRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr-public";
import { serviceError, uniqueName, useSandbox } from "./harness";

const lifecycle = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ],
});

const access = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Sid: "pull", Effect: "Allow", Principal: "*", Action: ["ecr:BatchGetImage"] }],
});

describe("gateway: repository policies", () => {
  const sandbox = useSandbox();

  async function repository(): Promise<string> {
    const repositoryName = uniqueName("policies");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    return repositoryName;
  }

  it("returns a lifecycle policy without whitespace, its rules sorted by priority", async () => {
    const repositoryName = await repository();
    const rule = (rulePriority: number, tagPrefixList: string[]) => ({
      rulePriority,
      selection: { tagStatus: "tagged", tagPrefixList, countType: "imageCountMoreThan", countNumber: 3 },
      action: { type: "expire" },
    });
    const rules = [rule(20, ["b"]), rule(3, ["a"])];
    const given = JSON.stringify({ rules }, undefined, 2);
    const kept = JSON.stringify({ rules: [...rules].reverse() });
    const put = new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: given });
    assert.equal((await sandbox.ecr().send(put)).lifecyclePolicyText, kept);
    const read = await sandbox.ecr().send(new GetLifecyclePolicyCommand({ repositoryName }));
    assert.equal(read.lifecyclePolicyText, kept);
  });

  it("keeps a lifecycle policy until it is deleted", async () => {
    const repositoryName = await repository();
    const absent = serviceError(
      "LifecyclePolicyNotFoundException",
      /Lifecycle policy does not exist for the repository/,
    );
    await assert.rejects(sandbox.ecr().send(new GetLifecyclePolicyCommand({ repositoryName })), absent);
    await sandbox.ecr().send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: lifecycle }));
    const read = await sandbox.ecr().send(new GetLifecyclePolicyCommand({ repositoryName }));
    assert.equal(read.lifecyclePolicyText, lifecycle);
    const deleted = await sandbox.ecr().send(new DeleteLifecyclePolicyCommand({ repositoryName }));
    assert.equal(deleted.lifecyclePolicyText, lifecycle);
    await assert.rejects(sandbox.ecr().send(new DeleteLifecyclePolicyCommand({ repositoryName })), absent);
  });

  it("rejects an invalid lifecycle policy with every fault, and keeps the previous one", async () => {
    const repositoryName = await repository();
    await sandbox.ecr().send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: lifecycle }));
    const bad = JSON.parse(lifecycle) as { rules: { selection: { countNumber: number; countUnit?: string } }[] };
    const [rule] = bad.rules;
    assert.ok(rule);
    rule.selection.countNumber = 0;
    rule.selection.countUnit = "weeks";
    await assert.rejects(
      sandbox.ecr().send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: JSON.stringify(bad) })),
      serviceError(
        "InvalidParameterException",
        /Lifecycle policy validation failure.*(countNumber.*countUnit|countUnit.*countNumber)/s,
      ),
    );
    await assert.rejects(
      sandbox.ecr().send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText: "{}" })),
      serviceError("InvalidParameterException", /'lifecyclePolicyText'.*greater than or equal to 100/),
    );
    const read = await sandbox.ecr().send(new GetLifecyclePolicyCommand({ repositoryName }));
    assert.equal(read.lifecyclePolicyText, lifecycle);
  });

  it("returns access policies in ECR's own format, however they were written", async () => {
    const repositoryName = await repository();
    const statement = (action: string) => ({
      Sid: "new statement",
      Effect: "Allow",
      Principal: { Service: ["codebuild.amazonaws.com"] },
      Action: [action, "ecr:BatchGetImage"],
      Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
    });
    // The format shown in the AWS CLI reference, get-repository-policy.
    const printed = (action: string) => `{
  "Version" : "2008-10-17",
  "Statement" : [ {
    "Sid" : "new statement",
    "Effect" : "Allow",
    "Principal" : {
      "Service" : [ "codebuild.amazonaws.com" ]
    },
    "Action" : [ "${action}", "ecr:BatchGetImage" ],
    "Condition" : {
      "StringEquals" : {
        "aws:SourceAccount" : "111122223333"
      }
    }
  } ]
}`;
    const { policyText: answered } = await sandbox.ecr().send(
      new SetRepositoryPolicyCommand({
        repositoryName,
        policyText: JSON.stringify({ Statement: statement("ecr:ListImages") }),
      }),
    );
    assert.equal(answered, printed("ecr:ListImages"));
    const read = await sandbox.ecr().send(new GetRepositoryPolicyCommand({ repositoryName }));
    assert.equal(read.policyText, answered);
    const long = Array.from({ length: 60 }, (_, index) => ({ ...statement("ecr:ListImages"), Sid: `s${index}` }));
    const text = JSON.stringify({ Version: "2012-10-17", Statement: long.slice(0, 45) });
    const { policyText = "" } = await sandbox
      .ecr()
      .send(new SetRepositoryPolicyCommand({ repositoryName, policyText: text }));
    assert.ok(text.length < 10_240 && policyText.length > 10_240, `${text.length} and ${policyText.length} characters`);
  });

  it("keeps an access policy until it is deleted, in both services", async () => {
    const repositoryName = await repository();
    const absent = serviceError("RepositoryPolicyNotFoundException", /Repository policy does not exist/);
    await assert.rejects(sandbox.ecr().send(new GetRepositoryPolicyCommand({ repositoryName })), absent);
    await sandbox.ecr().send(new SetRepositoryPolicyCommand({ repositoryName, policyText: access }));
    const kept = await sandbox.ecr().send(new GetRepositoryPolicyCommand({ repositoryName }));
    assert.deepEqual(JSON.parse(kept.policyText ?? ""), JSON.parse(access));
    await sandbox.ecr().send(new DeleteRepositoryPolicyCommand({ repositoryName }));
    await assert.rejects(sandbox.ecr().send(new DeleteRepositoryPolicyCommand({ repositoryName })), absent);

    await sandbox.ecrPublic().send(new CreatePublicRepositoryCommand({ repositoryName }));
    const policyText = access.replaceAll("ecr:", "ecr-public:");
    await sandbox.ecrPublic().send(new SetPublicRepositoryPolicyCommand({ repositoryName, policyText }));
    const read = await sandbox.ecrPublic().send(new GetPublicRepositoryPolicyCommand({ repositoryName }));
    assert.match(read.policyText ?? "", /^{\n {2}"Version" : "2012-10-17",\n {2}"Statement" : \[ {\n/);
    assert.deepEqual(JSON.parse(read.policyText ?? ""), JSON.parse(policyText));
  });

  it("rejects an invalid access policy", async () => {
    const repositoryName = await repository();
    const statement = { Effect: "Allow", Principal: "*", Action: "ecr:*" };
    for (const [policy, message] of [
      ["not json", /JSON document/],
      ["{}", /Statement/],
      [JSON.stringify({ Statement: [{ ...statement, Effect: "Maybe" }] }), /Effect/],
      [JSON.stringify({ Statement: [statement, { Effect: "Allow", Action: "ecr:*" }] }), /Statement\[1\].*Principal/],
      [JSON.stringify({ Statement: { ...statement, Resource: "*" } }), /Resource/],
    ] as const) {
      await assert.rejects(
        sandbox.ecr().send(new SetRepositoryPolicyCommand({ repositoryName, policyText: policy })),
        serviceError("InvalidParameterException", message),
      );
    }
  });
});
