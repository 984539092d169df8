import assert from "node:assert/strict";
import { providerFaults, withKeptProviders } from "../../config/identityProviders";
import { account, startMocks } from "../components/mocks";
import { parse } from "./parsing";
import { stateOf } from "./states";

const arn = `arn:aws:iam::${account}:oidc-provider/token.actions.githubusercontent.com`;
const provider = stateOf(
  "ecr:index:PushRole$aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  "token.actions.githubusercontent.com",
  { arn, clientIdLists: ["sts.amazonaws.com"] },
);
const common = {
  repositories: [`arn:aws:ecr:ap-northeast-2:${account}:repository/shop`],
  github: [{ repository: "octo-org/shop", branches: ["main"] }],
};
const trusting = { ...common, providerArn: arn };
const creating = { ...common, createProvider: true };
const trust = (principal: string) => JSON.stringify({ Statement: [{ Principal: { Federated: principal } }] });

describe("an identity provider created by a push role", () => {
  before(() => startMocks({}, true));
  const rolesOf = (pushRoles: Record<string, object>, state = provider) =>
    Object.entries(withKeptProviders(parse({ pushRoles }), state).pushRoles).map(
      ([key, role]) => [key, role.createProvider ?? false, role.providerArn] as const,
    );

  it("is taken over by a role that trusts it by ARN, once the role that created it is gone", () => {
    assert.deepEqual(rolesOf({ second: trusting, third: trusting }), [
      ["second", true, undefined],
      ["third", false, arn],
    ]);
  });

  it("is taken over by a role with its audience, so that nobody is locked out", () => {
    assert.deepEqual(rolesOf({ second: { ...trusting, audience: "pets" }, third: trusting }), [
      ["second", false, arn],
      ["third", true, undefined],
    ]);
  });

  it("stays with the role that creates it, and roles of another provider or in a new stack keep theirs", () => {
    assert.deepEqual(rolesOf({ first: creating, second: trusting }), [
      ["first", true, undefined],
      ["second", false, arn],
    ]);
    assert.deepEqual(rolesOf({ second: trusting }, []), [["second", false, arn]]);
    const gitlabArn = `arn:aws:iam::${account}:oidc-provider/gitlab.com`;
    const { github: _, ...rest } = trusting;
    const gitlab = { ...rest, gitlab: [{ project: "pets/shop", branches: ["main"] }], providerArn: gitlabArn };
    assert.deepEqual(rolesOf({ other: gitlab }), [["other", false, gitlabArn]]);
  });

  async function faults(pushRoles: Record<string, object>, roles: Record<string, string>, state = provider) {
    const mocks = await startMocks({ roles }, true);
    const found = await providerFaults(withKeptProviders(parse({ pushRoles }), state), state);
    return { found, mocks };
  }

  it("is not deleted while roles outside this stack trust it: they are named", async () => {
    const own = stateOf("ecr:index:PushRole$aws:iam/role:Role", "release", { name: "release" });
    const roles = { deploy: trust(arn), release: trust(arn), other: trust("accounts.google.com"), build: trust(arn) };
    const { found } = await faults({}, roles, [...provider, ...own]);
    assert.deepEqual(
      found.map(({ path, value }) => [path, value]),
      [["pushRoles", arn]],
    );
    assert.match(found[0]?.rule ?? "", /roles outside this stack trust it: build, deploy\. /);
  });

  it("is deleted if nobody else trusts it, and AWS is not asked while it stays", async () => {
    assert.deepEqual((await faults({}, { other: trust("accounts.google.com") })).found, []);
    const { found, mocks } = await faults({ second: trusting }, { deploy: trust(arn) });
    assert.deepEqual(found, []);
    assert.deepEqual(mocks.calls, []);
  });
});
