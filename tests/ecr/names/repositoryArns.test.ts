import assert from "node:assert/strict";
import fc from "fast-check";
import { parseRepositoryArn, repositoryArnFaults } from "../../../ecr/names/repositoryArns";
import { isObject } from "../../../ecr/values/jsonObjects";

const account = "123456789012";
const privateArn = `arn:aws:ecr:ap-northeast-2:${account}:repository/team/petclinic`;
const publicArn = `arn:aws:ecr-public::${account}:repository/petclinic`;
const rule = "must be a repository's ARN, with its full name and no wildcard.";
const write =
  'write "arn:aws:ecr:<region>:<account>:repository/<name>" or "arn:aws:ecr-public::<account>:repository/<name>".';

describe("ecr/names/repositoryArns", () => {
  it("parses the ARNs of private and public repositories, in any partition", () => {
    assert.deepEqual(parseRepositoryArn(privateArn), {
      kind: "private",
      partition: "aws",
      region: "ap-northeast-2",
      account,
      name: "team/petclinic",
    });
    assert.deepEqual(parseRepositoryArn(publicArn), { kind: "public", partition: "aws", account, name: "petclinic" });
    const chinese = privateArn.replace("aws", "aws-cn").replace("ap-northeast-2", "cn-north-1");
    assert.equal(parseRepositoryArn(chinese)?.partition, "aws-cn");
    for (const arn of [privateArn, publicArn]) assert.deepEqual(repositoryArnFaults(arn, "arn"), []);
  });

  for (const arn of [
    "petclinic",
    "",
    `x${privateArn}`,
    `x${publicArn}`,
    `${privateArn} `,
    `arn:aws:ecr:ap-northeast-2:${account}:repository/`,
    `arn:aws:ecr-public::${account}:repository/`,
    // Public repository names cannot contain `__`.
    `arn:aws:ecr-public::${account}:repository/pet__clinic`,
    `arn:aws:ecr-public:us-east-1:${account}:repository/petclinic`,
    `arn:aws:ecr::${account}:repository/petclinic`,
    `arn:aws:ecr:ap-northeast-2:12345678901:repository/petclinic`,
    `arn:aws:ecr:ap-northeast-2:${account}:repository/PetClinic`,
    [privateArn],
    ["*"],
    7,
    undefined,
  ]) {
    it(`refuses ${JSON.stringify(arn)}`, () => {
      assert.equal(parseRepositoryArn(arn), undefined);
      assert.deepEqual(repositoryArnFaults(arn, "arn"), [{ path: "arn", value: arn, rule, fix: write }]);
    });
  }

  it("refuses wildcards, and says why", () => {
    for (const wildcard of ["*", "pet?linic", "team/*"]) {
      const arn = `arn:aws:ecr:ap-northeast-2:${account}:repository/${wildcard}`;
      assert.deepEqual(repositoryArnFaults(arn, "arn"), [
        {
          path: "arn",
          value: arn,
          rule,
          fix: "name each repository: a wildcard would include repositories that do not exist yet.",
        },
      ]);
    }
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (arn) => repositoryArnFaults(arn, "").length >= 0),
      { seed: 1 },
    );
  });
});

describe("ecr/values/jsonObjects", () => {
  it("recognizes objects, but not lists, null or other values", () => {
    for (const value of [{}, { a: 1 }, Object.create(null)]) assert.equal(isObject(value), true);
    for (const value of [null, undefined, [], "x", "", 0, 1, true, () => 1]) assert.equal(isObject(value), false);
  });
});
