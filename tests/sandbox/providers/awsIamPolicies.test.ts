import assert from "node:assert/strict";
import { assertSettled, change, deploySettled, remove, startAwsInSandbox } from "./awsHarness";
import type { Engine } from "./harness";

const policyType = "aws:iam/policy:Policy";
const providerType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider";
const allow = (action: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] });

describe("IAM policies and identity providers of the aws stand-in", () => {
  let engine: Engine;
  let account: string;
  let stop: () => void;
  before(async () => {
    ({ engine, account, stop } = await startAwsInSandbox());
  });
  after(() => stop());

  it("keeps a managed policy within its five versions", async () => {
    const created = await deploySettled(engine, policyType, {
      description: "pull",
      path: "/ci/",
      policy: allow("ecr:GetImage0"),
      tags: { team: "vets" },
    });
    assert.match(created.id, new RegExp(`^arn:aws:iam::${account}:policy/ci/petclinic-[0-9a-f]{7}$`));
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
      current = await change(engine, policyType, current, {
        description: "pull",
        path: "/ci/",
        policy: allow(`ecr:GetImage${version}`),
        tags: { team: "pets" },
      });
    }
    await assertSettled(engine, policyType, current);
    assert.match(String(current.outputs["policy"]), /ecr:GetImage6/);
    assert.deepEqual(current.outputs["tagsAll"], { team: "pets" });
    const described = await engine.check(policyType, { ...current.inputs, description: "other" }, current.inputs);
    assert.deepEqual((await engine.diff(policyType, current.id, current, described.inputs)).replaces, ["description"]);
    await remove(engine, policyType, current);
  });

  it("trusts an identity provider, whose URL may be written with or without its scheme", async () => {
    const url = "https://token.actions.githubusercontent.com";
    const created = await deploySettled(engine, providerType, {
      url,
      clientIdLists: ["sts.amazonaws.com"],
      tags: { a: "b" },
    });
    assert.equal(created.id, `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`);
    assert.deepEqual(created.outputs, {
      arn: created.id,
      clientIdLists: ["sts.amazonaws.com"],
      tags: { a: "b" },
      tagsAll: { a: "b" },
      thumbprintLists: [],
      url: "token.actions.githubusercontent.com",
    });
    const other = await engine.check(providerType, { url: "https://gitlab.com", clientIdLists: ["x"] }, created.inputs);
    assert.deepEqual((await engine.diff(providerType, created.id, created, other.inputs)).replaces, ["url"]);
    const changed = await engine.check(providerType, { url, clientIdLists: ["x"], tags: { a: "b" } }, created.inputs);
    // MiniStack 1.5.33 has no operation that changes a provider: what it cannot do, it says by name.
    await assert.rejects(
      engine.update(providerType, created.id, created, changed.inputs),
      /adding IAM OIDC Provider \(.*\) client ID \(x\): operation error IAM: AddClientIDToOpenIDConnectProvider/,
    );
    await remove(engine, providerType, created);
  });

  it("refuses a URL that is none, and thumbprints of another length", async () => {
    const { failures } = await engine.check(providerType, {
      url: "http://gitlab.com?x",
      clientIdLists: ["a"],
      thumbprintLists: ["abc"],
    });
    assert.match(failures.join("\n"), /url: "http:\/\/gitlab\.com\?x": has invalid URL/);
    assert.match(failures.join("\n"), /thumbprintLists\[0\]: "abc": expected 40 characters/);
  });
});
