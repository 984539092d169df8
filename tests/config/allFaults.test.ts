import assert from "node:assert/strict";
import { startMocks } from "../components/mocks";
import { faultListOf } from "./parsing";

const pathsOf = (values: Record<string, unknown>) =>
  faultListOf(values)
    .map(({ path }) => path)
    .sort();

/** Keys and types are checked first, then what ECR refuses, but all faults are in one error. */
describe("error for an invalid config", () => {
  // As in a preview, which needs no Docker.
  before(() => startMocks({}, true));

  it("reports everything at once: a misspelled key hides no faults of its neighbors or of its own value", () => {
    const faults = faultListOf({
      privateRepositories: {
        petclinic: { encrytion: "kmss", protectedTag: ["v*", "v*"], access: { pullFrom: ["2109"] } },
        Orders: {},
      },
      images: { petclinic: { context: "no-such-folder", repositories: ["privat/petclinik"], tagz: ["latest"] } },
    });
    assert.deepEqual(faults.map(({ path }) => path).sort(), [
      "ecr:images.petclinic.context",
      "ecr:images.petclinic.repositories[0]",
      "ecr:images.petclinic.tagz",
      "ecr:privateRepositories.Orders.repositoryName",
      "ecr:privateRepositories.petclinic.access.pullFrom[0]",
      "ecr:privateRepositories.petclinic.encrytion",
      "ecr:privateRepositories.petclinic.encrytion",
      "ecr:privateRepositories.petclinic.protectedTag",
      "ecr:privateRepositories.petclinic.protectedTag[1]",
    ]);
    const fixOf = (path: string) => faults.filter((fault) => fault.path === path).map(({ fix }) => fix);
    assert.match(fixOf("ecr:images.petclinic.repositories[0]")[0] ?? "", /^did you mean "private\/petclinic"\?/);
    assert.match(fixOf("ecr:privateRepositories.petclinic.encrytion").join(), /"encryption"\?.*"kms"\?/);
    assert.match(
      fixOf("ecr:images.petclinic.tagz")[0] ?? "",
      /^did you mean "tags"\? Write one of context, .*, tags\.$/,
    );
  });

  it("suggests the list to write around a single value, and asks for a missing setting to be set", () => {
    const faults = faultListOf({
      privateRepositories: { petclinic: { forceDelete: "no" } },
      images: { petclinic: { repositories: "private/petclinic" } },
    });
    assert.deepEqual(Object.fromEntries(faults.map(({ path, fix }) => [path, fix])), {
      "ecr:images.petclinic.context": "set it; see docs/config.md.",
      "ecr:images.petclinic.repositories": 'write ["private/petclinic"].',
      "ecr:privateRepositories.petclinic.forceDelete": "write it that way; see docs/config.md.",
    });
  });

  it("leaves out faults that only follow from another one", () => {
    // The role's repository exists, and its GitHub repository is only of the wrong type.
    assert.deepEqual(
      pathsOf({
        privateRepositories: { petclinic: 5, orders: null },
        images: { petclinic: { context: "app", repositories: ["private/petclinic", "private/orders"] } },
        pushRoles: {
          r: {
            repositories: ["private/orders"],
            createProvider: true,
            github: [{ repository: 5, branches: ["main"] }],
          },
        },
        costs: { pushes: { petclinic: [{ perDay: "1", megabytes: 5 }] } },
      }),
      [
        "ecr:costs.pushes.petclinic[0].perDay",
        "ecr:privateRepositories.orders",
        "ecr:privateRepositories.petclinic",
        "ecr:pushRoles.r.github[0].repository",
      ],
    );
  });

  it("keeps the numbers of list entries", () => {
    assert.deepEqual(
      pathsOf({
        registries: {
          main: {
            replication: [
              { regions: ["nowhere"] },
              { regoins: ["eu-west-1"] },
              { regions: ["eu-west-1"], deletes: "no" },
            ],
            pullThroughCache: [{ upstream: "quay" }, { prefix: "x" }],
          },
        },
      }).filter((path) => !path.endsWith("upstream")),
      [
        "ecr:registries.main.replication[0].regions[0]",
        "ecr:registries.main.replication[1].regoins",
        "ecr:registries.main.replication[2].deletes",
      ],
    );
  });

  it("suggests the nearest valid word wherever there is a choice", () => {
    const fixes = faultListOf({
      privateRepository: {},
      privateRepositories: {
        a: { lifecyclePolicy: "servise" },
        b: { lifecyclePolicy: [{ image: "untagged", expireAfterDays: 7 }] },
      },
      registries: { main: { scanning: { type: "enhancd" }, pullThroughCache: [{ upstream: "docker-hubb" }] } },
      registryEvents: { e: { findingsFrom: "HIHG" } },
      costs: { pushes: { aa: [] } },
    }).flatMap(({ fix }) => /^did you mean "(.*?)"\?/.exec(fix)?.[1] ?? []);
    assert.deepEqual(fixes.sort(), ["HIGH", "a", "docker-hub", "enhanced", "images", "privateRepositories", "service"]);
  });

  it("judges a value with several forms by the form that its keys are of", () => {
    const faultsOfTagFrom = (tagFrom: unknown) =>
      faultListOf({
        privateRepositories: { aa: {} },
        images: { a: { context: "app", repositories: ["private/aa"], tagFrom } },
      }).map(({ path, rule, fix }) => `${path.replace("ecr:images.a.", "")}: ${rule} ${fix}`);
    const lost =
      "the text as written is lost: write the original in quotes, or set it with `pulumi config set --type string`.";
    assert.deepEqual(faultsOfTagFrom({ fixed: 1.1 }), [`tagFrom.fixed: must be a string. ${lost}`]);
    assert.deepEqual(faultsOfTagFrom({ fixed: null }), ["tagFrom.fixed: must be a string. write a string in quotes."]);
    assert.deepEqual(faultsOfTagFrom({ fixd: "1.1" }), [
      'tagFrom.fixd: unknown key. did you mean "fixed"? Write one of git, fixed.',
    ]);
    assert.deepEqual(faultsOfTagFrom({ gti: { dirtyTree: "mark" } }), [
      'tagFrom.gti: unknown key. did you mean "git"? Write one of git, fixed.',
    ]);
    assert.deepEqual(faultsOfTagFrom({ other: 1 }), ["tagFrom.other: unknown key. write one of git, fixed."]);
    assert.deepEqual(faultsOfTagFrom({}), ["tagFrom: must have git or fixed. set one of them; see docs/config.md."]);
    assert.deepEqual(faultsOfTagFrom({ git: {}, fixed: "1.1" }), [
      "tagFrom.git: must not be together with fixed. remove one of them.",
    ]);
    assert.deepEqual(faultsOfTagFrom({ git: { dirtyTree: "marc" } }), [
      'tagFrom.git.dirtyTree: no such choice. did you mean "mark"? Write one of mark, refuse.',
    ]);
    assert.deepEqual(faultsOfTagFrom(["git"]), [
      'tagFrom: must be "content" or "git" or a map. write one of content, git.',
    ]);
    const others = faultListOf({
      privateRepositories: { aa: { import: { repositry: "aa" } } },
      registries: { r: { scanning: { typ: "basic" } }, s: { scanning: true }, t: { scanning: "false" } },
      registryEvents: { e: { findingsFrom: "false" } },
    }).map(({ path, rule, fix }) => `${path}: ${rule} ${fix}`);
    assert.deepEqual(others.sort(), [
      'ecr:privateRepositories.aa.import.repositry: unknown key. did you mean "repository"? Write one of repository, repositoryPolicy.',
      'ecr:registries.r.scanning.typ: unknown key. did you mean "type"? Write one of type, scanOnPush, continuous.',
      "ecr:registries.s.scanning: must be false or a map. write it that way; see docs/config.md.",
      "ecr:registries.t.scanning: must be false or a map. write false, without quotes.",
      "ecr:registryEvents.e.findingsFrom: no such choice. write false, without quotes.",
    ]);
  });

  it("shows no secret, nor what may be one under a misspelled key or in the wrong place", () => {
    const secret = "hunter22";
    const faults = faultListOf({
      privateRepositories: { xx: {} },
      images: {
        a: { context: "app", repositories: [], secrets: { npm: { vlaue: secret } } },
        b: { context: "app", repositories: [], secrets: secret },
        c: {
          context: "app",
          repositories: ["private/xx"],

          secrets: { npm: { env: "no name", value: secret } },
        },
        d: { context: "app", repositories: [], secrts: { npm: { value: secret } } },
      },
      mirroredImages: {
        m: { source: "a", repositories: [], pasword: secret, username: [secret].length },
        n: { source: "a", repositories: [], password: 19283746 },
      },
      registries: { r: { pullThroughCache: [{ credential: { username: "u", accessToken: { secret } } }] } },
    });
    for (const path of ["a.secrets.npm.vlaue", "b.secrets", "c.secrets.npm", "d.secrts"]) {
      const values = faults.filter((fault) => fault.path === `ecr:images.${path}`).map(({ value }) => value);
      assert.ok(values.length > 0 && values.every((value) => value === "(hidden)"), path);
    }
    assert.doesNotMatch(JSON.stringify(faults), new RegExp(`${secret}|19283746`));
  });
});
