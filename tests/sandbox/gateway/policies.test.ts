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

describe("gateway: policies of repositories", () => {
  const sandbox = useSandbox();

  async function repository(): Promise<string> {
    const repositoryName = uniqueName("policies");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    return repositoryName;
  }

  it("keeps a lifecycle policy as it was written until it is deleted", async () => {
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

  it("refuses a lifecycle policy that ECR would, with every fault, and keeps the one before", async () => {
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

  it("keeps an access policy until it is deleted, in both services", async () => {
    const repositoryName = await repository();
    const absent = serviceError("RepositoryPolicyNotFoundException", /Repository policy does not exist/);
    await assert.rejects(sandbox.ecr().send(new GetRepositoryPolicyCommand({ repositoryName })), absent);
    await sandbox.ecr().send(new SetRepositoryPolicyCommand({ repositoryName, policyText: access }));
    assert.equal((await sandbox.ecr().send(new GetRepositoryPolicyCommand({ repositoryName }))).policyText, access);
    await sandbox.ecr().send(new DeleteRepositoryPolicyCommand({ repositoryName }));
    await assert.rejects(sandbox.ecr().send(new DeleteRepositoryPolicyCommand({ repositoryName })), absent);

    await sandbox.ecrPublic().send(new CreatePublicRepositoryCommand({ repositoryName }));
    const policyText = access.replaceAll("ecr:", "ecr-public:");
    await sandbox.ecrPublic().send(new SetPublicRepositoryPolicyCommand({ repositoryName, policyText }));
    const read = await sandbox.ecrPublic().send(new GetPublicRepositoryPolicyCommand({ repositoryName }));
    assert.equal(read.policyText, policyText);
  });

  it("refuses a text that is no access policy", async () => {
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
