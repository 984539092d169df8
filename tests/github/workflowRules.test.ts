import * as assert from "node:assert/strict";
import { environmentRules, environmentsOf, type Job, readWorkflow, type Workflow, workflows } from "./workflowFiles";
import { faultsOf, jobRules, sharedGroups, workflowRules } from "./workflowRules";

/** A copy of a workflow with one job changed. */
function changed(file: string, job: string, change: (job: Job) => void): Workflow {
  const workflow = structuredClone(workflows().get(file) ?? assert.fail(file));
  change(workflow.jobs[job] ?? assert.fail(job));
  return workflow;
}

const stepOf = (job: Job, part: string) =>
  job.steps?.find(({ uses = "", run = "" }) => uses.includes(part) || run.includes(part)) ?? assert.fail(part);

const expression = (text: string) => `\${{ ${text} }}`;

/** For each rule, workflows of the repository made worse: the job, and the change. */
const worse: Record<string, [file: string, job: string, change: (job: Job) => void][]> = {
  "an action is pinned to a commit": [
    ["deploy.yml", "dev", (job) => Object.assign(stepOf(job, "checkout"), { uses: "actions/checkout@v4" })],
    ["deploy.yml", "dev", (job) => Object.assign(job, { uses: "octo-org/x/.github/workflows/up.yml@main" })],
  ],
  "a job declares its own permissions, and can write nothing but comments": [
    ["deploy.yml", "dev", (job) => Object.assign(job, { permissions: "write-all" })],
    ["deploy.yml", "dev", (job) => delete job.permissions],
    ["pull-request.yml", "comment", (job) => Object.assign(job.permissions ?? {}, { contents: "write" })],
  ],
  "only a job that assumes a role can request an OpenID Connect token": [
    ["pull-request.yml", "test", (job) => Object.assign(job.permissions ?? {}, { "id-token": "write" })],
  ],
  "a job that comments has no other permission, no secret and none of the pull request's code": [
    ["pull-request.yml", "preview", (job) => Object.assign(job.permissions ?? {}, { "pull-requests": "write" })],
    ["pull-request.yml", "comment", (job) => job.steps?.unshift({ uses: `actions/checkout@${"0".repeat(40)}` })],
  ],
  "only a job without privileges reads an artifact": [
    ["deploy.yml", "dev", (job) => job.steps?.unshift({ uses: `actions/download-artifact@${"0".repeat(40)}` })],
  ],
  "an artifact is downloaded by name, into a folder of its own": [
    ["pull-request.yml", "comment", (job) => delete stepOf(job, "download-artifact").with?.["path"]],
    ["pull-request.yml", "comment", (job) => Object.assign(stepOf(job, "download-artifact").with ?? {}, { path: "." })],
    ["pull-request.yml", "comment", (job) => delete stepOf(job, "download-artifact").with?.["name"]],
  ],
  "a secret is referenced in one spelling, which the other rules look for": [
    ...["secrets['PULUMI_ACCESS_TOKEN']", "Secrets.PULUMI_ACCESS_TOKEN", "secrets.pulumi_access_token"].map(
      (secret): [string, string, (job: Job) => void] => [
        "pull-request.yml",
        "preview",
        (job) => Object.assign(stepOf(job, "preview").env ?? {}, { X: expression(secret) }),
      ],
    ),
    ["pull-request.yml", "test", (job) => job.steps?.push({ run: "true", env: { X: expression("toJSON(secrets)") } })],
  ],
  "a job with secrets or a role runs in an environment": [
    ["drift.yml", "drift", (job) => delete job.environment],
    [
      "audit.yml",
      "audit",
      (job) => job.steps?.push({ run: "true", env: { TOKEN: expression("secrets.PULUMI_READ_TOKEN") } }),
    ],
  ],
  "a job uses only environments with rules, and only their own variables and secrets": [
    ["deploy.yml", "dev", (job) => Object.assign(job, { environment: "production" })],
    ["drift.yml", "drift", (job) => job.strategy?.matrix?.["environment"]?.push("test")],
    [
      "drift.yml",
      "drift",
      (job) => Object.assign(stepOf(job, "configure-aws").with ?? {}, { x: expression("vars.DEPLOY_ROLE_ARN") }),
    ],
  ],
  "a pull request's code gets secrets only after review, only read-only ones, and never from a fork": [
    ["pull-request.yml", "preview", (job) => Object.assign(job, { environment: "drift-dev" })],
    ["pull-request.yml", "preview", (job) => delete job.if],
    ["pull-request.yml", "preview", (job) => Object.assign(job, { if: "github.actor == 'octocat'" })],
    [
      "pull-request.yml",
      "preview",
      (job) => Object.assign(stepOf(job, "preview").env ?? {}, { X: expression("secrets.PULUMI_ACCESS_TOKEN") }),
    ],
  ],
  "a job with secrets is limited to a branch or tag": [
    ["drift.yml", "drift", (job) => delete job.if],
    ["drift.yml", "drift", (job) => Object.assign(job, { if: "github.ref == 'refs/heads/main' || true" })],
    ["deploy.yml", "prod", (job) => Object.assign(job, { if: "github.event_name == 'release'" })],
  ],
  "a job with secrets that starts manually or on a schedule checks out main": [
    ["drift.yml", "drift", (job) => delete stepOf(job, "checkout").with?.["ref"]],
  ],
  "only updates get the backend token with write access": [
    [
      "drift.yml",
      "drift",
      (job) => Object.assign(stepOf(job, "preview").env ?? {}, { X: expression("secrets.PULUMI_ACCESS_TOKEN") }),
    ],
  ],
  "packages are installed without install scripts, and built before any credential exists": [
    ["deploy.yml", "dev", (job) => Object.assign(stepOf(job, "npm ci"), { run: "npm ci" })],
    ["deploy.yml", "dev", (job) => job.steps?.splice(0, 0, ...(job.steps?.splice(4, 1) ?? []))],
    ["deploy.yml", "dev", (job) => job.steps?.splice(3, 1)],
    ["audit.yml", "audit", (job) => job.steps?.push({ run: "npx --yes left-pad" })],
  ],
  "secrets go only to the one step that needs them": [
    ["deploy.yml", "dev", (job) => Object.assign(job, { secrets: "inherit" })],
    ["deploy.yml", "dev", (job) => Object.assign(job, { env: { TOKEN: expression("secrets.PULUMI_ACCESS_TOKEN") } })],
    [
      "deploy.yml",
      "dev",
      (job) => Object.assign(stepOf(job, "npm run build"), { env: { X: expression("secrets.PULUMI_ACCESS_TOKEN") } }),
    ],
    [
      "deploy.yml",
      "dev",
      (job) =>
        Object.assign(stepOf(job, "setup-node").with ?? {}, { token: expression("secrets.PULUMI_ACCESS_TOKEN") }),
    ],
  ],
  "a job with secrets restores nothing from a cache": [
    ["deploy.yml", "dev", (job) => Object.assign(stepOf(job, "setup-node").with ?? {}, { cache: "npm" })],
    ["deploy.yml", "dev", (job) => delete stepOf(job, "setup-node").with?.["package-manager-cache"]],
    ["drift.yml", "drift", (job) => job.steps?.unshift({ uses: `actions/cache@${"0".repeat(40)}` })],
    ["drift.yml", "drift", (job) => job.steps?.unshift({ uses: `actions/cache/restore@${"0".repeat(40)}` })],
  ],
  "a checkout does not keep its token": [
    ["pull-request.yml", "test", (job) => delete stepOf(job, "checkout").with?.["persist-credentials"]],
  ],
  "a script contains no expression": [
    [
      "pull-request.yml",
      "test",
      (job) => job.steps?.push({ run: `echo ${expression("github.event.pull_request.title")}` }),
    ],
  ],
  "a script sets nothing for later steps": [
    ["drift.yml", "drift", (job) => job.steps?.push({ run: 'echo "NODE_OPTIONS=$X" >> "$GITHUB_ENV"' })],
  ],
  "Pulumi's output cannot send commands to the runner": [
    ["drift.yml", "drift", (job) => Object.assign(stepOf(job, "preview"), { run: "npm run --silent preview -- dev" })],
  ],
  "a job has a timeout, and a GitHub-hosted runner of a fixed version": [
    ["audit.yml", "audit", (job) => delete job["timeout-minutes"]],
    ["audit.yml", "audit", (job) => Object.assign(job, { "runs-on": "self-hosted" })],
  ],
  "no AWS access key is stored": [
    ["drift.yml", "drift", (job) => Object.assign(stepOf(job, "preview").env ?? {}, { AWS_ACCESS_KEY_ID: "AKIA" })],
  ],
};

