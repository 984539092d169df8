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
} from "../../../ecr/workloadIdentity";
import { itRefuses } from "../refusals";

const branches = ["main"];
const repository = "octo-org/pets";
const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const trust = (characters: number) => ({ providerArn, audience: "a", subjects: ["s".repeat(characters)] });
/** The length of a subject that makes a trust policy of 4,096 characters. */
const room = () => 4_096 - JSON.stringify(oidcTrustPolicy(trust(0))).length;

describe("refusals of GitHub's workflows", () => {
  itRefuses([
    ...[{ branches }, { repository, anyRepositoryOf: "octo-org", branches }].map((workflows) => ({
      title: `${Object.keys(workflows).length === 1 ? "neither repository nor owner" : "both repository and owner"}`,
      faults: () => githubFaults(workflows, "g"),
      path: "g.repository",
      rule: /^must name one repository, or any repository of one owner\.$/,
      fix: /^write either repository: "owner\/name" or anyRepositoryOf: "owner"\.$/,
    })),
    {
      title: "an invalid owner",
      faults: () => githubFaults({ anyRepositoryOf: "octo org", branches }, "g"),
      path: "g.anyRepositoryOf",
      rule: /^must be the name of a GitHub user or organization\.$/,
      fix: /^write only the name: letters, digits and hyphens\.$/,
    },
    {
      title: "a list that contains an owner",
      faults: () => githubFaults({ anyRepositoryOf: ["octo-org"] as unknown as string, branches }, "g"),
      path: "g.anyRepositoryOf",
      rule: /GitHub user or organization/,
      fix: /^write only the name/,
    },
    {
      title: "a repository without a kind of run",
      faults: () => githubFaults({ repository }, "g"),
      path: "g.branches",
      rule: /^must say which runs of the repository are allowed\.$/,
      fix: /^write branches, tags, environments or pullRequests: true; branches: \["\*"\] for any branch\.$/,
    },
    {
      title: "a wildcard in a repository",
      faults: () => githubFaults({ repository: "octo-org/*", branches }, "g"),
      path: "g.repository",
      rule: /^a GitHub repository must be owner\/name without wildcards: a wildcard would admit other repositories\.$/,
      fix: /anyRepositoryOf/,
    },
    ...["pets", ["octo-org/*"] as unknown as string].map((none) => ({
      title: `${JSON.stringify(none)} as a repository`,
      faults: () => githubFaults({ repository: none, branches }, "g"),
      path: "g.repository",
      rule: /^a GitHub repository must be owner\/name/,
      fix: /^write "owner\/name" as GitHub shows it, without https:\/\/ and \.git\.$/,
    })),
    ...["prod*", "", "x".repeat(256), ["prod"] as unknown as string].map((environment) => ({
      title: `${JSON.stringify(environment).slice(0, 20)} as an environment`,
      faults: () => githubFaults({ repository, environments: [environment] }, "g"),
      path: "g.environments[0]",
      rule: /^must be the full name of an environment: 1 to 255 characters, no \* and no \?\.$/,
      fix: /^name each environment\.$/,
    })),
    ...["a%3Ab", "a%3ab"].map((environment) => ({
      title: `the environment ${environment}, whose subject is the same as for a:b`,
      faults: () => githubFaults({ repository, environments: [environment] }, "g"),
      path: "g.environments[0]",
      rule: /^GitHub writes a colon in an environment's name as %3A: this name could not be told from the one with a colon\.$/,
      fix: /^write the colon if you mean it; otherwise give the environment another name\.$/,
    })),
    ...["", 7 as unknown as string].map((ref) => ({
      title: `${JSON.stringify(ref)} as a branch`,
      faults: () => githubFaults({ repository, branches: [ref] }, "g"),
      path: "g.branches[0]",
      rule: /^must be the name of a branch or tag\.$/,
      fix: /^write it, such as "main", or "\*" for any\.$/,
    })),
    {
      title: "a full ref",
      faults: () => githubFaults({ repository, branches: ["refs/heads/main"] }, "g"),
      path: "g.branches[0]",
      rule: /^a branch or tag must be written without refs\/heads\/ or refs\/tags\/\.$/,
      fix: /^write only the name\.$/,
    },
    ...["a b", "a.", "a.lock", "/a", "a/"].map((ref) => ({
      title: `the branch ${ref}`,
      faults: () => githubFaults({ repository, branches: [ref] }, "g"),
      path: "g.branches[0]",
      rule: /^Git allows no such branch or tag name: no spaces, .* and no \/ at either end\.$/,
      fix: /^write the name as Git shows it; \* matches any characters\.$/,
    })),
    {
      title: "what IAM reads as a variable",
      faults: () => githubFaults({ repository, branches: [`$${"{aws:x}"}`.replace(":", "")] }, "g"),
      path: "g.branches[0]",
      rule: /^IAM reads a dollar sign before a brace as a variable\.$/,
      fix: /^write a pattern with \* instead\.$/,
    },
  ]);

  it("accepts the names that Git and GitHub allow", () => {
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
      title: `${Object.keys(pipelines).length === 1 ? "neither project nor group" : "both project and group"}`,
      faults: () => gitlabFaults(pipelines, "l"),
      path: "l.project",
      rule: /^must name one project, or any project of one group\.$/,
      fix: /^write either project: "group\/project" or anyProjectOf: "group"\.$/,
    })),
    {
      title: "a wildcard in a project",
      faults: () => gitlabFaults({ project: "team/*", branches }, "l"),
      path: "l.project",
      rule: /^a GitLab project must be its path without wildcards: a wildcard would admit other projects\.$/,
      fix: /^name each project, or write anyProjectOf: "group" to allow all of a group\.$/,
    },
    ...["pets", ["team/pets"] as unknown as string].map((project) => ({
      title: `${JSON.stringify(project)} as a project`,
      faults: () => gitlabFaults({ project, branches }, "l"),
      path: "l.project",
      rule: /^a GitLab project must be its path/,
      fix: /^write "group\/project" as GitLab shows it\.$/,
    })),
    {
      title: "an invalid group",
      faults: () => gitlabFaults({ anyProjectOf: "te:am", branches }, "l"),
      path: "l.anyProjectOf",
      rule: /^must be the path of a GitLab group\.$/,
      fix: /^write "group" or "group\/subgroup"\.$/,
    },
    {
      title: "a project without a kind of pipeline",
      faults: () => gitlabFaults({ project: "team/pets" }, "l"),
      path: "l.branches",
      rule: /^must say which pipelines of the project are allowed\.$/,
      fix: /^write branches or tags; branches: \["\*"\] for any branch\.$/,
    },
  ]);
});

