import * as assert from "node:assert/strict";
import { deploy, startAws } from "./awsHarness";
import { type AwsServer, scriptEcr } from "./awsServer";
import { type Engine, unknownValue } from "./harness";

const lifecycle = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
const repositoryPolicy = "aws:ecr/repositoryPolicy:RepositoryPolicy";

const rule = (rulePriority: number, prefixes: string[]) => ({
  rulePriority,
  selection: { tagStatus: "tagged", tagPrefixList: prefixes, countType: "imageCountMoreThan", countNumber: 5 },
  action: { type: "expire" },
});

describe("policies of the aws stand-in", () => {
  let engine: Engine;
  let server: AwsServer;
  let repositories: Map<string, Record<string, unknown>>;
  let stop: () => void;

  beforeEach(async () => {
    ({ engine, server, stop } = await startAws());
    repositories = scriptEcr(server);
    await deploy(engine, "aws:ecr/repository:Repository", { name: "petclinic" });
    server.takeCalls();
  });
  afterEach(() => stop());

  const stored = () => repositories.get("ecr/ap-northeast-2/petclinic") ?? {};

  describe("aws.ecr.LifecyclePolicy", () => {
    it("stores normalized text, and takes a document as an object", async () => {
      const document = { rules: [rule(1, ["v"])] };
      const fromObject = await deploy(engine, lifecycle, { repository: "petclinic", policy: document });
      const text = JSON.stringify(document, undefined, 2);
      const fromText = await deploy(engine, lifecycle, { repository: "petclinic", policy: text });
      assert.equal(fromText.inputs["policy"], text, "the user's own text stays an input");
      assert.equal(typeof fromObject.inputs["policy"], "string");
      assert.equal(fromObject.outputs["policy"], fromText.outputs["policy"]);
      assert.equal(stored()["lifecyclePolicyText"], fromText.outputs["policy"]);
      assert.deepEqual(fromText.outputs, {
        policy:
          '{"rules":[{"action":{"type":"expire"},"rulePriority":1,"selection":{"countNumber":5,"countType":"imageCountMoreThan","tagPrefixList":["v"],"tagStatus":"tagged"}}]}',
        region: "ap-northeast-2",
        registryId: "123456789012",
        repository: "petclinic",
      });
      assert.equal(fromText.id, "petclinic");
    });

    it("ignores order and spacing, and replaces for another rule, deleting the old policy first", async () => {
      const news = {
        repository: "petclinic",
        policy: JSON.stringify({ rules: [rule(1, ["a", "b"]), rule(2, ["c"])] }),
      };
      const deployed = await deploy(engine, lifecycle, news);
      const differ = async (policy: unknown) => {
        const { inputs } = await engine.check(lifecycle, { repository: "petclinic", policy });
        return engine.diff(lifecycle, "petclinic", deployed, inputs);
      };
      const reordered = JSON.stringify({ rules: [rule(2, ["c"]), rule(1, ["b", "a"])] }, undefined, 4);
      assert.deepEqual((await differ(reordered)).changes, {});
      const changed = await differ(JSON.stringify({ rules: [rule(1, ["a", "b"]), rule(3, ["c"])] }));
      assert.deepEqual(changed.changes, { policy: { kind: "update", replace: true } });
      assert.equal(changed.deleteBeforeReplace, true, "deleting the old policy last would delete the new one");
      assert.deepEqual((await differ(unknownValue)).changes, { policy: { kind: "update", replace: true } });
    });

    it("detects a policy that was changed or deleted by hand", async () => {
      const deployed = await deploy(engine, lifecycle, {
        repository: "petclinic",
        policy: { rules: [rule(1, ["a"])] },
      });
      stored()["lifecyclePolicyText"] = JSON.stringify({ rules: [rule(1, ["a"])] }, undefined, 1);
      const same = await engine.read(lifecycle, "petclinic", deployed);
      assert.deepEqual([same.inputs, same.outputs], [deployed.inputs, deployed.outputs]);
      stored()["lifecyclePolicyText"] = JSON.stringify({ rules: [rule(1, ["other"])] });
      const drifted = await engine.read(lifecycle, "petclinic", deployed);
      assert.match(String(drifted.outputs["policy"]), /"other"/);
      assert.deepEqual(Object.keys((await engine.diff(lifecycle, "petclinic", drifted, deployed.inputs)).changes), [
        "policy",
      ]);
      delete stored()["lifecyclePolicyText"];
      assert.equal((await engine.read(lifecycle, "petclinic", deployed)).id, "");
      await engine.delete(lifecycle, "petclinic", deployed.outputs);
    });

    it("reports what is wrong with a policy before any call", async () => {
      const { failures } = await engine.check(lifecycle, { policy: '{"rules":' });
      assert.match(failures.join("\n"), /policy: .*contains invalid JSON/);
      assert.match(failures.join("\n"), /Missing required property 'repository'/);
      assert.deepEqual(server.takeCalls(), []);
    });

    it("passes on the service's error", async () => {
      await assert.rejects(
        deploy(engine, lifecycle, { repository: "none", policy: { rules: [] } }),
        /creating ECR Lifecycle Policy \(none\): operation error ECR: PutLifecyclePolicy, .*RepositoryNotFoundException: The repository with name 'none'/,
      );
    });
  });

  describe("aws.ecr.RepositoryPolicy", () => {
    const statement = (actions: string | string[], principal: unknown) => ({
      Version: "2012-10-17",
      Statement: [{ Sid: "pull", Effect: "Allow", Principal: principal, Action: actions }],
    });

    it("compares documents by meaning, updates in place and deletes", async () => {
      const policy = JSON.stringify(statement("ecr:BatchGetImage", { AWS: "arn:aws:iam::210987654321:root" }));
      const deployed = await deploy(engine, repositoryPolicy, { repository: "petclinic", policy });
      const differ = async (document: unknown) => {
        const { inputs } = await engine.check(repositoryPolicy, { repository: "petclinic", policy: document });
        return { inputs, ...(await engine.diff(repositoryPolicy, "petclinic", deployed, inputs)) };
      };
      assert.deepEqual((await differ(statement(["ecr:BatchGetImage"], { AWS: ["210987654321"] }))).changes, {});
      // The released provider treats this as a difference.
      assert.notDeepEqual((await differ(statement("ecr:batchgetimage", { AWS: ["210987654321"] }))).changes, {});
      const wider = await differ(statement(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], "*"));
      assert.deepEqual(wider.changes, { policy: { kind: "update", replace: false } });
      const updated = await engine.update(repositoryPolicy, "petclinic", deployed, wider.inputs);
      assert.equal(updated["policy"], stored()["policyText"]);
      await engine.delete(repositoryPolicy, "petclinic", updated);
      assert.equal("policyText" in stored(), false);
      assert.equal((await engine.read(repositoryPolicy, "petclinic", deployed)).id, "");
    });
  });
});
