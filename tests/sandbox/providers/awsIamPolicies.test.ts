import assert from "node:assert/strict";
import { assertSettled, change, deploySettled, remove, useAwsInSandbox } from "./awsHarness";

const policyType = "aws:iam/policy:Policy";
const providerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";
const allow = (action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });

describe("IAM policies and identity providers of the aws stand-in", () => {
  const aws = useAwsInSandbox();

  it("keeps a managed policy within IAM's limit of five versions", async () => {
    const created = await deploySettled(aws.engine, policyType, {
      description: "pull",
      path: "/ci/",
      policy: allow("ecr:GetImage0"),
      tags: { team: "vets" },
    });
    assert.match(created.id, new RegExp(`^arn:aws:iam::${aws.account}:policy/ci/petclinic-[0-9a-f]{7}$`));
    const { arn, policy, policyId, name, ...rest } = created.outputs;
    assert.deepEqual([arn, JSON.parse(String(policy))], [created.id, JSON.parse(allow("ecr:GetImage0"))]);
    assert.match(String(policyId), /^ANPA/);
    assert.ok(created.id.endsWith(`/${String(name)}`));
    assert.deepEqual(rest, {
      attachmentCount: 0,
      description: "pull",
      path: "/ci/",
      tags: { team: "vets" },
      tagsAll: { team: "vets" },
    });
    let current: { id: string; inputs: Record<string, unknown>; outputs: Record<string, unknown> } = created;
    for (let version = 1; version <= 6; version++) {
      current = await change(aws.engine, policyType, current, {
        description: "pull",
        path: "/ci/",
        policy: allow(`ecr:GetImage${version}`),
        tags: { team: "pets" },
      });
    }
    await assertSettled(aws.engine, policyType, current);
    assert.match(String(current.outputs["policy"]), /ecr:GetImage6/);
    assert.deepEqual(current.outputs["tagsAll"], { team: "pets" });
    const described = await aws.engine.check(policyType, { ...current.inputs, description: "other" }, current.inputs);
    assert.deepEqual((await aws.engine.diff(policyType, current.id, current, described.inputs)).replaces, [
      "description",
    ]);
    await remove(aws.engine, policyType, current);
  });

  it("creates an identity provider, which returns its URL without the scheme", async () => {
    const url = "https://token.actions.githubusercontent.com";
    const created = await deploySettled(aws.engine, providerType, {
      url,
      clientIdLists: ["sts.amazonaws.com"],
      tags: { a: "b" },
    });
    assert.equal(created.id, `arn:aws:iam::${aws.account}:oidc-provider/token.actions.githubusercontent.com`);
    assert.deepEqual(created.outputs, {
      arn: created.id,
      clientIdLists: ["sts.amazonaws.com"],
      tags: { a: "b" },
      tagsAll: { a: "b" },
      thumbprintLists: [],
      url: "token.actions.githubusercontent.com",
    });
    const other = await aws.engine.check(
      providerType,
      { url: "https://gitlab.com", clientIdLists: ["x"] },
      created.inputs,
    );
    assert.deepEqual((await aws.engine.diff(providerType, created.id, created, other.inputs)).replaces, ["url"]);
    const changed = await aws.engine.check(
      providerType,
      { url, clientIdLists: ["x"], tags: { a: "b" } },
      created.inputs,
    );
    // MiniStack 1.5.33 has no operation that changes a provider, so the error names that operation.
    await assert.rejects(
      aws.engine.update(providerType, created.id, created, changed.inputs),
      /adding IAM OIDC Provider \(.*\) client ID \(x\): operation error IAM: AddClientIDToOpenIDConnectProvider/,
    );
    await remove(aws.engine, providerType, created);
  });

  it("rejects an invalid URL, and thumbprints of the wrong length", async () => {
    const { failures } = await aws.engine.check(providerType, {
      url: "http://gitlab.com?x",
      clientIdLists: ["a"],
      thumbprintLists: ["abc"],
    });
    assert.match(failures.join("\n"), /url: "http:\/\/gitlab\.com\?x": has invalid URL/);
    assert.match(failures.join("\n"), /thumbprintLists\[0\]: "abc": expected 40 characters/);
  });
});
