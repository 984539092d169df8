import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  InputRefused,
  PrivateRepository,
  PublicRepository,
  PushRole,
  type PushRoleArgs,
  pushPolicy,
} from "../../components";
import { pushRoleFaults } from "../../components/permissions/pushRole";
import { pushPermissions } from "../../ecr/permissions/pushPermissions";
import { account, known, type Mocks, startMocks } from "./mocks";

const roleType = "aws:iam/role:Role";
const policyType = "aws:iam/rolePolicy:RolePolicy";
const providerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";
const providerArn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
const pets = `arn:aws:ecr:ap-northeast-2:${account}:repository/petclinic`;
const open = `arn:aws:ecr-public::${account}:repository/petclinic`;
const github = [{ repository: "octo-org/petclinic", branches: ["main"] }];

const trustOf = (subjects: object, Sid = "Exact") =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid,
        Effect: "Allow",
        Principal: { Federated: providerArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: subjects,
      },
    ],
  });

describe("PushRole", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });
  const issuer = "token.actions.githubusercontent.com";

  it("creates a role that one repository's branch can assume, to push to the named repositories only", async () => {
    const role = new PushRole("release", { repositories: [pets], github, providerArn });
    await mocks.settle();
    assert.deepEqual(mocks.registrations, [
      { type: "ecr:index:PushRole", name: "release", inputs: {} },
      {
        type: roleType,
        name: "release",
        inputs: {
          path: "/",
          description: "Pushes images from token.actions.githubusercontent.com",
          assumeRolePolicy: trustOf({
            StringEquals: {
              [`${issuer}:aud`]: "sts.amazonaws.com",
              [`${issuer}:sub`]: ["repo:octo-org/petclinic:ref:refs/heads/main"],
            },
          }),
          maxSessionDuration: 3_600,
        },
      },
      {
        type: policyType,
        name: "release",
        inputs: { name: "push", role: "some-role", policy: JSON.stringify(pushPermissions([pets])) },
      },
    ]);
    assert.equal(await known(role.roleArn), `arn:aws:iam::${account}:role/some-role`);
    assert.equal(await known(role.roleName), "some-role");
    assert.equal(await known(role.providerArn), providerArn);
    assert.equal(role.provider, undefined);
    assert.match(await known(role.role.urn), /ecr:index:PushRole\$aws:iam\/role:Role::release$/);
  });

  it("accepts all settings of a role, and creates the identity provider on request", async () => {
    new PushRole("release", {
      repositories: [pets],
      github: [{ anyRepositoryOf: "octo-org", tags: ["v*"] }],
      createProvider: true,
      audience: "ecr",
      pull: true,
      roleName: "pusher",
      path: "/ci/",
      maxSessionDuration: 7_200,
      permissionsBoundary: `arn:aws:iam::${account}:policy/bounds`,
      tags: { team: "vets" },
    });
    await mocks.settle();
    assert.deepEqual(mocks.ofType(providerType), [
      {
        type: providerType,
        // Named after the issuer, so that it stays when the role is renamed.
        name: issuer,
        inputs: { url: `https://${issuer}`, clientIdLists: ["ecr"], tags: { team: "vets" } },
      },
    ]);
    assert.deepEqual(mocks.ofType(roleType)[0]?.inputs, {
      name: "pusher",
      path: "/ci/",
      description: `Pushes images from ${issuer}`,
      assumeRolePolicy: trustOf(
        {
          StringEquals: { [`${issuer}:aud`]: "ecr" },
          StringLike: { [`${issuer}:sub`]: ["repo:octo-org/*:ref:refs/tags/v*", "repo:octo-org@*/*:ref:refs/tags/v*"] },
        },
        "Patterns",
      ),
      maxSessionDuration: 7_200,
      permissionsBoundary: `arn:aws:iam::${account}:policy/bounds`,
      tags: { team: "vets" },
    });
    assert.equal(
      mocks.ofType(policyType)[0]?.inputs["policy"],
      JSON.stringify(pushPermissions([pets], { pull: true })),
    );
  });

  it("names the identity provider after the role if it may be in another account", async () => {
    const provider = new aws.Provider("other", { region: "eu-west-1" });
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    for (const opts of [{ provider }, { parent }]) {
      new PushRole(`release-${Object.keys(opts)[0]}`, { repositories: [pets], github, createProvider: true }, opts);
    }
    await mocks.settle();
    assert.deepEqual(
      mocks
        .ofType(providerType)
        .map(({ name }) => name)
        .sort(),
      ["release-parent", "release-provider"],
    );
  });

  it("pushes to components, both private and public", async () => {
    const repositories = [new PrivateRepository("petclinic"), new PublicRepository("petclinic"), pulumi.output(pets)];
    new PushRole("release", { repositories, github, providerArn: pulumi.output(providerArn) });
    await mocks.settle();
    assert.equal(mocks.ofType(policyType)[0]?.inputs["policy"], JSON.stringify(pushPermissions([pets, open])));
  });

  it("trusts pipelines of a self-hosted GitLab", async () => {
    new PushRole("release", {
      repositories: [pets],
      gitlab: [{ project: "team/pets", branches: ["main"] }],
      issuer: "https://git.example.com",
      createProvider: true,
    });
    await mocks.settle();
    assert.deepEqual(mocks.ofType(providerType)[0]?.inputs["clientIdLists"], ["https://git.example.com"]);
    const trust = JSON.parse(String(mocks.ofType(roleType)[0]?.inputs["assumeRolePolicy"]));
    assert.deepEqual(trust.Statement[0].Condition, {
      StringEquals: {
        "git.example.com:aud": "https://git.example.com",
        "git.example.com:sub": ["project_path:team/pets:ref_type:branch:ref:main"],
      },
    });
  });

  it("trusts only the named workflow files if a repository names any", async () => {
    new PushRole("release", {
      repositories: [pets],
      github: [{ repository: "octo-org/petclinic", branches: ["main"], workflows: ["release.yml"] }],
      providerArn,
    });
    await mocks.settle();
    assert.equal(
      mocks.ofType(roleType)[0]?.inputs["assumeRolePolicy"],
      trustOf(
        {
          StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
          StringLike: {
            [`${issuer}:sub`]: ["repo:octo-org/petclinic:ref:refs/heads/main"],
            [`${issuer}:job_workflow_ref`]: ["octo-org/petclinic/.github/workflows/release.yml@*"],
          },
        },
        "Workflows1",
      ),
    );
  });

  it("leaves unknown values to the update, and checks them there", async () => {
    mocks = await startMocks({}, true);
    new PushRole("release", { repositories: [new PrivateRepository("petclinic")], github, createProvider: true });
    await mocks.settle();
    assert.ok(mocks.ofType(policyType).length === 1);
    assert.equal(await known(pushPolicy([pulumi.output(pets)])), JSON.stringify(pushPermissions([pets])));
    await assert.rejects(known(pushPolicy([pets, pulumi.output("*")])), InputRefused);
    assert.throws(() => pushPolicy(["*"]), InputRefused);
  });

  const refusals: [what: string, change: Partial<PushRoleArgs>, paths: string[]][] = [
    ["an empty list of repositories", { repositories: [] }, ["repositories"]],
    ["a wildcard in a repository's ARN", { repositories: [pets, `${pets}*`] }, ["repositories[1]"]],
    ["a missing CI system", { github: undefined }, ["github"]],
    ["two CI systems", { gitlab: [{ project: "a/b", branches: ["main"] }] }, ["github"]],
    ["an empty list of workflows", { github: [] }, ["github"]],
    ["every GitHub repository", { github: [{ repository: "*", branches: ["main"] }] }, ["github[0].repository"]],
    ["any kind of run", { github: [{ repository: "a/b" }] }, ["github[0].branches"]],
    ["a missing identity provider", { providerArn: undefined }, ["providerArn"]],
    ["two identity providers", { createProvider: true }, ["providerArn"]],
    ["a provider for another issuer", { issuer: "https://gitlab.com" }, ["providerArn"]],
    ["an issuer without https", { issuer: "http://a", createProvider: true, providerArn: undefined }, ["issuer"]],
    ["an empty audience", { audience: "" }, ["audience"]],
    ["an invalid role name", { roleName: "a b" }, ["roleName"]],
    ["an invalid path", { path: "ci" }, ["path"]],
    ["a session of one minute", { maxSessionDuration: 60 }, ["maxSessionDuration"]],
    ["an invalid permissions boundary", { permissionsBoundary: "ReadOnly" }, ["permissionsBoundary"]],
    [
      "a provider and a boundary in another partition than the repository",
      {
        providerArn: providerArn.replace("arn:aws:", "arn:aws-cn:"),
        permissionsBoundary: "arn:aws-cn:iam::aws:policy/PowerUserAccess",
        repositories: [pets],
      },
      ["repositories[0]"],
    ],
    [
      "a boundary in another account than the provider",
      { permissionsBoundary: "arn:aws:iam::210987654321:policy/boundary" },
      ["permissionsBoundary"],
    ],
    ["a wildcard in a workflow file", { github: [{ ...github[0], workflows: ["*.yml"] }] }, ["github[0].workflows[0]"]],
    [
      "workflow files with another issuer",
      {
        github: [{ ...github[0], workflows: ["release.yml"] }],
        issuer: "https://github.example.com",
        createProvider: true,
        providerArn: undefined,
      },
      ["github[0].workflows"],
    ],
    [
      "a wildcard in a GitLab project",
      {
        github: undefined,
        gitlab: [{ project: "team/*", tags: ["v1"] }],
        providerArn: `arn:aws:iam::${account}:oidc-provider/gitlab.com`,
      },
      ["gitlab[0].project"],
    ],
    [
      "more subjects than a trust policy holds",
      { github: [{ repository: "a/b", branches: Array.from({ length: 200 }, (_, index) => `branch-${index}`) }] },
      ["github"],
    ],
  ];
  for (const [what, change, paths] of refusals) {
    it(`refuses ${what}, before anything is registered`, () => {
      const args = { repositories: [pets], github, providerArn, ...change };
      assert.deepEqual(
        pushRoleFaults("release", args).map(({ path }) => path),
        paths,
      );
      assert.throws(() => new PushRole("release", args), InputRefused);
      assert.deepEqual(mocks.registrations, []);
    });
  }

  it("finds no faults in valid arguments", () => {
    assert.deepEqual(pushRoleFaults("release", { repositories: [pets, open], github, providerArn }), []);
  });
});
