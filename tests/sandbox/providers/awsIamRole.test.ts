import assert from "node:assert/strict";
import { assertSettled, change, deploy, deploySettled, remove, useAwsInSandbox } from "./awsHarness";

const roleType = "aws:iam/role:Role";
const rolePolicyType = "aws:iam/rolePolicy:RolePolicy";
const attachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

const trust = (service: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
});
const allow = (action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });

describe("IAM roles of the aws stand-in", () => {
  const aws = useAwsInSandbox();

  it("creates a role with every property, which a refresh and an import find again", async () => {
    const role = await deploySettled(aws.engine, roleType, {
      name: "pusher",
      assumeRolePolicy: trust("ecs-tasks.amazonaws.com"),
      description: "pushes images",
      path: "/ci/",
      maxSessionDuration: 7_200,
      inlinePolicies: [{ name: "push", policy: allow("ecr:PutImage") }],
      managedPolicyArns: [readOnly],
      permissionsBoundary: readOnly,
      tags: { team: "vets" },
    });
    const { createDate, uniqueId, assumeRolePolicy, inlinePolicies, ...rest } = role.outputs;
    assert.deepEqual(rest, {
      arn: `arn:aws:iam::${aws.account}:role/ci/pusher`,
      description: "pushes images",
      forceDetachPolicies: false,
      managedPolicyArns: [readOnly],
      maxSessionDuration: 7_200,
      name: "pusher",
      path: "/ci/",
      permissionsBoundary: readOnly,
      tags: { team: "vets" },
      tagsAll: { team: "vets" },
    });
    assert.equal(role.id, "pusher");
    assert.match(String(createDate), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(String(uniqueId), /^AROA/);
    assert.deepEqual(JSON.parse(String(assumeRolePolicy)), trust("ecs-tasks.amazonaws.com"));
    const [inline] = inlinePolicies as { name: string; policy: string }[];
    assert.deepEqual([inline?.name, JSON.parse(inline?.policy ?? "")], ["push", JSON.parse(allow("ecr:PutImage"))]);
    await remove(aws.engine, roleType, role);
  });

  it("names a role after its resource, and changes in place what IAM can change", async () => {
    const before = await deploySettled(aws.engine, roleType, {
      assumeRolePolicy: trust("ecs-tasks.amazonaws.com"),
      description: "one",
      permissionsBoundary: readOnly,
      inlinePolicies: [
        { name: "a", policy: allow("ecr:PutImage") },
        { name: "b", policy: allow("ecr:PutImage") },
      ],
      managedPolicyArns: [readOnly],
      tags: { team: "vets", stage: "dev" },
    });
    assert.match(before.id, /^petclinic-[0-9a-f]{7}$/);
    const after = await change(aws.engine, roleType, before, {
      assumeRolePolicy: trust("lambda.amazonaws.com"),
      description: "two",
      maxSessionDuration: 3_700,
      inlinePolicies: [
        { name: "b", policy: allow("ecr:DescribeImages") },
        { name: "c", policy: allow("ecr:PutImage") },
      ],
      managedPolicyArns: [],
      tags: { team: "pets" },
    });
    assert.equal(after.id, before.id);
    assert.deepEqual(
      new Set(after.changed.map((path) => path.replace(/[.[].*/, ""))),
      new Set([
        ...["assumeRolePolicy", "description", "inlinePolicies", "managedPolicyArns", "maxSessionDuration"],
        ...["permissionsBoundary", "tags", "tagsAll"],
      ]),
    );
    await assertSettled(aws.engine, roleType, after);
    const { outputs } = after;
    assert.deepEqual(JSON.parse(String(outputs["assumeRolePolicy"])), trust("lambda.amazonaws.com"));
    assert.equal(outputs["description"], "two");
    assert.equal(outputs["permissionsBoundary"], "");
    assert.deepEqual(outputs["managedPolicyArns"], []);
    assert.deepEqual(outputs["tagsAll"], { team: "pets" });
    assert.deepEqual(
      (outputs["inlinePolicies"] as { name: string; policy: string }[]).map(({ name, policy }) => [
        name,
        JSON.parse(policy).Statement[0].Action,
      ]),
      [
        ["b", "ecr:DescribeImages"],
        ["c", "ecr:PutImage"],
      ],
    );
    await remove(aws.engine, roleType, after);
  });

  it("replaces a role for another name or path, and ignores how a document is formatted", async () => {
    const role = await deploy(aws.engine, roleType, { assumeRolePolicy: trust("ecs.amazonaws.com"), name: "fixed" });
    const diff = async (news: Record<string, unknown>) => {
      const { inputs } = await aws.engine.check(roleType, news, role.inputs);
      return aws.engine.diff(roleType, role.id, role, inputs);
    };
    const assumeRolePolicy = trust("ecs.amazonaws.com");
    assert.deepEqual((await diff({ assumeRolePolicy, name: "other" })).replaces, ["name"]);
    const moved = await diff({ assumeRolePolicy, name: "fixed", path: "/ci/" });
    assert.deepEqual([moved.replaces, moved.deleteBeforeReplace], [["path"], true]);
    const spaced = JSON.stringify(
      { Statement: trust("ecs.amazonaws.com").Statement[0], Version: "2012-10-17" },
      null,
      2,
    );
    assert.deepEqual((await diff({ assumeRolePolicy: spaced, name: "fixed" })).changes, {});
    await remove(aws.engine, roleType, role);
  });

  it("rejects what IAM rejects, and what the stand-in does not support", async () => {
    const { failures } = await aws.engine.check(roleType, {
      namePrefix: "x",
      name: "a b",
      maxSessionDuration: 100,
      permissionsBoundary: "nonsense",
      managedPolicyArns: ["nonsense"],
      description: "‘quoted’",
    });
    const text = failures.join("\n");
    assert.match(text, /namePrefix: this property of aws:iam\/role:Role is not supported/);
    assert.match(text, /Missing required property 'assumeRolePolicy'/);
    assert.match(text, /name: "a b": must contain only alphanumeric/);
    assert.match(text, /maxSessionDuration: 100: expected max_session_duration to be in the range \(3600 - 43200\)/);
    assert.match(text, /permissionsBoundary: "nonsense": is an invalid ARN/);
    assert.match(text, /managedPolicyArns: \["nonsense"\]: is an invalid ARN/);
    assert.match(text, /cannot contain specially formatted/);
    await assert.rejects(
      deploy(aws.engine, roleType, {
        assumeRolePolicy: trust("ecs.amazonaws.com"),
        permissionsBoundary: `arn:aws:iam::${aws.account}:policy/nowhere`,
      }),
      /creating IAM Role \(petclinic-[0-9a-f]{7}\): operation error IAM: CreateRole/,
    );
  });

  it("gives a role policies as separate resources, which keep the role from being deleted", async () => {
    const role = await deploy(aws.engine, roleType, { assumeRolePolicy: trust("ecs.amazonaws.com") });
    const policy = await deploySettled(aws.engine, rolePolicyType, { role: role.id, policy: allow("ecr:PutImage") });
    assert.match(policy.id, new RegExp(`^${role.id}:petclinic-[0-9a-f]{7}$`));
    const updated = await change(aws.engine, rolePolicyType, policy, { role: role.id, policy: allow("ecr:GetImage") });
    assert.equal(updated.id, policy.id);
    assert.deepEqual(JSON.parse(String(updated.outputs["policy"])), JSON.parse(allow("ecr:GetImage")));
    await assertSettled(aws.engine, rolePolicyType, updated);
    const attachment = await deploySettled(aws.engine, attachmentType, { role: role.id, policyArn: readOnly });
    assert.equal(attachment.id, `${role.id}/${readOnly}`);
    for (const [type, old] of [
      [rolePolicyType, policy],
      [attachmentType, attachment],
    ] as const) {
      const { inputs } = await aws.engine.check(type, { ...old.inputs, role: "other" }, old.inputs);
      assert.deepEqual((await aws.engine.diff(type, old.id, old, inputs)).replaces, ["role"]);
    }
    await assert.rejects(aws.engine.delete(roleType, role.id, role.outputs), /DeleteConflict/);
    await remove(aws.engine, attachmentType, attachment);
    await remove(aws.engine, rolePolicyType, updated);
    await remove(aws.engine, roleType, role);
  });

  it("deletes a role with policies from elsewhere when forceDetachPolicies is set", async () => {
    const role = await deploy(aws.engine, roleType, {
      assumeRolePolicy: trust("ecs.amazonaws.com"),
      forceDetachPolicies: true,
    });
    await deploy(aws.engine, rolePolicyType, { role: role.id, policy: allow("ecr:PutImage") });
    await deploy(aws.engine, attachmentType, { role: role.id, policyArn: readOnly });
    await remove(aws.engine, roleType, role);
  });
});
