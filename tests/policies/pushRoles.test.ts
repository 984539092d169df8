import assert from "node:assert/strict";
import { pushRoles } from "../../policies/pushRoles";
import { resourceTypes } from "../../policies/resources";
import { assertFails, assertPasses, assertUnjudged, judgeResource, unknownList, unknownText } from "./harness";

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

describe("policies: ecr-push-roles, of rights", () => {
  const judge = (document: unknown, type: string = rolePolicy) =>
    judgeResource(pushRoles, { type, props: { name: "push", policy: document } });

  it("passes push actions by name on repositories, and the token for all of them", async () => {
    const token = { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" };
    assertPasses(await judge(policy(statement(), token)));
    assertPasses(await judge(JSON.stringify(policy(statement({ Resource: [repository, `${repository}/*`] })))));
    assertPasses(await judge(policy(statement({ Resource: "arn:aws:ecr:*:123456789012:repository/team/*" }))));
    assertPasses(await judge(policy(statement({ Action: ["ecr:BatchGetImage", "ecr:Describe*"], Resource: "*" }))));
    assertPasses(await judge(policy({ Effect: "Deny", Action: "ecr:*", Resource: "*" })));
  });

  it("leaves rights to everything there is to checks of IAM itself", async () => {
    assertPasses(await judge(policy({ Effect: "Allow", Action: "*", Resource: "*" })));
    assertPasses(await judge(policy({ Effect: "Allow", Action: "s3:*", Resource: "*" })));
    assertPasses(await judge(policy({ Effect: "Allow", NotAction: "iam:*", Resource: "*" })));
  });

  it("fails wildcards that push, in every kind of policy", async () => {
    for (const type of [managedPolicy, rolePolicy, userPolicy, groupPolicy]) {
      assertFails(
        await judge(policy(statement({ Action: ["ecr:PutImage", "ecr:*"] })), type),
        /^policy\.Statement\[0\]\.Action: IAM policy "push" allows ecr:\*; allowed are push actions by name\. Write "ecr:/,
      );
    }
    assertFails(await judge(policy(statement({ Action: "ecr-public:*" }))), /allows ecr-public:\*/);
    assertFails(await judge(policy(statement({ Action: "ECR:Put*" }))), /allows ECR:Put\*/);
    const allows = await judge(policy(statement({ Action: ["ecr:*", "ecr:Put?mage"] })));
    assertFails(
      allows,
      /allows ecr:\*, ecr:Put\?mage; .*Write "ecr:CompleteLayerUpload", "ecr:.*" and those for pulling\.$/,
    );
  });

  it("fails push rights to every repository", async () => {
    for (const Resource of [
      "*",
      "arn:aws:ecr:eu-west-1:123456789012:repository/*",
      "arn:aws:ecr:*",
      [repository, "*"],
    ]) {
      assertFails(
        await judge(policy(statement({ Resource }))),
        /\.Resource: .* lets push to every repository \(.*\*\)/,
      );
    }
    assertFails(
      await judge(policy(statement({ Resource: ["*", repository, "arn:aws:ecr:*"] }))),
      /lets push to every repository \(\*, arn:aws:ecr:\*\);/,
    );
    const { Resource: _, ...allBut } = statement({ NotResource: repository });
    assertFails(await judge(policy(allBut)), /\(all but what NotResource names\)/);
    assertFails(await judge(policy(statement({ Action: "ecr:*", Resource: "*" }))), /\.Action: /, /\.Resource: /);
  });

  it("fails rights to all actions where they are on repositories by name", async () => {
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
      /allows NotAction ecr:Get\*, ecr:List\*;/,
    );
    assertPasses(await judge(policy(rest)));
  });

  it("fails actions of several services that are pushes too", async () => {
    for (const action of ["e*", "ecr*:*", "*:PutImage", "e?r:Put*"]) {
      assertFails(await judge(policy(statement({ Action: action }))), /\.Action: IAM policy "push" allows /);
    }
  });

  it("fails AWS's own policies that let push to every repository, wherever they are given", async () => {
    const arn = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser";
    const found =
      /policyArn: attachment "petclinic" has AWS's policy AmazonEC2ContainerRegistryPowerUser, which lets push/;
    const attached = (type: string, policyArn: unknown) => judgeResource(pushRoles, { type, props: { policyArn } });
    for (const type of attachments) {
      assertFails(await attached(type, arn), found);
      assertPasses(await attached(type, "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly"));
      assertPasses(await attached(type, undefined));
      // It is of a policy in the stack, which is judged by itself.
      assertPasses(await attached(type, unknownText));
    }
    const managedPolicyArns = ["arn:aws:iam::123456789012:policy/x", arn];
    const ofRole = (props: Json) => judgeResource(pushRoles, { type: role, props: { name: "ci", ...props } });
    assertFails(await ofRole({ managedPolicyArns }), /^managedPolicyArns\[1\]: role "ci" has AWS's policy Amazon/);
    assertUnjudged(
      await ofRole({ managedPolicyArns: unknownList }),
      /^managedPolicyArns of role "ci" is not known yet/,
    );
  });

  it("says what is not known, and judges the rest", async () => {
    assertUnjudged(await judge(unknownText), /^policy, IAM policy "push", is not known yet/);
    assertUnjudged(await judge(policy(statement({ Resource: unknownText }))), /^policy\.Statement\[0\]\.Resource of/);
    assertFails(await judge(policy(statement({ Resource: "*", Condition: unknownText }))), /every repository/);
  });
});

describe("policies: ecr-push-roles, of trust", () => {
  const provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
  const key = "token.actions.githubusercontent.com:sub";
  const trust = (Condition?: Json, Federated: unknown = provider): Json =>
    policy({
      Effect: "Allow",
      Principal: { Federated },
      Action: "sts:AssumeRoleWithWebIdentity",
      ...(Condition && { Condition }),
    });
  const judge = (assumeRolePolicy: unknown, more: Json = {}) =>
    judgeResource(pushRoles, { type: role, props: { name: "ci", assumeRolePolicy, ...more } });

  it("passes subjects that are written out as far as their repository, project or namespace", async () => {
    for (const subject of [
      "repo:smlinux/petclinic:ref:refs/heads/main",
      "repo:smlinux/petclinic:*",
      "project_path:group/project:ref_type:branch:ref:*",
      "system:serviceaccount:ci:*",
      "organization:acme:project:x:stack:*",
    ]) {
      assertPasses(await judge(trust({ StringLike: { [key]: subject } })));
    }
    assertPasses(
      await judge(trust({ StringEquals: { [key]: ["repo:a/b:ref:refs/heads/main", "repo:a/c:environment:prod"] } })),
    );
    assertPasses(await judge(trust({ "ForAnyValue:StringLike": { [key]: "repo:a/b:*" } })));
  });

  it("passes roles of services, accounts and SAML", async () => {
    assertPasses(
      await judge(policy({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" })),
    );
    const ofOrganization = { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } };
    assertPasses(
      await judge(policy({ Effect: "Allow", Principal: "*", Action: "sts:AssumeRole", Condition: ofOrganization })),
    );
    assertPasses(await judge(trust(undefined, "arn:aws:iam::123456789012:saml-provider/x")));
    assertPasses(await judge(policy({ Effect: "Deny", Principal: { Federated: provider }, Action: "*" })));
    assertPasses(await judge(undefined));
  });

  it("fails a role for every subject", async () => {
    const every =
      /^assumeRolePolicy\.Statement\[0\]\.Condition: the trust policy of role "ci" is for every subject of arn:aws.*Write Condition/;
    for (const condition of [
      undefined,
      { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
      { StringNotEquals: { [key]: "repo:a/b:*" } },
      { StringLikeIfExists: { [key]: "repo:a/b:*" } },
      { "ForAllValues:StringEquals": { [key]: "repo:a/b:x" } },
      { Nonsense: { [key]: "repo:a/b:x" } },
      { StringLike: { [`${key}_type`]: "repo:a/b:x" } },
    ]) {
      assertFails(await judge(trust(condition as Json)), every);
    }
  });

  it("fails subjects with a wildcard before it says whose they are", async () => {
    for (const subject of [
      "*",
      "repo:*",
      "repo:smlinux/*",
      "repo:*/petclinic:ref:refs/heads/main",
      "system:serviceaccount:*",
      "repo:a/b?:x",
      ":repo:a/b:*",
      "system:serviceaccount::a:b:c:*",
      "",
    ]) {
      const verdict = await judge(trust({ StringLike: { [key]: ["repo:a/b:x", subject] } }));
      assertFails(verdict, /is for the subjects ".*"; allowed are subjects whose repository/);
    }
  });

  it("takes a star for a star where the operator does", async () => {
    assertPasses(await judge(trust({ StringEquals: { [key]: "repo:*" } })));
    assertFails(await judge(trust({ StringEquals: { [key]: "*" } })), /is for the subjects ""/);
  });

  it("judges policies inside the role", async () => {
    const inlinePolicies = [
      { name: "a", policy: policy(statement()) },
      { name: "b", policy: JSON.stringify(policy(statement({ Resource: "*" }))) },
      null,
    ];
    assertFails(
      await judge(undefined, { inlinePolicies }),
      /^inlinePolicies\[1\]\.policy\.Statement\[0\]\.Resource: a policy of role "ci" lets push/,
    );
    assertUnjudged(
      await judge(undefined, { inlinePolicies: [unknownText] }),
      /^inlinePolicies\[0\]\.policy, a policy of role/,
    );
    assertUnjudged(
      await judge(undefined, { inlinePolicies: unknownList }),
      /^inlinePolicies of role "ci" is not known yet/,
    );
  });

  it("fails a role that anyone can be", async () => {
    for (const each of [
      { Principal: "*" },
      { Principal: { AWS: ["*"] }, Condition: { StringEquals: { "sts:ExternalId": "x" } } },
      { NotPrincipal: { AWS: "123456789012" } },
    ]) {
      assertFails(
        await judge(policy({ Effect: "Allow", Action: "sts:AssumeRole", ...each })),
        /^assumeRolePolicy\.Statement\[0\]: the trust policy of role "ci" lets anyone be this role: /,
      );
    }
    assertPasses(await judge(policy({ Effect: "Deny", Action: "sts:AssumeRole", Principal: "*" })));
  });

  it("judges the statements beside one that IAM would refuse", async () => {
    const open = { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" };
    assertFails(await judge(policy({ Effect: "allow" }, open)), /^assumeRolePolicy\.Statement\[1\]: /);
  });

  it("says what is not known", async () => {
    assertUnjudged(await judge(unknownText), /^assumeRolePolicy, the trust policy of role "ci", is not known yet/);
    assertUnjudged(await judge(trust({ StringEquals: { [key]: unknownText } })), /Condition\.StringEquals/);
  });
});
