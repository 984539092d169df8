import assert from "node:assert/strict";
import {
  githubFaults,
  githubSubjects,
  gitlabFaults,
  gitlabSubjects,
  issuerFaults,
  oidcTrustPolicy,
  providerArnFaults,
  trustPolicyFaults,
} from "../../ecr/workloadIdentity";
import { itRefuses } from "./refusals";

const branches = ["main"];
const repository = "octo-org/pets";
const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const trust = (characters: number) => ({ providerArn, audience: "a", subjects: ["s".repeat(characters)] });
/** How long the one subject of a trust policy of 4,096 characters is. */
const room = () => 4_096 - JSON.stringify(oidcTrustPolicy(trust(0))).length;

describe("refusals of GitHub's workflows", () => {
  itRefuses([
    ...[{ branches }, { repository, anyRepositoryOf: "octo-org", branches }].map((workflows) => ({
      title: `${Object.keys(workflows).length === 1 ? "neither" : "both"} of repository and owner`,
      faults: () => githubFaults(workflows, "g"),
      path: "g.repository",
      rule: /^workflows belong to one repository, or to any of one owner\.$/,
      fix: /^write repository: "owner\/name", or anyRepositoryOf: "owner", and only one of them\.$/,
    })),
    {
      title: "an owner that is none",
      faults: () => githubFaults({ anyRepositoryOf: "octo org", branches }, "g"),
      path: "g.anyRepositoryOf",
      rule: /^an owner is a user or an organization of GitHub, by its name\.$/,
      fix: /^write the name alone: letters, digits and hyphens\.$/,
    },
    {
      title: "a list with an owner",
      faults: () => githubFaults({ anyRepositoryOf: ["octo-org"] as unknown as string, branches }, "g"),
      path: "g.anyRepositoryOf",
      rule: /^an owner is/,
      fix: /^write the name alone/,
    },
    {
      title: "no kind of run",
      faults: () => githubFaults({ repository }, "g"),
      path: "g.branches",
      rule: /^it is said which runs of a repository are meant\.$/,
      fix: /^write branches, tags, environments or pullRequests: true; branches: \["\*"\] for any branch\.$/,
    },
    {
      title: "a wildcard in a repository",
      faults: () => githubFaults({ repository: "octo-org/*", branches }, "g"),
      path: "g.repository",
      rule: /^a repository of GitHub is named owner\/name, without wildcards: one would let other repositories in\.$/,
      fix: /anyRepositoryOf/,
    },
    ...["pets", ["octo-org/*"] as unknown as string].map((none) => ({
      title: `${JSON.stringify(none)} for a repository`,
      faults: () => githubFaults({ repository: none, branches }, "g"),
      path: "g.repository",
      rule: /^a repository of GitHub is named owner\/name/,
      fix: /^write "owner\/name" as GitHub shows it, without https:\/\/ and \.git\.$/,
    })),
    ...["prod*", "", "x".repeat(256), ["prod"] as unknown as string].map((environment) => ({
      title: `${JSON.stringify(environment).slice(0, 20)} for an environment`,
      faults: () => githubFaults({ repository, environments: [environment] }, "g"),
      path: "g.environments[0]",
      rule: /^an environment is named whole: 1 to 255 characters, no \* and no \?\.$/,
      fix: /^name each environment\.$/,
    })),
    ...["a%3Ab", "a%3ab"].map((environment) => ({
      title: `the environment ${environment}, whose subject is that of a:b`,
      faults: () => githubFaults({ repository, environments: [environment] }, "g"),
      path: "g.environments[0]",
      rule: /^GitHub writes a colon in an environment's name as %3A: this one could not be told from the one with a colon\.$/,
      fix: /^write the colon where it is meant; else give the environment another name\.$/,
    })),
    ...["", 7 as unknown as string].map((ref) => ({
      title: `${JSON.stringify(ref)} for a branch`,
      faults: () => githubFaults({ repository, branches: [ref] }, "g"),
      path: "g.branches[0]",
      rule: /^a branch or tag has a name\.$/,
      fix: /^write it, such as "main", or "\*" for any\.$/,
    })),
    {
      title: "a whole ref",
      faults: () => githubFaults({ repository, branches: ["refs/heads/main"] }, "g"),
      path: "g.branches[0]",
      rule: /^a branch or tag is written without refs\/heads\/ or refs\/tags\/\.$/,
      fix: /^write the name alone\.$/,
    },
    ...["a b", "a.", "a.lock", "/a", "a/"].map((ref) => ({
      title: `the branch ${ref}`,
      faults: () => githubFaults({ repository, branches: [ref] }, "g"),
      path: "g.branches[0]",
      rule: /^Git has no such branch or tag: no spaces, .* and no \/ at an end\.$/,
      fix: /^write the name as Git shows it; \* stands for any text\.$/,
    })),
    {
      title: "what IAM takes for a variable",
      faults: () => githubFaults({ repository, branches: [`$${"{aws:x}"}`.replace(":", "")] }, "g"),
      path: "g.branches[0]",
      rule: /^IAM takes a dollar sign before a brace for a variable\.$/,
      fix: /^write a pattern with \* in its place\.$/,
    },
  ]);

  it("are none for the names that Git and GitHub have", () => {
    for (const ref of ["feature/a", "v1.2", "a.locks", "a.b/c", "release/*", "a$b"]) {
      assert.deepEqual(githubFaults({ repository, branches: [ref] }, "g"), [], ref);
    }
    for (const environment of ["production", "Größe 1", "x".repeat(255)]) {
      assert.deepEqual(githubFaults({ repository, environments: [environment] }, "g"), [], environment);
    }
    for (const some of [{ tags: ["v1"], branches }, { tags: ["v1"], environments: ["a"] }, { environments: ["a"] }]) {
      assert.deepEqual(githubFaults({ repository, ...some }, "g"), []);
    }
  });
});

