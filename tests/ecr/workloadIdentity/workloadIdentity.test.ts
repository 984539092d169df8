import assert from "node:assert/strict";
import fc from "fast-check";
import { wildcardMatches } from "../../../ecr/tags/wildcard";
import {
  type GitHubWorkflows,
  githubFaults,
  githubSubjects,
  githubWorkflowRefs,
  gitlabFaults,
  gitlabSubjects,
  issuerFaults,
  issuerOfProvider,
  oidcTrustPolicy,
  providerArnFaults,
  trustPolicyFaults,
} from "../../../ecr/workloadIdentity";

const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
const paths = (faults: { path: string }[]) => faults.map(({ path }) => path);

describe("GitHub Actions subjects", () => {
  it("contain repository and branch, tag, environment or pull request, as GitHub writes them", () => {
    assert.deepEqual(
      githubSubjects({
        repository: "octo-org/petclinic",
        branches: ["main", "release/*"],
        tags: ["v*"],
        environments: ["production", "eu:blue"],
        pullRequests: true,
      }),
      [
        "repo:octo-org/petclinic:environment:eu%3Ablue",
        "repo:octo-org/petclinic:environment:production",
        "repo:octo-org/petclinic:pull_request",
        "repo:octo-org/petclinic:ref:refs/heads/main",
        "repo:octo-org/petclinic:ref:refs/heads/release/*",
        "repo:octo-org/petclinic:ref:refs/tags/v*",
      ],
    );
    assert.deepEqual(githubSubjects({ repository: "octo@12/pets@34", branches: ["main"] }), [
      "repo:octo@12/pets@34:ref:refs/heads/main",
    ]);
  });

  it("apply to any workflow, or to the named files", () => {
    const branches = ["main"];
    assert.equal(githubWorkflowRefs({ repository: "octo-org/pets", branches }), undefined);
    assert.deepEqual(
      githubWorkflowRefs({
        repository: "octo-org@12/pets@34",
        branches,
        workflows: ["release.yml", "octo-org/shared/.github/workflows/push.yaml@refs/tags/v*"],
      }),
      ["octo-org/pets/.github/workflows/release.yml@*", "octo-org/shared/.github/workflows/push.yaml@refs/tags/v*"],
    );
    assert.deepEqual(githubWorkflowRefs({ anyRepositoryOf: "octo-org", branches, workflows: ["a.yml"] }), [
      "octo-org/*/.github/workflows/a.yml@*",
    ]);
  });

  it("are refused for a workflow that could match another one", () => {
    const of = (...workflows: string[]) =>
      paths(githubFaults({ repository: "octo-org/pets", branches: ["main"], workflows }, "g"));
    const called = "octo-org/shared/.github/workflows/push.yml";
    assert.deepEqual(of("release.yml", `${called}@refs/heads/main`, `${called}@${"0a".repeat(20)}`), []);
    assert.deepEqual(of(), ["g.workflows"]);
    for (const file of ["*.yml", "release", "../x.yml", ".yml", "a b.yml", "*", "release.yml@main", called]) {
      assert.deepEqual(of("a.yml", file), ["g.workflows[1]"], file);
    }
    for (const place of ["main", "*", "refs/pull/1/merge", "refs/heads/", "refs/heads/a:b", "0a0a"]) {
      assert.deepEqual(of(`${called}@${place}`), ["g.workflows[0]"], place);
    }
    for (const foreign of [
      "octo-org/*/.github/workflows/push.yml@refs/heads/main",
      "*/x/.github/workflows/a.yml@refs/tags/v1",
    ]) {
      assert.deepEqual(of(foreign), ["g.workflows[0]"], foreign);
    }
  });

  it("cover all repositories of an owner only with anyRepositoryOf", () => {
    assert.deepEqual(githubSubjects({ anyRepositoryOf: "octo-org", branches: ["main"] }), [
      "repo:octo-org/*:ref:refs/heads/main",
      "repo:octo-org@*/*:ref:refs/heads/main",
    ]);
    assert.deepEqual(githubFaults({ anyRepositoryOf: "octo-org", branches: ["main"] }, "github[0]"), []);
    const matching = (owner: string, token: string) =>
      githubSubjects({ anyRepositoryOf: owner, branches: ["main"] }).some((each) => wildcardMatches(each, token, "?"));
    for (const [owner, token, isMatched] of [
      ["octo-org", "repo:octo-org/pets:ref:refs/heads/main", true],
      ["octo-org", "repo:octo-org@12/pets@34:ref:refs/heads/main", true],
      ["octo-org", "repo:octo-org2@12/pets@34:ref:refs/heads/main", false],
      ["octo-org", "repo:octo-org@12/pets@34:ref:refs/heads/other", false],
      ["octo-org@12", "repo:octo-org@12/pets@34:ref:refs/heads/main", true],
      // Someone else may have the name by then.
      ["octo-org@12", "repo:octo-org@13/pets@34:ref:refs/heads/main", false],
      ["octo-org@12", "repo:octo-org/pets:ref:refs/heads/main", false],
    ] as const) {
      assert.equal(matching(owner, token), isMatched, `${owner} ${token}`);
    }
    for (const repository of ["octo-org/*", "*", "*/*", "octo-*/pets", "octo-org/pet?"]) {
      const [fault] = githubFaults({ repository, branches: ["main"] }, "github[0]");
      assert.equal(fault?.path, "github[0].repository");
      assert.match(fault?.fix ?? "", /anyRepositoryOf/, repository);
    }
    for (const anyRepositoryOf of ["*", "octo-org/", "octo*", "", "-octo"]) {
      assert.deepEqual(paths(githubFaults({ anyRepositoryOf, branches: ["main"] }, "g")), ["g.anyRepositoryOf"]);
    }
  });

  it("are refused when a part could match something else", () => {
    const branches = ["main"];
    for (const repository of [
      "octo-org",
      "octo-org/pets:ref",
      "octo-org/pets:ref:refs/heads/main",
      "octo-org/pets/extra",
      "octo org/pets",
      "octo-org/..",
      "octo-org/.",
      "https://github.com/octo-org/pets",
      "octo@x/pets",
      "",
    ]) {
      assert.deepEqual(paths(githubFaults({ repository, branches }, "g")), ["g.repository"], repository);
    }
    const repository = "octo-org/pets";
    for (const ref of [
      "a:b",
      "a b",
      "a?b",
      "refs/heads/main",
      "a..b",
      "/a",
      "a/",
      "a\\b",
      "a~1",
      "a^",
      "[a]",
      "@{0}",
      "a.lock",
      "",
      "$" + "{aws:username}",
    ]) {
      assert.deepEqual(paths(githubFaults({ repository, branches: [ref] }, "g")), ["g.branches[0]"], ref);
      assert.deepEqual(paths(githubFaults({ repository, tags: ["v1", ref] }, "g")), ["g.tags[1]"], ref);
    }
    for (const environment of ["prod*", "prod?", "", "a\nb", "x".repeat(256), "$" + "{a}"]) {
      assert.deepEqual(paths(githubFaults({ repository, environments: [environment] }, "g")), ["g.environments[0]"]);
    }
  });

  it("need one repository or owner, and some kind of run", () => {
    assert.deepEqual(paths(githubFaults({ branches: ["main"] }, "g")), ["g.repository"]);
    assert.deepEqual(paths(githubFaults({ repository: "a/b", anyRepositoryOf: "a", branches: ["main"] }, "g")), [
      "g.repository",
    ]);
    assert.deepEqual(paths(githubFaults({ repository: "a/b" }, "g")), ["g.branches"]);
    assert.deepEqual(paths(githubFaults({ repository: "a/b", pullRequests: false }, "g")), ["g.branches"]);
    assert.deepEqual(githubFaults({ repository: "a/b", pullRequests: true }, "g"), []);
    assert.deepEqual(githubFaults({ repository: "a/b", branches: ["*"] }, "g"), []);
  });

  it("of one repository never match a token of another, whatever the settings", () => {
    const text = fc.oneof(
      fc.constantFrom("*", "main", "release/*", "a:ref:refs/heads/b", "*:*", "**"),
      fc.string({ maxLength: 12 }),
    );
    const foreign = [
      "repo:evil/pets:ref:refs/heads/main",
      "repo:octo-org/other:ref:refs/heads/main",
      "repo:octo-org/pets-2:environment:production",
      "repo:octo-org/pets2:pull_request",
    ];
    const workflows: fc.Arbitrary<GitHubWorkflows> = fc.record({
      repository: fc.constant("octo-org/pets"),
      branches: fc.array(text, { maxLength: 3 }),
      tags: fc.array(text, { maxLength: 3 }),
      environments: fc.array(text, { maxLength: 3 }),
      pullRequests: fc.boolean(),
    });
    fc.assert(
      fc.property(workflows, (each) => {
        if (githubFaults(each, "g").length > 0) return;
        for (const subject of githubSubjects(each)) {
          for (const token of foreign) assert.equal(wildcardMatches(subject, token, "?"), false, subject);
        }
      }),
      { seed: 1 },
    );
  });
});

