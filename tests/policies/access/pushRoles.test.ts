// biome-ignore-all lint/suspicious/noTemplateCurlyInString: IAM has variables of its own.
import assert from "node:assert/strict";
import { pushRoles } from "../../../policies/access/pushRoles";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, unknownList, unknownText } from "../harness";

type Json = Record<string, unknown>;
const repository = "arn:aws:ecr:eu-west-1:123456789012:repository/petclinic";
const push = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"];
const statement = (parts: Json = {}): Json => ({ Effect: "Allow", Action: push, Resource: repository, ...parts });
const policy = (...statements: unknown[]): Json => ({ Version: "2012-10-17", Statement: statements });
const { managedPolicy, rolePolicy, userPolicy, groupPolicy, role } = resourceTypes;
const attachments = [
  resourceTypes.rolePolicyAttachment,
  resourceTypes.userPolicyAttachment,
  resourceTypes.groupPolicyAttachment,
  resourceTypes.policyAttachment,
];

describe("policies: ecr-push-roles", () => {
  const judge = (document: unknown, type: string = rolePolicy) =>
    judgeResource(pushRoles, { type, props: { name: "push", policy: document } });
  const ofRole = (props: Json) => judgeResource(pushRoles, { type: role, props: { name: "ci", ...props } });

  it("passes push actions by name on repositories, and the token for all of them", async () => {
    const token = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };
    assertPasses(await judge(policy(statement(), token)));
    assertPasses(await judge(JSON.stringify(policy(statement({ Resource: [repository, `${repository}/*`] })))));
    assertPasses(await judge(policy(statement({ Resource: "arn:aws:ecr:*:123456789012:repository/team/*" }))));
    assertPasses(await judge(policy(statement({ Action: ["ecr:BatchGetImage", "ecr:Describe*"], Resource: "*" }))));
    assertPasses(await judge(policy({ Effect: "Deny", Action: "ecr:*", Resource: "*" })));
  });

  it("leaves permissions for every service to IAM checks", async () => {
    assertPasses(await judge(policy({ Effect: "Allow", Action: "*", Resource: "*" })));
    assertPasses(await judge(policy({ Effect: "Allow", Action: "s3:*", Resource: "*" })));
    assertPasses(await judge(policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })));
  });

  it("fails wildcards that push, in every kind of policy", async () => {
    for (const type of [managedPolicy, rolePolicy, userPolicy, groupPolicy]) {
      assertFails(
        await judge(policy(statement({ Action: ["ecr:PutImage", "ecr:*"] })), type),
        /^policy\.Statement\[0\]\.Action: IAM policy "push" allows ecr:\*\. Must name each push action\. Write "ecr:/,
      );
    }
    assertFails(await judge(policy(statement({ Action: "ecr-public:*" }))), /allows ecr-public:\*/);
    assertFails(await judge(policy(statement({ Action: "ECR:Put*" }))), /allows ECR:Put\*/);
    const allows = await judge(policy(statement({ Action: ["ecr:*", "ecr:Put?mage"] })));
    assertFails(
      allows,
      /allows ecr:\*, ecr:Put\?mage\. .*Write "ecr:CompleteLayerUpload", "ecr:.*" and the actions for pulling\.$/,
    );
  });

  it("fails push permissions for every repository", async () => {
    for (const Resource of [
      "*",
      "arn:aws:ecr:eu-west-1:123456789012:repository/*",
      "arn:aws:ecr:*",
      [repository, "*"],
    ]) {
      assertFails(
        await judge(policy(statement({ Resource }))),
        /\.Resource: .* allows pushing to every repository \(.*\*\)/,
      );
    }
    assertFails(
      await judge(policy(statement({ Resource: ["*", repository, "arn:aws:ecr:*"] }))),
      /allows pushing to every repository \(\*, arn:aws:ecr:\*\)\. Must/,
    );
    const { Resource: _, ...allBut } = statement({ NotResource: repository });
    assertFails(await judge(policy(allBut)), /\(all except those in NotResource\)/);
    assertFails(await judge(policy(statement({ Action: "ecr:*", Resource: "*" }))), /\.Action: /, /\.Resource: /);
  });

  it("passes permissions for repositories with a tag, and reports unknown conditions", async () => {
    const everywhere = (Condition?: unknown) =>
      judge(policy(statement({ Resource: "*", ...(Condition ? { Condition } : {}) })));
    for (const condition of [
      { StringEquals: { "ecr:ResourceTag/team": "pets" } },
      { StringLike: { "aws:ResourceTag/team": ["pets", "vets-*"] } },
      { StringEquals: { "aws:ResourceTag/team": "${aws:PrincipalTag/team}" }, Bool: { "aws:SecureTransport": "true" } },
    ]) {
      assertPasses(await everywhere(condition));
    }
    for (const condition of [
      { StringLike: { "aws:ResourceTag/team": "*" } },
      { StringLike: { "aws:ResourceTag/team": ["pets", "*"] } },
      { StringEqualsIfExists: { "ecr:ResourceTag/team": "pets" } },
      { "ForAllValues:StringEquals": { "ecr:ResourceTag/team": "pets" } },
      { StringNotEquals: { "ecr:ResourceTag/team": "pets" } },
      { StringEquals: { "aws:RequestTag/team": "pets" } },
      { StringEquals: { "aws:ResourceTag/": "pets" } },
    ]) {
      assertFails(
        await everywhere(condition),
        /allows pushing to every repository \(\*\)\. Must name repositories by ARN, or restrict them by resource tag/,
      );
    }
    assertUnjudged(
      await everywhere(unknownText),
      /allows pushing to every repository .* Its condition is not known yet\./,
    );
    // An unknown condition of another statement does not matter.
    const other = { Effect: "Allow", Action: "s3:*", Resource: "*", Condition: unknownText };
    assertFails(await judge(policy(other, statement({ Resource: "*" }))), /^policy\.Statement\[1\]\.Resource: /);
    assertPasses(await judge(policy(other, statement())));
  });

  it("fails all actions on named repositories", async () => {
    for (const each of [
      { Action: "*", Resource: repository },
      { NotAction: "ecr:DeleteRepository", Resource: repository },
      { NotAction: "ecr:PutImage", Resource: repository },
      { NotAction: ["ecr:Get*"], NotResource: "arn:aws:s3:::x", Resource: repository },
    ]) {
      const { Action: _, ...rest } = statement();
      const found = await judge(policy({ ...rest, ...each }));
      assert.match(
        found.violations[0] ?? "",
        /^policy\.Statement\[0\]\.Action: IAM policy "push" allows (\*|NotAction ecr:)/,
      );
    }
    const { Action: _, ...rest } = statement({ NotAction: ["ecr:*", "ecr-public:*"] });
    assertFails(
      await judge(policy({ ...rest, NotAction: ["ecr:Get*", "ecr:List*"] })),
      /allows NotAction ecr:Get\*, ecr:List\*\./,
    );
    assertPasses(await judge(policy(rest)));
  });

  it("fails wildcards over several services that include push actions", async () => {
    for (const action of ["e*", "ecr*:*", "*:PutImage", "e?r:Put*"]) {
      assertFails(await judge(policy(statement({ Action: action }))), /\.Action: IAM policy "push" allows /);
    }
  });

  it("fails AWS managed policies that allow pushing to every repository, wherever they are attached", async () => {
    const arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser";
    const found =
      /policyArn: attachment "petclinic" has the AWS managed policy AmazonEC2ContainerRegistryPowerUser, which allows pushing/;
    const attached = (type: string, policyArn: unknown) => judgeResource(pushRoles, { type, props: { policyArn } });
    for (const type of attachments) {
      assertFails(await attached(type, arn), found);
      assertPasses(await attached(type, "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"));
      assertPasses(await attached(type, undefined));
      // Found in a policy in the stack, which is checked on its own.
      assertPasses(await attached(type, unknownText));
    }
    const managedPolicyArns = ["arn:aws:iam::123456789012:policy/x", arn];
    assertFails(
      await ofRole({ managedPolicyArns }),
      /^managedPolicyArns\[1\]: role "ci" has the AWS managed policy Amazon/,
    );
    assertUnjudged(
      await ofRole({ managedPolicyArns: unknownList }),
      /^managedPolicyArns of role "ci" is not known yet/,
    );
  });

  it("reports unknown values, and checks the rest", async () => {
    assertUnjudged(await judge(unknownText), /^policy, IAM policy "push", is not known yet/);
    assertUnjudged(await judge(policy(statement({ Resource: unknownText }))), /^policy\.Statement\[0\]\.Resource of/);
    assertUnjudged(await judge(policy(statement({ Resource: "*", Condition: unknownText }))), /every repository/);
  });

  it("checks the role's inline policies", async () => {
    const inlinePolicies = [
      { name: "a", policy: policy(statement()) },
      { name: "b", policy: JSON.stringify(policy(statement({ Resource: "*" }))) },
      null,
    ];
    assertFails(
      await ofRole({ inlinePolicies }),
      /^inlinePolicies\[1\]\.policy\.Statement\[0\]\.Resource: a policy of role "ci" allows pushing/,
    );
    assertUnjudged(await ofRole({ inlinePolicies: [unknownText] }), /^inlinePolicies\[0\]\.policy, a policy of role/);
    assertUnjudged(await ofRole({ inlinePolicies: unknownList }), /^inlinePolicies of role "ci" is not known yet/);
  });

  it("leaves the trust policy to ecr-push-trust", async () => {
    assertPasses(
      await ofRole({ assumeRolePolicy: policy({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" }) }),
    );
  });
});
