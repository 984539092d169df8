import { type EnvironmentRules, environmentsOf, type Job, type Step, type Workflow } from "./workflowFiles";

/** Returns what is wrong with a job, if anything. */
type JobRule = (job: Job, workflow: Workflow, environments: Record<string, EnvironmentRules>) => string[];

const steps = ({ steps = [] }: Job) => steps;
const uses = (job: Job, action: string) => steps(job).filter((step) => step.uses?.startsWith(`${action}@`));
const runs = (job: Job) => steps(job).flatMap(({ run }) => (run === undefined ? [] : [run]));
const permissionsOf = ({ permissions }: Job | Workflow) => (typeof permissions === "object" ? permissions : {});
/** Names after `secrets.` or `vars.` anywhere in a job. */
const named = (job: Job, kind: "secrets" | "vars") =>
  [...JSON.stringify(job).matchAll(new RegExp(`\\b${kind}\\.(\\w+)`, "g"))].map(([, name = ""]) => name);
/** Whether a job gets a secret, may request an OpenID Connect token or runs in an environment. */
const isPrivileged = (job: Job) =>
  permissionsOf(job)["id-token"] !== undefined ||
  /\bsecrets\b/.test(JSON.stringify(job)) ||
  job.environment !== undefined;
const onPullRequest = (workflow: Workflow) => "pull_request" in workflow.on;
const credentialsAt = (job: Job) =>
  steps(job).findIndex(
    ({ uses = "", env = {} }) => /configure-aws-credentials/.test(uses) || /secrets\./.test(JSON.stringify(env)),
  );
const groupOf = ({ concurrency }: Job | Workflow) =>
  typeof concurrency === "object" ? concurrency.group : concurrency;