describe("the workflows of .github", () => {
  const all = workflows();
  const environments = environmentRules();

  it("follow every rule", () => {
    assert.deepEqual([...all.keys()].sort(), ["audit.yml", "deploy.yml", "drift.yml", "pull-request.yml"]);
    assert.deepEqual(
      [...all].flatMap(([file, workflow]) => faultsOf(file, workflow, environments)),
      [],
    );
  });

  it("have a counterexample for each rule", () => {
    assert.deepEqual(Object.keys(worse).sort(), Object.keys(jobRules).sort());
  });

  for (const [rule, examples] of Object.entries(worse)) {
    it(`rule: ${rule}`, () => {
      for (const [index, [file, job, change]] of examples.entries()) {
        const faults = faultsOf(file, changed(file, job, change), environments);
        assert.ok(
          faults.some((fault) => fault.startsWith(`${file} ${job}: ${rule} (`)),
          `example ${index + 1}: ${faults.join("\n") || "no fault"}`,
        );
      }
    });
  }

  it("rule: no outside event starts a run, and a workflow grants no permission or secret at the top level", () => {
    const workflow = all.get("pull-request.yml") ?? assert.fail();
    const bad: [string, Partial<Workflow>][] = [
      ["no event from outside the repository starts a run with its permissions", { on: { pull_request_target: null } }],
      ["no event from outside the repository starts a run with its permissions", { on: { issue_comment: null } }],
      ["a workflow grants no permissions at the top level", { permissions: { contents: "read", "id-token": "write" } }],
      ["a workflow grants no permissions at the top level", { permissions: "write-all" }],
      ["a workflow's top-level env has no secret", { env: { TOKEN: expression("secrets.PULUMI_READ_TOKEN") } }],
    ];
    assert.deepEqual(new Set(bad.map(([rule]) => rule)), new Set(Object.keys(workflowRules)));
    // The other ways to write events that GitHub accepts.
    for (const on of ["pull_request_target", "[push, pull_request_target]"]) {
      const { on: events } = readWorkflow(`on: ${on}\njobs: {}\n`);
      bad.push(["no event from outside the repository starts a run with its permissions", { on: events }]);
    }
    for (const [rule, part] of bad) {
      const faults = faultsOf("x.yml", { ...workflow, ...part }, environments);
      assert.ok(
        faults.some((fault) => fault.startsWith(`x.yml: ${rule} (`)),
        faults.join("\n"),
      );
    }
  });

  it("rule: nothing else shares an update's concurrency group, where it would cancel a waiting update", () => {
    assert.deepEqual(sharedGroups(all), []);
    const drift = changed("drift.yml", "drift", (job) =>
      Object.assign(job, { concurrency: { group: `stack-${expression("matrix.environment")}` } }),
    );
    assert.deepEqual(
      sharedGroups(new Map([...all, ["drift.yml", drift]])).filter((fault) => fault.startsWith("drift.yml")),
      ["drift.yml: stack-"],
    );
    const groups = Object.values(all.get("deploy.yml")?.jobs ?? {}).map(({ concurrency }) => concurrency);
    assert.equal(new Set(groups.map((group) => JSON.stringify(group))).size, 3);
  });

  it("use every environment with rules, and each of its variables and secrets", () => {
    const used = [...all.values()].flatMap(({ jobs }) =>
      Object.values(jobs).flatMap((job) => environmentsOf(job).map((name) => [name, JSON.stringify(job)] as const)),
    );
    for (const [name, { variables, secrets }] of Object.entries(environments)) {
      const job = used.find(([environment]) => environment === name)?.[1] ?? assert.fail(`nothing runs in ${name}`);
      for (const variable of variables) assert.ok(job.includes(`vars.${variable} `), `${name}: ${variable}`);
      for (const secret of secrets) assert.ok(job.includes(`secrets.${secret} `), `${name}: ${secret}`);
    }
  });
});
