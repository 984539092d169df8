import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AccessArgs, PrivateRepository, PublicRepository } from "../../components";
import { isPlain } from "../../components/inputChecks";
import { repositoryPolicyText } from "../../components/repositories/repositoryAccess";
import {
  canonicalPolicyText,
  type PolicyDocument,
  publicRepositoryPolicyFromGrants,
  repositoryPolicyFromGrants,
} from "../../ecr/accessPolicy";
import { account, known, type Mocks, startMocks } from "./mocks";

const policyType = "aws:ecr/repositoryPolicy:RepositoryPolicy";
const publicPolicyType = "aws:ecrpublic/repositoryPolicy:RepositoryPolicy";
const role = `arn:aws:iam::${account}:role/push`;
const textOf = (document: PolicyDocument | undefined) => canonicalPolicyText(document ?? assert.fail());

describe("access to a PrivateRepository", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });

  const policyOf = async (access: AccessArgs, region?: pulumi.Input<string>) => {
    new PrivateRepository("petclinic", { access, region });
    await mocks.settle();
    return mocks.ofType(policyType).map(({ name, inputs }) => ({ name, inputs }));
  };

  it("becomes a repository policy, and none if nobody is named", async () => {
    const grants = { pullFrom: ["o-a1b2c3d4e5"], pushFrom: [role] };
    assert.deepEqual(await policyOf(grants), [
      {
        name: "petclinic",
        inputs: { repository: "petclinic", policy: textOf(repositoryPolicyFromGrants(grants)) },
      },
    ]);
    assert.deepEqual(mocks.calls, []);
    for (const access of [{}, { pullFrom: [], pushFrom: [], lambdaPull: [], statements: [] }]) {
      mocks = await startMocks();
      assert.deepEqual(await policyOf(access), []);
    }
  });

  it("names Lambda functions in the repository's region, which is looked up if not given", async () => {
    const grants = { lambdaPull: [account] };
    const [given] = await policyOf(grants, "eu-west-1");
    assert.deepEqual(given?.inputs, {
      repository: "petclinic",
      policy: textOf(repositoryPolicyFromGrants(grants, "eu-west-1")),
      region: "eu-west-1",
    });
    assert.deepEqual(mocks.calls, []);
    mocks = await startMocks();
    const [lookedUp] = await policyOf(grants);
    assert.deepEqual(lookedUp?.inputs, {
      repository: "petclinic",
      policy: textOf(repositoryPolicyFromGrants(grants, "ap-northeast-2")),
    });
  });

  it("accepts names that are known later, alone or as whole lists", async () => {
    const later = pulumi.output(Promise.resolve(role));
    const statements = [{ Effect: "Deny", Principal: "*", Action: "ecr:BatchDeleteImage" } as const];
    const [policy] = await policyOf({ pushFrom: [later], pullFrom: pulumi.output([account]), statements });
    assert.equal(
      policy?.inputs["policy"],
      textOf(repositoryPolicyFromGrants({ pushFrom: [role], pullFrom: [account], statements })),
    );
  });

  it("gives an unknown policy in a preview if a name is unknown", async () => {
    mocks = await startMocks({}, true);
    const { arn } = new aws.sns.Topic("unknown");
    const policies = await policyOf({ pushFrom: [arn] });
    assert.equal(policies.length, 1);
    assert.equal(pulumi.containsUnknowns(policies[0]?.inputs["policy"]), true);
  });

  it("refuses known names at once, even beside others that are known later", () => {
    const later = pulumi.output(Promise.resolve(role));
    assert.throws(
      () => new PrivateRepository("petclinic", { access: { pushFrom: [later], pullFrom: ["everyone"] } }),
      /access\.pullFrom\[0\]: found "everyone"/,
    );
  });

  for (const [what, access, message] of [
    ["an invalid principal", { pushFrom: [pulumi.output("everyone")] }, /access\.pushFrom\[0\]: found "everyone"/],
    ["lists that turn out to be empty", { pullFrom: pulumi.output([] as string[]) }, /Access must name somebody/],
    [
      "a function in another region",
      { lambdaPull: [pulumi.output(`arn:aws:lambda:us-east-1:${account}:function:x`)] },
      /access\.lambdaPull\[0\]/,
    ],
  ] as const) {
    it(`refuses ${what} once it is known`, async () => {
      const text = repositoryPolicyText('PrivateRepository "petclinic"', access as AccessArgs, "eu-west-1", {});
      await assert.rejects(known(pulumi.output(text ?? "")), message);
    });
  }
});

describe("access to a PublicRepository", () => {
  it("becomes a policy for those who push", async () => {
    const mocks = await startMocks();
    new PublicRepository("petclinic", { access: { pushFrom: [role] } });
    new PublicRepository("closed", { access: { pushFrom: [] } });
    await mocks.settle();
    assert.deepEqual(mocks.ofType(publicPolicyType), [
      {
        type: publicPolicyType,
        name: "petclinic",
        inputs: {
          repositoryName: "petclinic",
          policy: textOf(publicRepositoryPolicyFromGrants({ pushFrom: [role] })),
          region: "us-east-1",
        },
      },
    ]);
  });
});

describe("isPlain", () => {
  it("looks into lists and plain objects, and nothing else", async () => {
    await startMocks();
    const later = pulumi.output(1);
    for (const value of [later, Promise.resolve(1), [1, [later]], { a: { b: [later] } }]) {
      assert.equal(isPlain<unknown>(value), false);
    }
    for (const value of [
      1,
      "a",
      null,
      undefined,
      [],
      {},
      { a: [1] },
      new Map([["a", later]]),
      new aws.sns.Topic("topic"),
    ]) {
      assert.equal(isPlain<unknown>(value), true);
    }
  });
});
