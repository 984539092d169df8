// Sets the rules of the repository's environments, and the rulesets that they rest on, as environments.json says.
// It can be run again: what is right stays, what was added by hand is taken away.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { parseArgs } from "node:util";

const usage = `node .github/environments.mjs --reviewer USER|ORG/TEAM... [--repository OWNER/NAME] [--dry-run]
Needs gh, logged in as an administrator of the repository. --dry-run only reads, and prints what it would send.`;

const { values } = parseArgs({
  options: {
    reviewer: { type: "string", multiple: true, default: [] },
    repository: { type: "string" },
    "dry-run": { type: "boolean", default: false },
  },
});
const wanted = JSON.parse(fs.readFileSync(new URL("environments.json", import.meta.url), "utf8"));
if (values.reviewer.length === 0 || values.reviewer.length > 6) {
  console.error(`--reviewer: found ${values.reviewer.length} of them. Must be 1 to 6 users or teams.\n${usage}`);
  process.exit(2);
}
const repository = `repos/${values.repository ?? gh(["repo", "view", "--json", "nameWithOwner"]).nameWithOwner}`;
const reviewers = values.reviewer.map(reviewerOf);
for (const [name, environment] of Object.entries(wanted.environments)) setEnvironment(name, environment);
const existing = read(`${repository}/rulesets?includes_parents=false&per_page=100`) ?? [];
for (const ruleset of wanted.rulesets) {
  const { id } = existing.find(({ name }) => name === ruleset.name) ?? {};
  if (id === undefined) write("POST", `${repository}/rulesets`, ruleset);
  else write("PUT", `${repository}/rulesets/${id}`, ruleset);
}
// A workflow of any branch could approve its own pull request.
write("PUT", `${repository}/actions/permissions/workflow`, {
  default_workflow_permissions: "read",
  can_approve_pull_request_reviews: false,
});
const everywhere = leaked();
for (const line of [...everywhere, ...missing()]) console.log(line);
process.exitCode = everywhere.length > 0 ? 1 : 0;

function setEnvironment(name, { refs, reviewed }) {
  write("PUT", `${repository}/environments/${name}`, {
    reviewers: reviewed ? reviewers : [],
    prevent_self_review: reviewed,
    // With no policy yet, nothing may use the environment: it is never open in between.
    deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
  });
  const policies = `${repository}/environments/${name}/deployment-branch-policies`;
  const present = read(`${policies}?per_page=100`)?.branch_policies ?? [];
  const same = (one) => (other) => one.name === other.name && one.type === other.type;
  for (const policy of present.filter((each) => !refs.some(same(each)))) write("DELETE", `${policies}/${policy.id}`);
  for (const ref of refs.filter((each) => !present.some(same(each)))) write("POST", policies, ref);
}

/** Secrets of an environment that stand elsewhere too, where every workflow of every branch reads them. */
function leaked() {
  const secrets = new Set(Object.values(wanted.environments).flatMap((each) => each.secrets));
  const foreign = names(`${repository}/environments`, "environments").filter(
    (name) => !Object.hasOwn(wanted.environments, name),
  );
  const places = [
    [`${repository}/actions/secrets`, "the whole repository", "Delete it there."],
    [`${repository}/actions/organization-secrets`, "the organization", "Remove this repository's access to it there."],
    ...foreign.map((name) => [
      `${repository}/environments/${encodeURIComponent(name)}/secrets`,
      `the environment ${name}, which any branch may name`,
      "Delete it there.",
    ]),
  ];
  return places.flatMap(([path, what, fix]) =>
    names(path, "secrets")
      .filter((name) => secrets.has(name))
      .map((name) => `${name}: is a secret of ${what}. Must be a secret of its environments only. ${fix}`),
  );
}

function missing() {
  return Object.entries(wanted.environments).flatMap(([name, { reviewed, variables, secrets }]) => {
    const at = `${repository}/environments/${name}`;
    // GitHub's API shows this and does not set it.
    const bypass =
      reviewed && read(at)?.can_admins_bypass === true
        ? [`${name}: lets administrators bypass its reviewers. Turn that off in the environment's settings.`]
        : [];
    const there = { variable: names(`${at}/variables`, "variables"), secret: names(`${at}/secrets`, "secrets") };
    const lines = (kind, all) =>
      all
        .filter((each) => !there[kind].includes(each))
        .map((each) => `${name}: has no ${kind} ${each}. gh ${kind} set ${each} --env ${name}`);
    return [...bypass, ...lines("variable", variables), ...lines("secret", secrets)];
  });
}

function names(path, key) {
  return (read(`${path}?per_page=100`)?.[key] ?? []).map(({ name }) => name);
}

function reviewerOf(name) {
  const [organization, team] = name.split("/");
  const path = team === undefined ? `users/${name}` : `orgs/${organization}/teams/${team}`;
  const found = read(path);
  if (found === undefined) throw new Error(`--reviewer ${name}: GitHub has no such ${team ? "team" : "user"}.`);
  return { type: team === undefined ? "User" : "Team", id: found.id };
}

/** The resource at this path on GitHub; `undefined` if it does not exist. */
function read(path) {
  try {
    return gh(["api", path]);
  } catch (error) {
    if (/HTTP 404/.test(String(error.stderr))) return undefined;
    throw error;
  }
}

function write(method, path, body) {
  const input = body === undefined ? undefined : JSON.stringify(body);
  console.log([method, path, input].filter(Boolean).join(" "));
  if (values["dry-run"]) return;
  gh(["api", "--method", method, path, ...(input === undefined ? [] : ["--input", "-"])], input);
}

function gh(args, input) {
  const answer = execFileSync("gh", args, { input: input ?? "", encoding: "utf8", stdio: "pipe" });
  return answer.trim() === "" ? undefined : JSON.parse(answer);
}
