import assert from "node:assert/strict";
import { startMocks } from "../components/mocks";
import { faultListOf } from "./parsing";

const pathsOf = (values: Record<string, unknown>) =>
  faultListOf(values)
    .map(({ path }) => path)
    .sort();

/** Keys and types first, then what ECR refuses: two ways of checking, and one error. */
describe("all that is wrong with a config", () => {
  // As in a preview: no Docker is asked for.
  before(() => startMocks({}, true));

  it("is said at once: a misspelt key hides no fault of its neighbours, nor those of its own value", () => {
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

  it("has a value to write where a list is missing around one, and what is not set is set", () => {
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

  it("has no fault in it that another one makes: what is left out is not missed", () => {
    // The role's repository is there, and what identifies its repository is only of a wrong type.
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

  it("is said for entries of lists by the numbers that they have", () => {
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

  it("names the nearest right word wherever there is a choice of words", () => {
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
});
