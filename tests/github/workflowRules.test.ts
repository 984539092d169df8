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

/** For each rule, workflows of the repository that were made worse: the job, and what is done to it. */
const worse: Record<string, [file: string, job: string, change: (job: Job) => void][]> = {
  "an action is named by its commit": [
    ["deploy.yml", "dev", (job) => Object.assign(stepOf(job, "checkout"), { uses: "actions/checkout@v4" })],
    ["deploy.yml", "dev", (job) => Object.assign(job, { uses: "octo-org/x/.github/workflows/up.yml@main" })],
  ],
  "a job has its own permissions, and writes nothing but comments": [
    ["deploy.yml", "dev", (job) => Object.assign(job, { permissions: "write-all" })],
    ["deploy.yml", "dev", (job) => delete job.permissions],
    ["pull-request.yml", "comment", (job) => Object.assign(job.permissions ?? {}, { contents: "write" })],
  ],
  "a token of OpenID Connect is for the job that takes a role with it": [
    ["pull-request.yml", "test", (job) => Object.assign(job.permissions ?? {}, { "id-token": "write" })],
  ],
  "a job that comments has no other right, no secret and nothing of the pull request's code": [
    ["pull-request.yml", "preview", (job) => Object.assign(job.permissions ?? {}, { "pull-requests": "write" })],
    ["pull-request.yml", "comment", (job) => job.steps?.unshift({ uses: `actions/checkout@${"0".repeat(40)}` })],
  ],
  "an artifact is read only where there is nothing to take": [
    ["deploy.yml", "dev", (job) => job.steps?.unshift({ uses: `actions/download-artifact@${"0".repeat(40)}` })],
  ],
  "an artifact is one that is named, in a folder of its own": [
    ["pull-request.yml", "comment", (job) => delete stepOf(job, "download-artifact").with?.["path"]],
    ["pull-request.yml", "comment", (job) => Object.assign(stepOf(job, "download-artifact").with ?? {}, { path: "." })],
    ["pull-request.yml", "comment", (job) => delete stepOf(job, "download-artifact").with?.["name"]],
  ],
  "a secret is named in one spelling, which the other rules look for": [
    ...["secrets['PULUMI_ACCESS_TOKEN']", "Secrets.PULUMI_ACCESS_TOKEN", "secrets.pulumi_access_token"].map(
      (secret): [string, string, (job: Job) => void] => [
        "pull-request.yml",
        "preview",
        (job) => Object.assign(stepOf(job, "preview").env ?? {}, { X: expression(secret) }),
      ],
    ),
    ["pull-request.yml", "test", (job) => job.steps?.push({ run: "true", env: { X: expression("toJSON(secrets)") } })],
  ],
  "secrets, and roles, belong to an environment": [
    ["drift.yml", "drift", (job) => delete job.environment],
    [
      "audit.yml",
      "audit",
      (job) => job.steps?.push({ run: "true", env: { TOKEN: expression("secrets.PULUMI_READ_TOKEN") } }),
    ],
  ],
  "an environment is one of those with rules, with the variables and secrets that it has there": [
    ["deploy.yml", "dev", (job) => Object.assign(job, { environment: "production" })],
    ["drift.yml", "drift", (job) => job.strategy?.matrix?.["environment"]?.push("test")],
    [
      "drift.yml",
      "drift",
      (job) => Object.assign(stepOf(job, "configure-aws").with ?? {}, { x: expression("vars.DEPLOY_ROLE_ARN") }),
    ],
  ],
  "a pull request's code runs with secrets only after review, with those that read, and never from a fork": [
    ["pull-request.yml", "preview", (job) => Object.assign(job, { environment: "drift-dev" })],
    ["pull-request.yml", "preview", (job) => delete job.if],
    ["pull-request.yml", "preview", (job) => Object.assign(job, { if: "github.actor == 'octocat'" })],
    [
      "pull-request.yml",
      "preview",
      (job) => Object.assign(stepOf(job, "preview").env ?? {}, { X: expression("secrets.PULUMI_ACCESS_TOKEN") }),
    ],
  ],
  "a job with secrets says which branch or tag it is for": [
    ["drift.yml", "drift", (job) => delete job.if],
    ["drift.yml", "drift", (job) => Object.assign(job, { if: "github.ref == 'refs/heads/main' || true" })],
    ["deploy.yml", "prod", (job) => Object.assign(job, { if: "github.event_name == 'release'" })],
  ],
  "what can be started by hand or by the clock checks out main": [
    ["drift.yml", "drift", (job) => delete stepOf(job, "checkout").with?.["ref"]],
  ],
  "only updates have the backend token that writes": [
    [
      "drift.yml",
      "drift",
      (job) => Object.assign(stepOf(job, "preview").env ?? {}, { X: expression("secrets.PULUMI_ACCESS_TOKEN") }),
    ],
  ],
  "packages are installed without their scripts, and built before there is a credential": [
    ["deploy.yml", "dev", (job) => Object.assign(stepOf(job, "npm ci"), { run: "npm ci" })],
    ["deploy.yml", "dev", (job) => job.steps?.splice(0, 0, ...(job.steps?.splice(4, 1) ?? []))],
    ["deploy.yml", "dev", (job) => job.steps?.splice(3, 1)],
    ["audit.yml", "audit", (job) => job.steps?.push({ run: "npx --yes left-pad" })],
  ],
  "secrets go to the one step that needs them": [
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
  "a job with secrets takes nothing out of a cache": [
    ["deploy.yml", "dev", (job) => Object.assign(stepOf(job, "setup-node").with ?? {}, { cache: "npm" })],
    ["deploy.yml", "dev", (job) => delete stepOf(job, "setup-node").with?.["package-manager-cache"]],
    ["drift.yml", "drift", (job) => job.steps?.unshift({ uses: `actions/cache@${"0".repeat(40)}` })],
    ["drift.yml", "drift", (job) => job.steps?.unshift({ uses: `actions/cache/restore@${"0".repeat(40)}` })],
  ],
  "a checkout keeps no token": [
    ["pull-request.yml", "test", (job) => delete stepOf(job, "checkout").with?.["persist-credentials"]],
  ],
  "a script's text has no expression in it": [
    [
      "pull-request.yml",
      "test",
      (job) => job.steps?.push({ run: `echo ${expression("github.event.pull_request.title")}` }),
    ],
  ],
  "a script sets nothing for the steps after it": [
    ["drift.yml", "drift", (job) => job.steps?.push({ run: 'echo "NODE_OPTIONS=$X" >> "$GITHUB_ENV"' })],
  ],
  "what Pulumi prints is no command to the runner": [
    ["drift.yml", "drift", (job) => Object.assign(stepOf(job, "preview"), { run: "npm run --silent preview -- dev" })],
  ],
  "a job ends, on a machine of GitHub's that is named": [
    ["audit.yml", "audit", (job) => delete job["timeout-minutes"]],
    ["audit.yml", "audit", (job) => Object.assign(job, { "runs-on": "self-hosted" })],
  ],
  "no AWS key is kept": [
    ["drift.yml", "drift", (job) => Object.assign(stepOf(job, "preview").env ?? {}, { AWS_ACCESS_KEY_ID: "AKIA" })],
  ],
};

describe("the workflows of .github", () => {
  const all = workflows();
  const environments = environmentRules();

  it("keep every rule", () => {
    assert.deepEqual([...all.keys()].sort(), ["audit.yml", "deploy.yml", "drift.yml", "pull-request.yml"]);
    assert.deepEqual(
      [...all].flatMap(([file, workflow]) => faultsOf(file, workflow, environments)),
      [],
    );
  });

  it("have an example for each rule that breaks it", () => {
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

  it("rule: nothing outside the repository starts a run, and a workflow gives no right or secret by itself", () => {
    const workflow = all.get("pull-request.yml") ?? assert.fail();
    const bad: [string, Partial<Workflow>][] = [
      ["nothing outside the repository starts a run with its rights", { on: { pull_request_target: null } }],
      ["nothing outside the repository starts a run with its rights", { on: { issue_comment: null } }],
      ["a workflow gives no right by itself", { permissions: { contents: "read", "id-token": "write" } }],
      ["a workflow gives no right by itself", { permissions: "write-all" }],
      ["a workflow's environment has no secret", { env: { TOKEN: expression("secrets.PULUMI_READ_TOKEN") } }],
    ];
    assert.deepEqual(new Set(bad.map(([rule]) => rule)), new Set(Object.keys(workflowRules)));
    // The other ways in which GitHub lets the events be written.
    for (const on of ["pull_request_target", "[push, pull_request_target]"]) {
      const { on: events } = readWorkflow(`on: ${on}\njobs: {}\n`);
      bad.push(["nothing outside the repository starts a run with its rights", { on: events }]);
    }
    for (const [rule, part] of bad) {
      const faults = faultsOf("x.yml", { ...workflow, ...part }, environments);
      assert.ok(
        faults.some((fault) => fault.startsWith(`x.yml: ${rule} (`)),
        faults.join("\n"),
      );
    }
  });

  it("rule: nothing else is in an update's concurrency group, where it would cancel one that waits", () => {
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

  it("use every environment that has rules, with each of its variables and secrets", () => {
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