describe("refusals of identity providers", () => {
  itRefuses([
    ...[undefined, "x", `x${providerArn}`, [providerArn]].map((arn) => ({
      title: `${JSON.stringify(arn)} as a provider`,
      faults: () => providerArnFaults(arn, "p", "https://gitlab.com"),
      path: "p",
      rule: /^must be the ARN of an identity provider\.$/,
      fix: /^write "arn:aws:iam::<account>:oidc-provider\/gitlab\.com", or set issuer to the provider's own\.$/,
    })),
    ...["http://gitlab.com", "x https://gitlab.com", "https://gitlab.com/", ["https://gitlab.com"]].map((issuer) => ({
      title: `${JSON.stringify(issuer)} as an issuer`,
      faults: () => issuerFaults(issuer, "issuer"),
      path: "issuer",
      rule: /^an issuer must be an https:\/\/ URL with a lower-case host and no slash at the end\.$/,
      fix: /^write the token's iss claim, such as "https:\/\/gitlab\.example\.com"\.$/,
    })),
    {
      title: "a trust policy of 4,097 characters",
      faults: () => trustPolicyFaults(trust(room() + 1), "github"),
      path: "github",
      rule: /^a trust policy can have at most 4096 characters; this one has 4097\.$/,
      fix: /^make a role for each group of repositories, or write patterns\.$/,
    },
  ]);

  it("accepts a trust policy of 4,096 characters, and shows the number of subjects in a longer one", () => {
    assert.deepEqual(trustPolicyFaults(trust(room()), "github"), []);
    assert.equal(trustPolicyFaults(trust(room() + 1), "github")[0]?.value, "1 subjects");
  });
});

describe("subjects", () => {
  it("are empty without settings", () => {
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
