import assert from "node:assert/strict";
import { pushTrust } from "../../../policies/access/pushTrust";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeStack,
  type StackResource,
  unknownList,
  unknownText,
} from "../harness";

type Json = Record<string, unknown>;
const repository = "arn:aws:ecr:eu-west-1:123456789012:repository/petclinic";
const policy = (...statements: unknown[]): Json => ({ Version: "2012-10-17", Statement: statements });
const { role } = resourceTypes;

describe("policies: ecr-push-trust", () => {
  const provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
  const key = "token.actions.githubusercontent.com:sub";
  const trust = (Condition?: Json, Federated: unknown = provider): Json =>
    policy({
      Effect: "Allow",
      Principal: { Federated },
      Action: "sts:AssumeRoleWithWebIdentity",
      ...(Condition && { Condition }),
    });
  const pushes = policy({ Effect: "Allow", Action: "ecr:PutImage", Resource: repository });
  const pulls = policy({ Effect: "Allow", Action: "ecr:BatchGetImage", Resource: repository });
  /** A role that can push through an inline policy. */
  const judge = (assumeRolePolicy: unknown) =>
    judgeStack(pushTrust, [
      { type: role, name: "ci", props: { name: "ci", assumeRolePolicy, inlinePolicies: [{ policy: pushes }] } },
    ]);
  /** A role that anyone may assume, with resources that may allow it to push. */
  const open = trust({ StringLike: { [key]: "*" } });
  const beside = (resources: StackResource[], props: Json = {}, from: Record<string, string[]> = {}) =>
    judgeStack(pushTrust, [
      {
        type: role,
        name: "ci",
        props: { name: "ci", arn: "arn:aws:iam::123456789012:role/ci", assumeRolePolicy: open, ...props },
        from,
      },
      ...resources,
    ]);
  const resource = (type: string, props: Json, from?: Record<string, string[]>): StackResource => ({
    type,
    name: "other",
    props,
    ...(from && { from }),
  });

  it("passes subjects that name their repository, project or namespace", async () => {
    for (const subject of [
      "repo:smlinux/petclinic:ref:refs/heads/main",
      "repo:smlinux/petclinic:*",
      "project_path:group/project:ref_type:branch:ref:*",
      "system:serviceaccount:ci:*",
      "organization:acme:project:x:stack:*",
      "org/0a1b/project/2c3d/user/*",
      "{9f1c5c1e-8d4f-4d2a-9c44-0a1b2c3d4e5f}:*",
      "p://acme/shop/*",
    ]) {
      assertPasses(await judge(trust({ StringLike: { [key]: subject } })));
    }
    assertPasses(
      await judge(trust({ StringEquals: { [key]: ["repo:a/b:ref:refs/heads/main", "repo:a/c:environment:prod"] } })),
    );
    assertPasses(await judge(trust({ "ForAnyValue:StringLike": { [key]: "repo:a/b:*" } })));
  });

  it("passes subjects as CI systems and clouds write them", async () => {
    for (const subject of [
      "repo:octo@123/app@456:ref:refs/heads/main",
      "repository_id:456:ref:refs/heads/main",
      "repository_owner_id:123:repository_id:456:*",
      "environment:prod:repo:octo/app:*",
      "job_workflow_ref:octo/app/.github/workflows/deploy.yml@refs/heads/main",
      "organization:acme:pipeline:app:ref:refs/heads/main:commit:*:step:*",
      "organization:acme:project:*:workspace:app:run_phase:apply",
      "pulumi:deploy:org:acme:project:app:*",
      "pulumi:environments:org:acme:env:prod",
      "space:prod-01HX:*",
      "sc://acme/shop/connection",
      "/eid1/c/pub/t/abc/a/def/sc/111/222",
      "account/abc:org/default:project/shop",
      "account/abc:org/default:project/shop:*",
      "owner:acme:project:app:environment:production",
      "acme:app:*",
      "112233445566778899000",
    ]) {
      assertPasses(await judge(trust({ StringLike: { [key]: subject } })));
    }
  });

  it("passes tokens that other claims identify, as all conditions have to hold", async () => {
    const claim = (name: string) => `token.actions.githubusercontent.com:${name}`;
    for (const condition of [
      { StringEquals: { [claim("repository")]: "octo/app" }, StringLike: { [key]: "repo:*:pull_request" } },
      { StringEquals: { [claim("repository_id")]: ["456", "789"] }, StringLike: { [key]: "repo:octo@*/app@*:ref:*" } },
      { StringLike: { [claim("repository")]: "octo/app" } },
      { StringLike: { [key]: "repo:octo/*" }, StringEquals: { [key]: "repo:octo/app:ref:refs/heads/main" } },
      { StringEquals: { "oidc.circleci.com/project-id": "9f1c5c1e-8d4f-4d2a-9c44-0a1b2c3d4e5f" } },
    ]) {
      assertPasses(await judge(trust(condition)));
    }
    const google = (aud: string) =>
      judge(trust({ StringEquals: { "accounts.google.com:aud": aud } }, "accounts.google.com"));
    assertPasses(await google("112233445566778899000"));
    assertFails(await google("1234-abc.apps.googleusercontent.com"), /trusts every subject of accounts\.google\.com/);
    for (const condition of [
      { StringEquals: { [claim("repository_owner")]: "octo" }, StringLike: { [key]: "repo:*" } },
      { StringLike: { [claim("repository")]: "octo/*", [key]: "repo:octo/*" } },
      { StringEqualsIfExists: { [claim("repository")]: "octo/app" }, StringLike: { [key]: "repo:octo/*" } },
      { StringEquals: { [claim("environment")]: "prod" }, StringLike: { [key]: "repo:octo/*" } },
    ]) {
      assertFails(await judge(trust(condition)), /trusts the subjects "repo:/);
    }
  });

  it("fails other claims with a wildcard at either end", async () => {
    const claim = (name: string) => `token.actions.githubusercontent.com:${name}`;
    for (const [name, value] of [
      [claim("repository"), "octo/app"],
      [claim("repository_id"), "456"],
      ["oidc.circleci.com/project-id", "9f1c5c1e-8d4f-4d2a-9c44-0a1b2c3d4e5f"],
      ["accounts.google.com:aud", "112233445566778899000"],
    ] as const) {
      const judged = (written: string) =>
        judge(
          trust({ StringLike: { [name]: written } }, name.startsWith("accounts") ? "accounts.google.com" : provider),
        );
      assertPasses(await judged(value));
      assertFails(await judged(`${value}*`), /trusts every subject/);
      assertFails(await judged(`*${value}`), /trusts every subject/);
    }
  });

  it("fails subjects that anybody, or a whole organization, can have", async () => {
    for (const subject of [
      "environment:production",
      "ref:refs/heads/main",
      "repository_owner:octo:*",
      "repository_owner_id:123",
      "actor:octocat:*",
      "repository_id:4*",
      "environment:prod:repo:octo/*",
      "repo:octo/app@*:ref:refs/heads/main",
      "organization:acme:*",
      "organization:acme:pipeline:*",
      "organization:acme:project:*:workspace:*:run_phase:*",
      "organization:*:project:shop:workspace:app:run_phase:*",
      "pulumi:deploy:*",
      "pulumi:deploy:org:acme:*",
      "account/abc:org/default:*",
      "space:*",
    ]) {
      assertFails(await judge(trust({ StringLike: { [key]: subject } })), /trusts the subjects ".*"\. Must name/);
    }
    assertFails(await judge(trust({ StringEquals: { [key]: "environment:production" } })), /trusts the subjects/);
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

  it("fails a role that trusts every subject", async () => {
    const every =
      /^assumeRolePolicy\.Statement\[0\]\.Condition: the trust policy of role "ci" trusts every subject of arn:aws.*Write Condition/;
    for (const condition of [
      undefined,
      { StringEquals: { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } },
      { StringNotEquals: { [key]: "repo:a/b:*" } },
      { StringLikeIfExists: { [key]: "repo:a/b:*" } },
      { "ForAllValues:StringEquals": { [key]: "repo:a/b:x" } },
      { Nonsense: { [key]: "repo:a/b:x" } },
      { StringEquals: { [key]: [] } },
      { StringLike: { [`${key}_type`]: "repo:a/b:x" } },
    ]) {
      assertFails(await judge(trust(condition as Json)), every);
    }
  });

  it("fails subjects with a wildcard before the part that identifies their owner", async () => {
    for (const subject of [
      "*",
      "repo:*",
      "repo:smlinux/*",
      "repo:*/petclinic:ref:refs/heads/main",
      "system:serviceaccount:*",
      "repo:a/b?:x",
      ":repo:a/b:*",
      "system:serviceaccount::a:b:c:*",
      "org/*",
      "org/0a1b/project/*",
      "{*}:*",
      "{9f1c5c1e-*",
      "p://acme/*",
      "",
    ]) {
      const verdict = await judge(trust({ StringLike: { [key]: ["repo:a/b:x", subject] } }));
      assertFails(verdict, /trusts the subjects ".*"\. Must name the repository/);
    }
  });

  it("takes * literally where the operator does", async () => {
    assertPasses(await judge(trust({ StringEquals: { [key]: "repo:*" } })));
    assertPasses(await judge(trust({ StringEquals: { [key]: "*/app:ref:refs/heads/main" } })));
    assertFails(await judge(trust({ StringEquals: { [key]: "*" } })), /trusts the subjects "\*"/);
    assertFails(await judge(trust({ StringEquals: { [key]: "**" } })), /trusts the subjects "\*\*"/);
  });

  it("fails a role that anyone can assume", async () => {
    for (const each of [
      { Principal: "*" },
      { Principal: { AWS: ["*"] }, Condition: { StringEquals: { "sts:ExternalId": "x" } } },
      { NotPrincipal: { AWS: "123456789012" } },
    ]) {
      assertFails(
        await judge(policy({ Effect: "Allow", Action: "sts:AssumeRole", ...each })),
        /^assumeRolePolicy\.Statement\[0\]: the trust policy of role "ci" allows anyone to assume this role: /,
      );
    }
    assertPasses(await judge(policy({ Effect: "Deny", Action: "sts:AssumeRole", Principal: "*" })));
  });

  it("checks the statements next to one that IAM would refuse", async () => {
    const open = { Effect: "Allow", Principal: "*", Action: "sts:AssumeRole" };
    assertFails(await judge(policy({ Effect: "allow" }, open)), /^assumeRolePolicy\.Statement\[1\]: /);
  });

  it("reports unknown values", async () => {
    assertUnjudged(await judge(unknownText), /^assumeRolePolicy, the trust policy of role "ci", is not known yet/);
    assertUnjudged(await judge(trust({ StringEquals: { [key]: unknownText } })), /Condition\.StringEquals/);
  });

  it("checks roles that can push, in every way that the stack allows it", async () => {
    const wrong =
      /^assumeRolePolicy\.Statement\[0\]\.Condition: the trust policy of role "ci" trusts the subjects "\*"/;
    const { rolePolicy, rolePolicyAttachment, policyAttachment, managedPolicy, repositoryPolicy } = resourceTypes;
    const powerUser = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser";
    const own = resource(managedPolicy, { arn: "arn:aws:iam::123456789012:policy/own", policy: pushes });
    const named = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:role/ci" }, Action: "ecr:PutImage" };
    const otherPrincipal = { AWS: "arn:aws:iam::123456789012:role/other" };
    for (const resources of [
      [resource(rolePolicy, { role: "ci", policy: pushes })],
      [resource(rolePolicy, { role: unknownText, policy: JSON.stringify(pushes) }, { role: ["ci"] })],
      [resource(rolePolicyAttachment, { role: "ci", policyArn: powerUser })],
      [resource(policyAttachment, { roles: ["x", "ci"], policyArn: powerUser })],
      [
        own,
        {
          ...resource(rolePolicyAttachment, { role: "ci", policyArn: "arn:aws:iam::123456789012:policy/own" }),
          name: "a",
        },
      ],
      [
        own,
        {
          ...resource(rolePolicyAttachment, { role: "ci", policyArn: unknownText }, { policyArn: ["other"] }),
          name: "a",
        },
      ],
      [resource(repositoryPolicy, { policy: policy(named) })],
      [resource(repositoryPolicy, { policy: JSON.stringify(policy(named)) })],
      [resource(repositoryPolicy, { policy: policy(named, { ...named, Principal: otherPrincipal }) })],
      [
        resource(repositoryPolicy, {
          policy: policy({
            ...named,
            Principal: { AWS: [otherPrincipal.AWS, named.Principal.AWS] },
            Action: ["ecr:BatchGetImage", "ecr:PutImage"],
          }),
        }),
      ],
      [
        own,
        {
          ...resource(policyAttachment, { roles: ["ci"], policyArn: unknownText }, { policyArn: ["other"] }),
          name: "a",
        },
      ],
    ]) {
      assertFails(await beside(resources), wrong);
    }
    assertFails(await beside([own], { managedPolicyArns: [unknownText] }, { managedPolicyArns: ["other"] }), wrong);
    assertFails(
      await beside([resource(rolePolicy, { role: "ci", policy: pushes })], { name: undefined, id: "ci" }),
      wrong,
    );
    assertFails(await beside([], { managedPolicyArns: [powerUser] }), wrong);
    const { urns } = await beside([], { managedPolicyArns: [powerUser] });
    assert.match(urns[0] ?? "", /Role::ci$/);
  });

  it("ignores roles that cannot push", async () => {
    const { rolePolicy, rolePolicyAttachment, managedPolicy, repositoryPolicy } = resourceTypes;
    const readOnly = "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly";
    const pulled = {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789012:role/ci" },
      Action: "ecr:BatchGetImage",
    };
    for (const resources of [
      [],
      [resource(rolePolicy, { role: "ci", policy: pulls })],
      [resource(rolePolicy, { role: "other", policy: pushes })],
      [
        resource(rolePolicy, {
          role: "ci",
          policy: policy({ Effect: "Deny", Action: "ecr:PutImage", Resource: repository }),
        }),
      ],
      [resource(rolePolicyAttachment, { role: "ci", policyArn: readOnly })],
      [resource(managedPolicy, { arn: "arn:aws:iam::123456789012:policy/own", policy: pushes })],
      [resource(repositoryPolicy, { policy: policy(pulled) }, { policy: ["ci"] })],
      [
        resource(repositoryPolicy, {
          policy: policy(pulled, {
            ...pulled,
            Principal: { AWS: "arn:aws:iam::123456789012:role/other" },
            Action: "ecr:PutImage",
          }),
        }),
      ],
      [resource(rolePolicyAttachment, { role: "ci" })],
      [resource(rolePolicy, { role: "ci", policy: policy({ Effect: "Allow", Action: "*", Resource: "*" }) })],
    ]) {
      assertPasses(await beside(resources));
    }
    assertPasses(await beside([], { inlinePolicies: [null] }));
    // A Cognito identity pool: unrelated to ECR.
    const cognito = policy({
      Effect: "Allow",
      Principal: { Federated: "cognito-identity.amazonaws.com" },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" } },
    });
    assertPasses(await beside([], { assumeRolePolicy: cognito }));
  });

  it("cannot decide while the role's policies are not known", async () => {
    const doubt =
      /trusts the subjects "\*".* Whether the role can push to ECR is not known yet\. `pulumi up` checks it\.$/;
    const { rolePolicy, rolePolicyAttachment, repositoryPolicy } = resourceTypes;
    for (const resources of [
      [resource(rolePolicy, { role: "ci", policy: unknownText })],
      [
        resource(rolePolicy, {
          role: "ci",
          policy: policy({ Effect: "Allow", Action: unknownText, Resource: repository }),
        }),
      ],
      [resource(rolePolicyAttachment, { role: "ci", policyArn: unknownText })],
      [resource(repositoryPolicy, { policy: unknownText }, { policy: ["ci"] })],
    ]) {
      assertUnjudged(await beside(resources), doubt);
    }
    assertUnjudged(await beside([], { inlinePolicies: unknownList }), doubt);
    assertUnjudged(await beside([], { managedPolicyArns: [unknownText] }), doubt);
    assertPasses(
      await beside([resource(rolePolicy, { role: "ci", policy: unknownText })], { assumeRolePolicy: undefined }),
    );
  });

  it("does not confuse roles of the same name in different accounts", async () => {
    const other = { provider: "other", providerConfig: { allowedAccountIds: '["210987654321"]' } };
    const own = { provider: "own", providerConfig: { allowedAccountIds: '["123456789012"]' } };
    const ofRole = resource(resourceTypes.rolePolicy, { role: "ci", policy: pushes });
    assertPasses(await beside([{ ...ofRole, ...other }]));
    assertFails(await beside([{ ...ofRole, ...own }]), /trusts the subjects/);
  });
});
