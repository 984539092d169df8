import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  DescribeRepositoriesCommand,
  GetLifecyclePolicyCommand,
  GetRepositoryPolicyCommand,
  PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand,
} from "@aws-sdk/client-ecr";
import { installMinistack, ministackProcess, startMinistack } from "../../../sandbox/services/ministack";
import { stopProcess } from "../../../sandbox/services/processes";
import { run, runOrThrow } from "../../../sandbox/system/commands";
import { installPythonPackage } from "../../../sandbox/system/pythonPackage";
import { account, credentials, region, TestSandbox } from "../gateway/harness";
import { fullTests } from "../tools";

const lifecycle = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 14 },
      action: { type: "expire" },
    },
  ],
};

describe("clients: configuration and policy tools", function () {
  this.timeout(900_000);
  const sandbox = new TestSandbox();
  let env: NodeJS.ProcessEnv;
  before(async () => {
    const url = await startMinistack(sandbox.home, await installMinistack(), { account, region, credentials });
    await sandbox.start(url);
    env = {
      PATH: process.env["PATH"],
      HOME: sandbox.home,
      LC_ALL: "C.UTF-8",
      AWS_ENDPOINT_URL: sandbox.gateway.endpoint,
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_DEFAULT_REGION: region,
    };
  });
  after(async () => {
    await stopProcess(sandbox.home, ministackProcess);
    await sandbox.remove();
  });

  function file(name: string, content: unknown): string {
    const at = path.join(sandbox.home, name);
    // JSON is valid YAML.
    fs.writeFileSync(at, JSON.stringify(content, undefined, 2));
    return at;
  }

  async function described(repositoryName: string) {
    const { repositories = [] } = await sandbox
      .ecr({ account })
      .send(new DescribeRepositoriesCommand({ repositoryNames: [repositoryName] }));
    return repositories[0];
  }

  it("Cloud Custodian finds and fixes missing lifecycle policies and tags, mutable tags and open access", async () => {
    const custodian = await installPythonPackage({ name: "c7n", command: "custodian" }, () => {});
    const [open, closed] = [await sandbox.createRepository("custodian"), await sandbox.createRepository("custodian")];
    const statement = { Sid: "all", Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await sandbox.ecr().send(new SetRepositoryPolicyCommand({ repositoryName: open, policyText }));
    const lifecyclePolicyText = JSON.stringify(lifecycle);
    await sandbox.ecr().send(new PutLifecyclePolicyCommand({ repositoryName: closed, lifecyclePolicyText }));
    const policies = [
      {
        name: "no-lifecycle",
        resource: "aws.ecr",
        filters: [{ type: "lifecycle-rule", state: false, match: [{ "action.type": "expire" }] }],
        actions: [{ type: "set-lifecycle", ...lifecycle }],
      },
      {
        name: "mutable",
        resource: "aws.ecr",
        filters: [{ imageTagMutability: "MUTABLE" }],
        actions: [{ type: "set-immutability", state: true }],
      },
      {
        name: "open",
        resource: "aws.ecr",
        filters: ["cross-account"],
        actions: [{ type: "remove-statements", statement_ids: "matched" }],
      },
      {
        name: "tagged",
        resource: "aws.ecr",
        filters: [{ "tag:team": "absent" }],
        actions: [{ type: "tag", key: "team", value: "web" }],
      },
    ];
    const output = path.join(sandbox.home, "custodian");
    const args = ["run", "--region", region, "--cache-period", "0", "-s", output, file("custodian.json", { policies })];
    await runOrThrow(custodian, args, { env, cwd: sandbox.home });
    const found = (name: string) =>
      (JSON.parse(fs.readFileSync(path.join(output, name, "resources.json"), "utf8")) as { repositoryName: string }[])
        .map(({ repositoryName }) => repositoryName)
        .sort();
    assert.deepEqual(
      policies.map(({ name }) => [name, found(name)]),
      [
        ["no-lifecycle", [open]],
        ["mutable", [open, closed]],
        ["open", [open]],
        ["tagged", [open, closed]],
      ],
    );
    assert.equal((await described(open))?.imageTagMutability, "IMMUTABLE");
    const kept = await sandbox.ecr().send(new GetLifecyclePolicyCommand({ repositoryName: open }));
    assert.deepEqual(JSON.parse(kept.lifecyclePolicyText ?? ""), lifecycle);
    await assert.rejects(sandbox.ecr().send(new GetRepositoryPolicyCommand({ repositoryName: open })), {
      name: "RepositoryPolicyNotFoundException",
    });
    await runOrThrow(custodian, args, { env, cwd: sandbox.home });
    assert.deepEqual(
      policies.map(({ name }) => found(name)),
      [[], [], [], []],
      "nothing is left to mend",
    );
  });

  it("Ansible's ecs_ecr creates a repository, is idempotent, updates and deletes it", async function () {
    if (!fullTests) this.skip();
    const ansible = await installPythonPackage({ name: "ansible", command: "ansible-playbook" }, () => {});
    const interpreter = path.join(path.dirname(ansible), "python");
    const Statement = [{ Sid: "pull", Effect: "Allow", Principal: "*", Action: ["ecr:BatchGetImage"] }];
    const wanted = {
      name: "ansible/web",
      region,
      image_tag_mutability: "immutable",
      scan_on_push: true,
      policy: { Version: "2012-10-17", Statement },
      lifecycle_policy: lifecycle,
    };
    const play = async (settings: object) => {
      const tasks = [{ "community.aws.ecs_ecr": settings, register: "result" }];
      const playbook = file("playbook.json", [{ hosts: "localhost", gather_facts: false, tasks }]);
      const { code, stdout, stderr } = await run(ansible, ["-i", "localhost,", "-c", "local", playbook], {
        env: {
          ...env,
          ANSIBLE_STDOUT_CALLBACK: "json",
          ANSIBLE_PYTHON_INTERPRETER: interpreter,
          ANSIBLE_LOCAL_TEMP: path.join(sandbox.home, "ansible"),
        },
        cwd: sandbox.home,
      });
      assert.equal(code, 0, `${stdout}\n${stderr}`);
      const { plays } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
        plays: { tasks: { hosts: { localhost: { changed: boolean } } }[] }[];
      };
      return plays[0]?.tasks[0]?.hosts.localhost.changed;
    };
    assert.equal(await play(wanted), true);
    const made = await described("ansible/web");
    assert.deepEqual([made?.imageTagMutability, made?.imageScanningConfiguration?.scanOnPush], ["IMMUTABLE", true]);
    assert.equal(await play(wanted), false, "the policies that ECR gives back mean the same");
    assert.equal(
      await play({ ...wanted, scan_on_push: false, purge_lifecycle_policy: true, lifecycle_policy: undefined }),
      true,
    );
    assert.equal((await described("ansible/web"))?.imageScanningConfiguration?.scanOnPush, false);
    await assert.rejects(
      sandbox.ecr({ account }).send(new GetLifecyclePolicyCommand({ repositoryName: "ansible/web" })),
      { name: "LifecyclePolicyNotFoundException" },
    );
    assert.equal(await play({ name: "ansible/web", region, state: "absent" }), true);
    assert.equal(await play({ name: "ansible/web", region, state: "absent" }), false);
  });

  it("Prowler's ECR checks pass for a compliant repository and fail for one that is not", async function () {
    if (!fullTests) this.skip();
    const prowler = await installPythonPackage({ name: "prowler" }, () => {});
    const statement = { Sid: "all", Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
    const bad = await sandbox.createRepository("prowler-bad");
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await sandbox.ecr().send(new SetRepositoryPolicyCommand({ repositoryName: bad, policyText }));
    const good = await sandbox.createRepository("prowler-good", {
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
    });
    const lifecyclePolicyText = JSON.stringify(lifecycle);
    await sandbox.ecr().send(new PutLifecyclePolicyCommand({ repositoryName: good, lifecyclePolicyText }));
    const output = path.join(sandbox.home, "prowler");
    const args = ["aws", "--service", "ecr", "--filter-region", region, "--no-banner", "--output-formats", "json-ocsf"];
    const options = {
      env: { ...env, PYTHONDONTWRITEBYTECODE: "1", PYTHONPATH: path.join(__dirname, "prowler") },
      cwd: sandbox.home,
    };
    const where = ["--output-directory", output, "--output-filename", "found", "--ignore-exit-code-3"];
    const { code, stdout, stderr } = await run(prowler, [...args, ...where], options);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    interface Finding {
      status_code: string;
      metadata: { event_code: string };
      resources: { uid: string }[];
    }
    const found = JSON.parse(fs.readFileSync(path.join(output, "found.ocsf.json"), "utf8")) as Finding[];
    const verdicts = (name: string) =>
      Object.fromEntries(
        found
          .filter(({ resources }) => resources.some(({ uid }) => uid.endsWith(`/${name}`)))
          .map(({ metadata, status_code }) => [metadata.event_code, status_code]),
      );
    const checks = [
      "ecr_repositories_lifecycle_policy_enabled",
      "ecr_repositories_not_publicly_accessible",
      "ecr_repositories_scan_images_on_push_enabled",
      "ecr_repositories_tag_immutability",
    ];
    const all = (verdict: string) => Object.fromEntries(checks.map((check) => [check, verdict]));
    assert.deepEqual([verdicts(bad), verdicts(good)], [all("FAIL"), all("PASS")]);
  });
});
