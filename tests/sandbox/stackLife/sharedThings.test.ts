import assert from "node:assert/strict";
import { itInFull } from "../tools";
import { LiveProject } from "./liveProject";

describe("stack life: shared resources", function () {
  this.timeout(900_000);

  describe("the identity provider of a push role", () => {
    let project: LiveProject;
    const common = {
      github: [{ repository: "octo-org/shop", branches: ["main"] }],
      repositories: ["private/shop"],
    };
    const privateRepositories = { shop: { forceDelete: true } };
    const creating = { ...common, createProvider: true, roleName: "first" };
    let second: Record<string, unknown>;
    let arn: string;

    before(async () => {
      project = new LiveProject();
      await project.init();
      arn = `arn:aws:iam::${project.account}:oidc-provider/token.actions.githubusercontent.com`;
      second = { ...common, providerArn: arn, roleName: "second" };
      project.configure({ privateRepositories, pushRoles: { first: creating } });
      await project.up();
      project.configure({ privateRepositories, pushRoles: { first: creating, second } });
      await project.up();
    });
    after(() => project.remove());

    const provider = () =>
      project.aws<{ CreateDate: string }>("iam", "get-open-id-connect-provider", "--open-id-connect-provider-arn", arn);

    it("stays when the role that created it is removed and another one trusts it", async () => {
      const before = await provider();
      project.configure({ privateRepositories, pushRoles: { second } });
      await project.up();
      assert.deepEqual(await provider(), before);
      await project.mustBeSettled();
      // And back.
      project.configure({ privateRepositories, pushRoles: { first: creating, second } });
      await project.up();
      assert.deepEqual(await provider(), before);
      await project.mustBeSettled();
    });

    itInFull("stays when its only role now refers to it by ARN", async () => {
      const before = await provider();
      project.configure({ privateRepositories, pushRoles: { second } });
      await project.up();
      project.configure({ privateRepositories, pushRoles: { only: { ...second, roleName: "only" } } });
      await project.up();
      assert.deepEqual(await provider(), before);
      await project.mustBeSettled();
    });

    it("is kept while a role outside the stack trusts it, and deleted once that role is gone", async () => {
      const trust = {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Federated: arn }, Action: "sts:AssumeRoleWithWebIdentity" }],
      };
      const create = ["create-role", "--role-name", "deploy", "--assume-role-policy-document", JSON.stringify(trust)];
      await project.must("aws", "iam", ...create);
      project.configure({ privateRepositories });
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { code, output } = await project.pulumi(...command);
        assert.notEqual(code, 0, output);
        assert.match(output, /ecr:pushRoles: .*roles outside this stack trust it: deploy\. /);
      }
      await provider();
      await project.must("aws", "iam", "delete-role", "--role-name", "deploy");
      await project.up();
      const { OpenIDConnectProviderList } = await project.aws<{ OpenIDConnectProviderList: unknown[] }>(
        ...["iam", "list-open-id-connect-providers"],
      );
      assert.deepEqual(OpenIDConnectProviderList, []);
      await project.mustPulumi("destroy", "--yes", "--skip-preview");
    });
  });

  describe("the registry settings that two stacks manage in turn", () => {
    let first: LiveProject;
    let second: LiveProject;
    const statement = (account: string) => ({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Replicate",
          Effect: "Allow",
          Principal: { AWS: account },
          Action: ["ecr:ReplicateImage"],
          Resource: "*",
        },
      ],
    });
    const settings = (region: string, account: string, pattern: string) => ({
      replication: [{ regions: [region] }],
      policy: statement(account),
      scanning: { type: "basic", scanOnPush: [pattern, "other/*"] },
    });

    before(async () => {
      first = new LiveProject();
      second = new LiveProject(first.account);
      for (const project of [first, second]) await project.init();
      first.configure({ registries: { main: settings("ap-northeast-1", "210987654321", "a/*") } });
      await first.up();
    });
    after(() => {
      for (const project of [first, second]) project.remove();
    });

    it("belong to the second stack after takeOver: the first cannot delete them, but can release them", async () => {
      second.configure({
        registries: { main: { ...settings("us-east-1", "321098765432", "b/*"), takeOver: true } },
      });
      await second.up();
      const taken = await second.registrySettings();
      first.configure({});
      let said = "";
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { code, output } = await first.pulumi(...command);
        assert.notEqual(code, 0, output);
        said = output;
      }
      assert.deepEqual(await second.registrySettings(), taken);
      // As the message says.
      const urns = [...said.matchAll(/run npx pulumi state delete '(\S+)'; /g)].map(([, urn = ""]) => urn);
      assert.equal(urns.length, 3, said);
      for (const urn of urns) await first.mustPulumi("state", "delete", urn, "--yes");
      await first.up();
      assert.deepEqual(
        Object.keys(await first.resources()).filter((urn) => urn.includes("ecr:index:Registry")),
        [],
      );
      assert.deepEqual(await second.registrySettings(), taken);
      await second.mustBeSettled();
    });

    it("are deleted with their stack's section, those changed by hand only after a refresh", async () => {
      const policy = JSON.stringify(statement("432109876543"));
      await second.must("aws", "ecr", "put-registry-policy", "--policy-text", policy);
      second.configure({});
      const { code, output } = await second.pulumi("preview");
      assert.notEqual(code, 0);
      assert.match(output, /ecr:registries: .*not the policy settings that this stack made/);
      assert.doesNotMatch(output, /not the (scanning|replication) settings/);
      await second.mustPulumi("refresh", "--yes", "--skip-preview");
      await second.up();
      const { replicationConfiguration } = await second.aws<{ replicationConfiguration: { rules: unknown[] } }>(
        ...["ecr", "describe-registry"],
      );
      assert.deepEqual(replicationConfiguration.rules, []);
      const { stderr } = await second.run("aws", ["ecr", "get-registry-policy"]);
      assert.match(stderr, /RegistryPolicyNotFoundException/);
    });
  });
});