/** The rules for one job, by name. */
export const jobRules: Readonly<Record<string, JobRule>> = {
  "an action is pinned to a commit": (job) =>
    [job, ...steps(job)]
      .map((each) => each.uses)
      .filter((action) => action !== undefined && !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(action))
      .map(String),

  "a job declares its own permissions, and can write nothing but comments": (job) => {
    if (typeof job.permissions !== "object") return [`permissions: ${job.permissions}`];
    const allowed: Record<string, string> = { contents: "read", "id-token": "write", "pull-requests": "write" };
    return Object.entries(job.permissions)
      .filter(([scope, access]) => allowed[scope] !== access)
      .map(([scope, access]) => `${scope}: ${access}`);
  },

  "only a job that assumes a role can request an OpenID Connect token": (job) =>
    permissionsOf(job)["id-token"] === undefined || uses(job, "aws-actions/configure-aws-credentials").length === 1
      ? []
      : ["id-token: write"],

  "a job that comments has no other permission, no secret and none of the pull request's code": (job) => {
    if (permissionsOf(job)["pull-requests"] === undefined) return [];
    const others = Object.keys(permissionsOf(job)).filter((scope) => scope !== "pull-requests");
    const foreign = steps(job).filter(
      ({ uses = "", run = "" }) => /checkout@/.test(uses) || /\bnpm\b|\bnpx\b/.test(run),
    );
    return [...others, ...foreign.map(({ uses, run }) => uses ?? run ?? ""), ...named(job, "secrets")];
  },

  "only a job without privileges reads an artifact": (job) =>
    uses(job, "actions/download-artifact").length > 0 && isPrivileged(job) ? ["download-artifact"] : [],

  "an artifact is downloaded by name, into a folder of its own": (job) =>
    uses(job, "actions/download-artifact").flatMap(({ with: given = {} }) =>
      /^[\w-]+$/.test(String(given["name"] ?? "")) && /^[\w-]+$/.test(String(given["path"] ?? ""))
        ? []
        : [`name: ${given["name"]}, path: ${given["path"]}`],
    ),

  // Expressions are case-insensitive, and there are other ways to access a member.
  "a secret is referenced in one spelling, which the other rules look for": (job) =>
    [...JSON.stringify(job).matchAll(/\$\{\{(.*?)\}\}/g)]
      .map(([, text = ""]) => text)
      .filter((text) => /\bsecrets\b/i.test(text.replace(/\bsecrets\.[A-Z][A-Z0-9_]*(?![\w.])/g, ""))),

  "a job with secrets or a role runs in an environment": (job) =>
    isPrivileged(job) && environmentsOf(job).length === 0 ? ["no environment"] : [],

  "a job uses only environments with rules, and only their own variables and secrets": (job, _, environments) =>
    environmentsOf(job).flatMap((name) => {
      const rules = environments[name];
      if (rules === undefined) return [`environment ${name}`];
      return [
        ...named(job, "secrets").filter((secret) => !rules.secrets.includes(secret)),
        ...named(job, "vars").filter((variable) => !rules.variables.includes(variable)),
      ];
    }),

  "a pull request's code gets secrets only after review, only read-only ones, and never from a fork": (
    job,
    workflow,
    environments,
  ) => {
    if (!onPullRequest(workflow) || !isPrivileged(job)) return [];
    const open = environmentsOf(job).filter((name) => environments[name]?.reviewed !== true);
    const fork = job.if === "github.event.pull_request.head.repo.full_name == github.repository" ? [] : ["if"];
    return [...open, ...fork, ...named(job, "secrets").filter((name) => name === "PULUMI_ACCESS_TOKEN")];
  },

  "a job with secrets is limited to a branch or tag": (job, workflow) => {
    if (onPullRequest(workflow) || !isPrivileged(job)) return [];
    const guarded = /github\.ref == 'refs\/heads\/main'|startsWith\(github\.ref, 'refs\/tags\/v'\)/.test(job.if ?? "");
    return guarded && !/\|\|/.test(job.if ?? "") ? [] : [`if: ${job.if}`];
  },

  "a job with secrets that starts manually or on a schedule checks out main": (job, workflow) => {
    if (!isPrivileged(job) || !("workflow_dispatch" in workflow.on || "schedule" in workflow.on)) return [];
    return uses(job, "actions/checkout").flatMap((step) =>
      step.with?.["ref"] === "refs/heads/main" ? [] : [`ref: ${step.with?.["ref"]}`],
    );
  },

  "only updates get the backend token with write access": (job) =>
    named(job, "secrets").includes("PULUMI_ACCESS_TOKEN") && !runs(job).some((run) => /npm run --silent up /.test(run))
      ? ["PULUMI_ACCESS_TOKEN"]
      : [],

  "packages are installed without install scripts, and built before any credential exists": (job) => {
    const installs = runs(job).filter((run) => /\bnpm (ci|i|install)\b|\bnpx\b/.test(run));
    const faults = installs.filter((run) => run.trim() !== "npm ci --ignore-scripts");
    const credentials = credentialsAt(job);
    if (credentials < 0) return faults;
    const at = (command: string) => steps(job).findIndex(({ run }) => run?.trim() === command);
    const inOrder = at("npm ci --ignore-scripts") >= 0 && at("npm ci --ignore-scripts") < at("npm run build");
    return inOrder && at("npm run build") < credentials ? faults : [...faults, "npm run build"];
  },

  "secrets go only to the one step that needs them": (job) => {
    const outside = JSON.stringify({ ...job, steps: [] });
    const withSecrets = steps(job).filter((step) => /secrets\./.test(JSON.stringify(step)));
    const elsewhere = withSecrets.filter(({ env, ...rest }) => /\bsecrets\b/.test(JSON.stringify(rest)));
    return [
      ...(/\bsecrets\b/.test(outside) ? ["secrets of the whole job"] : []),
      ...(withSecrets.length > 1 ? [`${withSecrets.length} steps`] : []),
      ...elsewhere.map(({ name, uses }) => name ?? uses ?? "a step"),
    ];
  },

  "a job with secrets restores nothing from a cache": (job) => {
    if (!isPrivileged(job)) return [];
    const open = uses(job, "actions/setup-node").filter(
      (step) => step.with?.["cache"] !== undefined || step.with?.["package-manager-cache"] !== false,
    );
    return [...open, ...uses(job, "actions/cache"), ...uses(job, "actions/cache/restore")].map(({ uses }) =>
      String(uses),
    );
  },

  "a checkout does not keep its token": (job) =>
    uses(job, "actions/checkout")
      .filter((step) => step.with?.["persist-credentials"] !== false)
      .map(() => "persist-credentials"),

  "a script contains no expression": (job) => runs(job).filter((run) => run.includes("${{")),

  "a script sets nothing for later steps": (job) =>
    runs(job).filter((run) => /GITHUB_(ENV|PATH|OUTPUT)|::(set|add|save)-/.test(run)),

  "Pulumi's output cannot send commands to the runner": (job) =>
    runs(job)
      .filter((run) => /npm run --silent (up|preview) /.test(run))
      .filter(
        (run) =>
          !/^token=\$\(openssl rand -hex 16\)\ntrap 'echo "::\$token::"' EXIT\necho "::stop-commands::\$token"\n/.test(
            run,
          ),
      ),

  "a job has a timeout, and a GitHub-hosted runner of a fixed version": (job) => [
    ...(typeof job["timeout-minutes"] === "number" ? [] : ["timeout-minutes"]),
    ...(/^ubuntu-\d\d\.\d\d$/.test(job["runs-on"] ?? "") ? [] : [`runs-on: ${job["runs-on"]}`]),
  ],

  "no AWS access key is stored": (job) =>
    /AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY)/.test(JSON.stringify(job)) ? ["AWS key"] : [],
};

