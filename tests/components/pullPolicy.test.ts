import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputRefused, lambdaDeployPolicy, PrivateRepository, pullPolicy } from "../../components";
import { pullPolicyFaults } from "../../components/permissions/pullPolicy";
import { lambdaDeployPermissions, pullPermissions } from "../../ecr/permissions/pullPermissions";
import { account, known, startMocks } from "./mocks";

const pets = `arn:aws:ecr:ap-northeast-2:${account}:repository/petclinic`;

describe("pull policies", () => {
  beforeEach(() => startMocks());

  it("let a consumer pull from components and ARNs", async () => {
    const repository = new PrivateRepository("petclinic");
    assert.equal(await known(pullPolicy([repository, pets])), JSON.stringify(pullPermissions([pets])));
    assert.equal(await known(lambdaDeployPolicy([pets])), JSON.stringify(lambdaDeployPermissions([pets])));
    assert.equal(await known(lambdaDeployPolicy([pets], true)), JSON.stringify(lambdaDeployPermissions([pets], true)));
  });

  it("refuse values that are not repositories, at once or once they are known", async () => {
    assert.deepEqual(
      pullPolicyFaults([pets, "*", pulumi.output("*")]).map(({ path }) => path),
      ["repositories[1]"],
    );
    assert.throws(() => pullPolicy(["*"]), InputRefused);
    assert.throws(() => lambdaDeployPolicy([]), InputRefused);
    await assert.rejects(known(pullPolicy([pulumi.output("*")])), InputRefused);
  });
});