describe("GitLab subjects", () => {
  it("contain project, kind of ref and ref", () => {
    assert.deepEqual(gitlabSubjects({ project: "team/sub/pets", branches: ["main"], tags: ["v*"] }), [
      "project_path:team/sub/pets:ref_type:branch:ref:main",
      "project_path:team/sub/pets:ref_type:tag:ref:v*",
    ]);
    assert.deepEqual(gitlabSubjects({ anyProjectOf: "team", branches: ["main"] }), [
      "project_path:team/*:ref_type:branch:ref:main",
    ]);
    assert.deepEqual(gitlabFaults({ project: "team/sub/pets", branches: ["main"] }, "l"), []);
    assert.deepEqual(gitlabFaults({ anyProjectOf: "team/sub", tags: ["v*"] }, "l"), []);
  });

  it("are refused when they admit other projects, or do not say which pipelines", () => {
    for (const project of ["team/*", "*", "pets", "team/pets:ref_type", "team//pets", "/team/pets", ""]) {
      assert.deepEqual(paths(gitlabFaults({ project, branches: ["main"] }, "l")), ["l.project"], project);
    }
    for (const anyProjectOf of ["*", "team/*", "", "te:am"]) {
      assert.deepEqual(paths(gitlabFaults({ anyProjectOf, branches: ["main"] }, "l")), ["l.anyProjectOf"]);
    }
    assert.match(gitlabFaults({ project: "team/*", branches: ["main"] }, "l")[0]?.fix ?? "", /anyProjectOf/);
    assert.deepEqual(paths(gitlabFaults({ branches: ["main"] }, "l")), ["l.project"]);
    assert.deepEqual(paths(gitlabFaults({ project: "a/b", anyProjectOf: "a", tags: ["v1"] }, "l")), ["l.project"]);
    assert.deepEqual(paths(gitlabFaults({ project: "a/b" }, "l")), ["l.branches"]);
    assert.deepEqual(paths(gitlabFaults({ project: "a/b", branches: ["x:y"], tags: [""] }, "l")), [
      "l.branches[0]",
      "l.tags[0]",
    ]);
  });
});

