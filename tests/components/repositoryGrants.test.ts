import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type GrantedRole, InputRefused, PrivateRepository } from "../../components";
import { pullPermissions } from "../../ecr/permissions/pullPermissions";
import { pushPermissions } from "../../ecr/permissions/pushPermissions";
import { account, isKnown, known, type Mocks, startMocks } from "./mocks";

const arn = `arn:aws:ecr:ap-northeast-2:${account}:repository/petclinic`;
const nodes = `arn:aws:iam::${account}:role/team/nodes`;
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";

describe("grants on a private repository", () => {
  let mocks: Mocks;
  let repository: PrivateRepository;

  beforeEach(async () => {
    mocks = await startMocks();
    repository = new PrivateRepository("petclinic");
  });

  it("become an inline policy of each role, with only the rights to pull or push", async () => {
    repository.grantPull(new aws.iam.Role("web", { name: "web-1234567", assumeRolePolicy: "{}" }));
    repository.grantPush(nodes);
    repository.grantPush(pulumi.output(`arn:aws:iam::${account}:role/ci`), { pull: true });
    repository.grantPull(`arn:aws:iam::${account}:role/ci`, { name: "builds" });
    await mocks.settle();
    const name = (action: string) => `ecr-${action}-petclinic-173f47fb`;
    assert.deepEqual(
      mocks
        .ofType(rolePolicy)
        .map(({ name, inputs }) => [name, inputs])
        .sort(),
      [
        ["petclinic-pull-builds", { name: name("pull"), role: "ci", policy: JSON.stringify(pullPermissions([arn])) }],
        [
          "petclinic-pull-web",
          { name: name("pull"), role: "web-1234567", policy: JSON.stringify(pullPermissions([arn])) },
        ],
        [
          "petclinic-push",
          { name: name("push"), role: "ci", policy: JSON.stringify(pushPermissions([arn], { pull: true })) },
        ],
        ["petclinic-push-nodes", { name: name("push"), role: "nodes", policy: JSON.stringify(pushPermissions([arn])) }],
      ],
    );
  });

  it("also work on a repository that is looked up", async () => {
    const shared = PrivateRepository.get("shared", { repositoryName: "platform/base" });
    assert.equal(await known(shared.grantPull(nodes).role), "nodes");
  });

  const refused = async (role: GrantedRole): Promise<string> => {
    let given: pulumi.Output<string> | undefined;
    const record: pulumi.ResourceTransformation = ({ type, props }) => {
      if (type === rolePolicy) given = props["role"];
      return undefined;
    };
    try {
      new PrivateRepository("petclinic", {}, { transformations: [record] }).grantPull(role);
      assert.ok(given);
      await known(given);
    } catch (error) {
      assert.ok(error instanceof InputRefused, String(error));
      return error.message;
    }
    return "";
  };
  const cases: [kind: string, role: string, message: RegExp][] = [
    ["a user", `arn:aws:iam::${account}:user/ann`, /Must be the ARN of one role/],
    ["a wildcard", `arn:aws:iam::${account}:role/*`, /Must be the ARN of one role/],
    ["a role by its name only", "nodes", /Give an aws\.iam\.Role, or write arn:aws:iam/],
    [
      "a service-linked role",
      `arn:aws:iam::${account}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS`,
      /Only AWS can/,
    ],
    [
      "a role of IAM Identity Center",
      `arn:aws:iam::${account}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x`,
      /permission set/,
    ],
    [
      "a role in another account",
      "arn:aws:iam::210987654321:role/nodes",
      /in account 210987654321, the repository in 123456789012.*pullFrom/,
    ],
  ];
  for (const [kind, role, message] of cases) {
    it(`are refused to ${kind}, at once or once it is known`, async () => {
      assert.match(await refused(role), message);
      await startMocks();
      assert.match(await refused(pulumi.output(role)), message);
    });
  }

  it("are refused at once if the name is taken, before the engine reports a duplicate URN", () => {
    repository.grantPull(pulumi.output(nodes));
    assert.throws(
      () => repository.grantPull(pulumi.output(`arn:aws:iam::${account}:role/ci`)),
      /grantPull of "petclinic".*\n?.*Another grant of this repository is already named "petclinic-pull"/s,
    );
    repository.grantPush(pulumi.output(nodes));
    repository.grantPull(pulumi.output(nodes), { name: "second" });
  });

  it("appear in a preview whose role does not exist yet", async () => {
    mocks = await startMocks({}, true);
    const unknown = new aws.sns.Topic("unknown").arn;
    const policy = new PrivateRepository("petclinic").grantPull(unknown);
    await mocks.settle();
    assert.equal(mocks.ofType(rolePolicy).length, 1);
    assert.equal(await isKnown(policy.role), false);
    assert.equal(await known(policy.policy), JSON.stringify(pullPermissions([arn])));
  });
});
