import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { environmentRules, root } from "./workflowFiles";

/** The data of the fake GitHub: JSON by API path. */
type GitHub = Record<string, unknown>;

/** Stands in for `gh`: stores what is sent, answers with what it has, and records every call. */
const fakeGh = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
const stateFile = process.env.FAKE_GITHUB;
const state = JSON.parse(fs.readFileSync(stateFile, "utf8"));
const save = () => fs.writeFileSync(stateFile, JSON.stringify(state));
if (args[0] === "repo") return console.log(JSON.stringify({ nameWithOwner: "octo-org/ecr" }));
const method = args[1] === "--method" ? args[2] : "GET";
const path = (method === "GET" ? args[1] : args[3]).split("?")[0];
const body = args.includes("--input") ? JSON.parse(fs.readFileSync(0, "utf8")) : undefined;
state.calls.push({ method, path, body });
if (method === "GET") {
  save();
  if (state[path] === undefined) { console.error("gh: Not Found (HTTP 404)"); process.exit(1); }
  return console.log(JSON.stringify(state[path]));
}
const list = path.replace(/\\/\\d+$/, "");
if (method === "PUT" && path.includes("/environments/")) state[path] = { ...body, can_admins_bypass: true };
else if (method === "PUT" && path.endsWith("/actions/permissions/workflow")) state[path] = body;
else if (list.endsWith("rulesets")) {
  state[list] ??= [];
  if (method === "POST") state[list].push({ id: state[list].length + 1, ...body });
  // As GitHub does: what is not sent stays.
  else state[list] = state[list].map((each) => (path.endsWith("/" + each.id) ? { ...each, ...body } : each));
} else {
  const policies = (state[list] ??= { branch_policies: [] }).branch_policies;
  if (method === "POST") policies.push({ id: policies.length + 1, ...body });
  else state[list].branch_policies = policies.filter(({ id }) => String(id) !== path.split("/").at(-1));
}
save();
`;

describe("node .github/environments.mjs", function () {
  // Each test starts programs.
  this.timeout(900_000);
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "environments-"));
    fs.writeFileSync(path.join(folder, "gh"), fakeGh, { mode: 0o755 });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const users: GitHub = { "users/octocat": { id: 583231 }, "orgs/octo-org/teams/platform": { id: 42 } };

  function run(github: GitHub, ...flags: string[]) {
    const stateFile = path.join(folder, "github.json");
    fs.writeFileSync(stateFile, JSON.stringify({ ...users, ...github, calls: [] }));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(root, ".github/environments.mjs"), ...flags],
      {
        env: { PATH: `${folder}:${process.env["PATH"]}`, FAKE_GITHUB: stateFile },
        encoding: "utf8",
      },
    );
    const { calls, ...after } = JSON.parse(fs.readFileSync(stateFile, "utf8"));
    const writes = (calls as { method: string }[]).filter(({ method }) => method !== "GET");
    return { status, stdout, stderr, writes, after: after as GitHub };
  }

  const at = (name: string) => `repos/octo-org/ecr/environments/${name}`;
  const both = ["--reviewer", "octocat", "--reviewer", "octo-org/platform"];

  it("gives each environment its branches or tags, and reviewers where required", () => {
    const { status, after } = run({}, ...both);
    assert.equal(status, 0);
    const reviewers = [
      { type: "User", id: 583231 },
      { type: "Team", id: 42 },
    ];
    for (const [name, { refs, reviewed }] of Object.entries(environmentRules())) {
      assert.deepEqual(after[at(name)], {
        reviewers: reviewed ? reviewers : [],
        prevent_self_review: reviewed,
        deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
        can_admins_bypass: true,
      });
      assert.deepEqual(after[`${at(name)}/deployment-branch-policies`], {
        branch_policies: refs.map((ref, index) => ({ id: index + 1, ...ref })),
      });
    }
    assert.deepEqual(
      (after["repos/octo-org/ecr/rulesets"] as { target: string; enforcement: string }[]).map(({ target }) => target),
      ["branch", "tag"],
    );
  });

  it("removes what was added by hand, and changes nothing when it runs again", () => {
    const open = { branch_policies: [{ id: 9, type: "branch", name: "*" }] };
    const first = run({ [`${at("prod")}/deployment-branch-policies`]: open }, ...both);
    assert.ok(first.stdout.includes(`DELETE ${at("prod")}/deployment-branch-policies/9`));
    const second = run(first.after, ...both);
    assert.deepEqual(
      second.writes.filter(({ method }) => method !== "PUT"),
      [],
    );
    assert.deepEqual(second.after, first.after);
  });

  it("lets nobody bypass the reviews of main: clears bypass lists and lets no workflow approve", () => {
    const bypass = [{ actor_type: "RepositoryRole", actor_id: 4, bypass_mode: "always" }];
    const name = "main changes by reviewed pull requests";
    const { after } = run({ "repos/octo-org/ecr/rulesets": [{ id: 7, name, bypass_actors: bypass }] }, ...both);
    const [main] = after["repos/octo-org/ecr/rulesets"] as { name: string; bypass_actors: unknown[] }[];
    assert.deepEqual([main?.name, main?.bypass_actors], [name, []]);
    assert.deepEqual(after["repos/octo-org/ecr/actions/permissions/workflow"], {
      default_workflow_permissions: "read",
      can_approve_pull_request_reviews: false,
    });
  });

  it("sends nothing with --dry-run, and prints what it would send", () => {
    const { status, stdout, writes, after } = run({}, ...both, "--dry-run", "--repository", "octo-org/ecr");
    assert.equal(status, 0);
    assert.deepEqual(writes, []);
    assert.deepEqual(after, users);
    assert.match(stdout, /^PUT repos\/octo-org\/ecr\/environments\/dev \{"reviewers":\[\]/m);
    assert.match(stdout, /^POST .*\/environments\/preview\/deployment-branch-policies .*refs\/pull\/\*\/merge/m);
    assert.match(stdout, /^POST repos\/octo-org\/ecr\/rulesets /m);
  });

  it("reports missing variables and secrets, and where administrators can bypass a review", () => {
    const { stdout } = run({ [`${at("dev")}/secrets`]: { secrets: [{ name: "PULUMI_ACCESS_TOKEN" }] } }, ...both);
    assert.match(stdout, /^prod: has no secret PULUMI_ACCESS_TOKEN\. gh secret set PULUMI_ACCESS_TOKEN --env prod$/m);
    assert.match(
      stdout,
      /^preview: has no variable PREVIEW_ROLE_ARN\. gh variable set PREVIEW_ROLE_ARN --env preview$/m,
    );
    assert.doesNotMatch(stdout, /^dev: has no secret PULUMI_ACCESS_TOKEN/m);
    assert.match(stdout, /^prod: lets administrators bypass its reviewers\./m);
    assert.doesNotMatch(stdout, /^dev: lets/m);
  });

  it("fails if an environment's secret also exists for the whole repository", () => {
    const secrets = { secrets: [{ name: "PULUMI_ACCESS_TOKEN" }, { name: "OTHER" }] };
    const { status, stdout } = run({ "repos/octo-org/ecr/actions/secrets": secrets }, ...both);
    assert.equal(status, 1);
    assert.match(stdout, /^PULUMI_ACCESS_TOKEN: is a secret of the whole repository\./m);
    assert.doesNotMatch(stdout, /^OTHER/m);
  });

  it("fails if a secret also exists for the organization, or in an environment that has no rules here", () => {
    const organization = { secrets: [{ name: "PULUMI_CONFIG_PASSPHRASE" }, { name: "OTHER" }] };
    const { status, stdout } = run(
      {
        "repos/octo-org/ecr/actions/organization-secrets": organization,
        "repos/octo-org/ecr/environments": { environments: [{ name: "dev" }, { name: "old/prod" }, { name: "pages" }] },
        [`${at("dev")}/secrets`]: { secrets: [{ name: "PULUMI_ACCESS_TOKEN" }] },
        [`${at("old%2Fprod")}/secrets`]: { secrets: [{ name: "PULUMI_ACCESS_TOKEN" }] },
        [`${at("pages")}/secrets`]: { secrets: [{ name: "OTHER" }] },
      },
      ...both,
    );
    assert.equal(status, 1);
    assert.deepEqual(
      stdout.split("\n").filter((line) => / Must be a secret of /.test(line)),
      [
        "PULUMI_CONFIG_PASSPHRASE: is a secret of the organization. Must be a secret of its environments only. Remove this repository's access to it there.",
        "PULUMI_ACCESS_TOKEN: is a secret of the environment old/prod, which any branch may name. Must be a secret of its environments only. Delete it there.",
      ],
    );
  });

  it("refuses to leave an environment that needs reviews without a reviewer, and unknown reviewers", () => {
    assert.deepEqual([run({}).status, run({}).writes], [2, []]);
    const { status, stderr, writes } = run({}, "--reviewer", "nobody");
    assert.deepEqual([status, writes], [1, []]);
    assert.match(stderr, /--reviewer nobody: GitHub has no such user/);
  });

  it("sets what docs/environments.md says", () => {
    const text = fs.readFileSync(path.join(root, "docs/environments.md"), "utf8");
    const rows = [...text.matchAll(/^\| `([\w-]+)` \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$/gm)].map((row) =>
      row.slice(1, 6),
    );
    const code = (names: string[]) => names.map((name) => `\`${name}\``).join(", ");
    assert.deepEqual(
      rows,
      Object.entries(environmentRules()).map(([name, { refs, reviewed, variables, secrets }]) => [
        name,
        refs
          .map((ref) => `${ref.name.startsWith("refs/pull") ? "pull requests" : ref.type} \`${ref.name}\``)
          .join(", "),
        reviewed ? "required" : "none",
        code(variables),
        code(secrets),
      ]),
    );
  });
});