describe("trust policies for identity providers", () => {
  it("compare audience and subject, exactly unless the subject is a pattern", () => {
    const issuer = "token.actions.githubusercontent.com";
    const statement = (Sid: string, Condition: object) => ({
      Sid,
      Effect: "Allow",
      Principal: { Federated: providerArn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition,
    });
    assert.deepEqual(
      oidcTrustPolicy({ providerArn, audience: "sts.amazonaws.com", subjects: ["repo:b", "repo:a", "repo:a", "x:*"] }),
      {
        Version: "2012-10-17",
        Statement: [
          statement("Exact", {
            StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: ["repo:a", "repo:b"] },
          }),
          statement("Patterns", {
            StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" },
            StringLike: { [`${issuer}:sub`]: ["x:*"] },
          }),
        ],
      },
    );
    const sids = (subjects: string[]) =>
      oidcTrustPolicy({ providerArn, audience: "a", subjects }).Statement.map((each) => each.Sid);
    assert.deepEqual([sids(["a"]), sids(["a*"]), sids([])], [["Exact"], ["Patterns"], []]);
  });

  it("compare subject and workflow file together, for each group", () => {
    const issuer = "token.actions.githubusercontent.com";
    const group = (name: string) => ({
      subjects: [`repo:o/${name}:ref:refs/heads/main`],
      workflowRefs: [`o/${name}/f@*`],
    });
    const { Statement } = oidcTrustPolicy({
      ...{ providerArn, audience: "a", subjects: ["repo:o/any"], ofWorkflows: [group("x"), group("y")] },
    });
    assert.deepEqual(
      Statement.map(({ Sid, Condition }) => [Sid, Condition?.["StringLike"]]),
      [
        ["Exact", undefined],
        ...["x", "y"].map((name, index) => [
          `Workflows${index + 1}`,
          {
            [`${issuer}:sub`]: [`repo:o/${name}:ref:refs/heads/main`],
            [`${issuer}:job_workflow_ref`]: [`o/${name}/f@*`],
          },
        ]),
      ],
    );
    assert.ok(Statement.every(({ Condition }) => Condition?.["StringEquals"]?.[`${issuer}:aud`] === "a"));
    const { subjects } = group("x");
    const large = {
      subjects,
      workflowRefs: Array.from({ length: 200 }, (_, index) => `o/r/.github/workflows/${index}.yml@*`),
    };
    const [fault] = trustPolicyFaults({ providerArn, audience: "a", subjects: [], ofWorkflows: [large] }, "github");
    assert.equal(fault?.value, "1 subjects");
  });

  it("name their conditions after the provider's issuer, including its path", () => {
    assert.equal(issuerOfProvider(providerArn), "token.actions.githubusercontent.com");
    const own = "arn:aws:iam::123456789012:oidc-provider/github.example.com/_services/token";
    assert.equal(issuerOfProvider(own), "github.example.com/_services/token");
    const [statement] = oidcTrustPolicy({ providerArn: own, audience: "a", subjects: ["s"] }).Statement;
    assert.deepEqual(Object.keys(statement?.Condition?.["StringEquals"] ?? {}), [
      "github.example.com/_services/token:aud",
      "github.example.com/_services/token:sub",
    ]);
    for (const arn of [
      "",
      undefined,
      "arn:aws:iam::1:oidc-provider/a",
      `${providerArn}:sub`,
      "arn:aws:iam::123456789012:role/a",
    ]) {
      assert.equal(issuerOfProvider(arn), undefined);
    }
  });

  it("are refused with the wrong provider or an invalid issuer", () => {
    assert.deepEqual(providerArnFaults(providerArn, "p", "https://token.actions.githubusercontent.com"), []);
    assert.match(providerArnFaults(providerArn, "p", "https://gitlab.com")[0]?.rule ?? "", /this one is for token\./);
    assert.match(providerArnFaults("x", "p", "https://gitlab.com")[0]?.rule ?? "", /must be the ARN/);
    for (const issuer of ["https://gitlab.com", "https://git.example.com:8443", "https://h.example/_services/token"]) {
      assert.deepEqual(issuerFaults(issuer, "issuer"), []);
    }
    for (const issuer of [
      "http://gitlab.com",
      "https://gitlab.com/",
      "https://GitLab.com",
      "gitlab.com",
      "https://a?b",
      1,
    ]) {
      assert.deepEqual(paths(issuerFaults(issuer, "issuer")), ["issuer"]);
    }
  });

  it("must fit into a role", () => {
    const subjects = (count: number) =>
      Array.from({ length: count }, (_, index) => `repo:octo-org/pets-${index}:pull_request`);
    assert.deepEqual(trustPolicyFaults({ providerArn, audience: "a", subjects: subjects(50) }, "github"), []);
    const [fault] = trustPolicyFaults({ providerArn, audience: "a", subjects: subjects(200) }, "github");
    assert.match(fault?.rule ?? "", /at most 4096 characters/);
  });
});