describe("refusals of GitLab's pipelines", () => {
  itRefuses([
    ...[{ branches }, { project: "team/pets", anyProjectOf: "team", branches }].map((pipelines) => ({
      title: `${Object.keys(pipelines).length === 1 ? "neither" : "both"} of project and group`,
      faults: () => gitlabFaults(pipelines, "l"),
      path: "l.project",
      rule: /^pipelines belong to one project, or to any of one group\.$/,
      fix: /^write project: "group\/project", or anyProjectOf: "group", and only one of them\.$/,
    })),
    {
      title: "a wildcard in a project",
      faults: () => gitlabFaults({ project: "team/*", branches }, "l"),
      path: "l.project",
      rule: /^a project of GitLab is named by its path, without wildcards: one would let other projects in\.$/,
      fix: /^name each project, or write anyProjectOf: "group" when all of a group are meant\.$/,
    },
    ...["pets", ["team/pets"] as unknown as string].map((project) => ({
      title: `${JSON.stringify(project)} for a project`,
      faults: () => gitlabFaults({ project, branches }, "l"),
      path: "l.project",
      rule: /^a project of GitLab is named by its path/,
      fix: /^write "group\/project" as GitLab shows it\.$/,
    })),
    {
      title: "a group that is none",
      faults: () => gitlabFaults({ anyProjectOf: "te:am", branches }, "l"),
      path: "l.anyProjectOf",
      rule: /^a group of GitLab is named by its path\.$/,
      fix: /^write "group" or "group\/subgroup"\.$/,
    },
    {
      title: "no kind of pipeline",
      faults: () => gitlabFaults({ project: "team/pets" }, "l"),
      path: "l.branches",
      rule: /^it is said which pipelines of a project are meant\.$/,
      fix: /^write branches or tags; branches: \["\*"\] for any branch\.$/,
    },
  ]);
});

describe("refusals of identity providers", () => {
  itRefuses([
    ...[undefined, "x", `x${providerArn}`, [providerArn]].map((arn) => ({
      title: `${JSON.stringify(arn)} for a provider`,
      faults: () => providerArnFaults(arn, "p", "https://gitlab.com"),
      path: "p",
      rule: /^an identity provider is named by its ARN\.$/,
      fix: /^write "arn:aws:iam::<account>:oidc-provider\/gitlab\.com", or set issuer to the provider's own\.$/,
    })),
    ...["http://gitlab.com", "x https://gitlab.com", "https://gitlab.com/", ["https://gitlab.com"]].map((issuer) => ({
      title: `${JSON.stringify(issuer)} for an issuer`,
      faults: () => issuerFaults(issuer, "issuer"),
      path: "issuer",
      rule: /^an issuer is an address with https:\/\/, a lower-case host and no slash at the end\.$/,
      fix: /^write the token's iss claim, such as "https:\/\/gitlab\.example\.com"\.$/,
    })),
    {
      title: "a trust policy of 4,097 characters",
      faults: () => trustPolicyFaults(trust(room() + 1), "github"),
      path: "github",
      rule: /^a trust policy has at most 4096 characters, this one has 4097\.$/,
      fix: /^make a role for each group of repositories, or write patterns\.$/,
    },
  ]);

  it("are none for a trust policy of 4,096 characters, and show how many subjects are too many", () => {
    assert.deepEqual(trustPolicyFaults(trust(room()), "github"), []);
    assert.equal(trustPolicyFaults(trust(room() + 1), "github")[0]?.value, "1 subjects");
  });
});

describe("subjects", () => {
  it("are none where nothing is said", () => {
    assert.deepEqual(githubSubjects({ repository }), []);
    assert.deepEqual(gitlabSubjects({ project: "team/pets" }), []);
  });

  it("are sorted", () => {
    assert.deepEqual(gitlabSubjects({ project: "team/pets", branches: ["b", "a"] }), [
      "project_path:team/pets:ref_type:branch:ref:a",
      "project_path:team/pets:ref_type:branch:ref:b",
    ]);
  });
});