/** The rules for a whole workflow. */
export const workflowRules: Readonly<Record<string, (workflow: Workflow) => string[]>> = {
  "no event from outside the repository starts a run with its permissions": ({ on }) =>
    ["pull_request_target", "workflow_run", "issue_comment", "issues", "repository_dispatch", "workflow_call"].filter(
      (event) => event in on,
    ),

  "a workflow grants no permissions at the top level": ({ permissions }) =>
    typeof permissions === "object" && Object.keys(permissions).length === 0
      ? []
      : [`permissions: ${JSON.stringify(permissions)}`],

  "a workflow's top-level env has no secret": ({ env }) => (/secrets/.test(JSON.stringify(env ?? {})) ? ["env"] : []),
};

/** Every fault of a workflow, as `<file> <job>: <rule> (<what>)`. */
export function faultsOf(file: string, workflow: Workflow, environments: Record<string, EnvironmentRules>): string[] {
  const all = Object.entries(workflowRules).flatMap(([rule, check]) =>
    check(workflow).map((what) => `${file}: ${rule} (${what})`),
  );
  const each = Object.entries(workflow.jobs).flatMap(([name, job]) =>
    Object.entries(jobRules).flatMap(([rule, check]) =>
      check(job, workflow, environments).map((what) => `${file} ${name}: ${rule} (${what})`),
    ),
  );
  return [...all, ...each];
}

/**
 * Groups of updates that are also used by another workflow: GitHub cancels a waiting run for a later one in its group.
 */
export function sharedGroups(workflows: ReadonlyMap<string, Workflow>): string[] {
  const groups = [...workflows].flatMap(([file, workflow]) => {
    const all = [groupOf(workflow), ...Object.values(workflow.jobs).map(groupOf)];
    return all.flatMap((group) =>
      group === undefined ? [] : [{ file, group: group.replace(/\$\{\{.*?\}\}.*$/, "") }],
    );
  });
  return groups
    .filter(({ file, group }) => groups.some((other) => other.file !== file && overlap(other.group, group)))
    .map(({ file, group }) => `${file}: ${group}`);
}

/** Whether the fixed start of one group is the start of the other, such as `stack-` and `stack-dev`. */
function overlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

export type { Job, Step, Workflow };
