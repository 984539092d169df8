import assert from "node:assert/strict";
import type { StackState } from "../../components/stackState";
import { logicalNames } from "../../config/logicalNames";
import { startMocks } from "../components/mocks";
import { parse } from "./parsing";
import { stateOf } from "./states";

const region = "ap-northeast-2";

describe("logical names", () => {
  before(() => startMocks({}, true));
  const github = [{ repository: "octo-org/shop", branches: ["main"] }];
  const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

  it("say what a thing is, not its key", () => {
    const config = parse({
      privateRepositories: {
        basket: { repositoryName: "team/cart" },
        here: { repositoryName: "here", region },
        far: { region: "eu-west-1" },
        adopted: { import: "legacy/app" },
      },
      publicRepositories: { gallery: { repositoryName: "pets/gallery" } },
      registries: { main: {}, ireland: { region: "eu-west-1" } },
      pushRoles: {
        named: { repositories: ["private/basket"], github, providerArn, roleName: "push-cart" },
        free: { repositories: ["private/basket"], github, providerArn },
      },
      registryEvents: {
        named: { topicName: "ecr-events" },
        far: { topicName: "ecr-events", region: "eu-west-1" },
        free: {},
      },
    });
    const names = logicalNames(config, [], region);
    const nameOf = (each: { name: string }) => each.name;
    assert.deepEqual(["basket", "here", "far", "adopted"].map(names.privateRepository).map(nameOf), [
      "team/cart",
      "here",
      "far@eu-west-1",
      "legacy/app",
    ]);
    assert.equal(names.publicRepository("gallery").name, "pets/gallery");
    assert.deepEqual(["main", "ireland"].map(names.registry).map(nameOf), [region, "eu-west-1"]);
    assert.deepEqual(["named", "free"].map(names.pushRole).map(nameOf), ["push-cart", "free"]);
    assert.deepEqual(["named", "far", "free"].map(names.registryEvents).map(nameOf), [
      "ecr-events",
      "ecr-events.eu-west-1",
      "free",
    ]);
  });

  it("have no alias in a new stack, but the key of a role or topic that got a name of its own", () => {
    const config = parse({
      privateRepositories: { basket: { repositoryName: "cart" } },
      registries: { main: {} },
      pushRoles: { release: { repositories: ["private/basket"], github, providerArn, roleName: "push-cart" } },
    });
    const names = logicalNames(config, [], region);
    assert.deepEqual(names.privateRepository("basket").aliases, []);
    assert.deepEqual(names.registry("main").aliases, []);
    assert.deepEqual(names.pushRole("release").aliases, [{ name: "release" }]);
  });

  it("have what the state calls that very thing as an alias", () => {
    const config = parse({
      privateRepositories: { basket: { repositoryName: "cart" } },
      publicRepositories: { basket: { repositoryName: "cart" } },
      registries: { seoul: {} },
      pushRoles: { release: { repositories: ["private/basket"], github, providerArn, roleName: "push-cart" } },
      registryEvents: { seoul: { topicName: "ecr-events" } },
    });
    const cases = [
      [
        "privateRepository",
        "basket",
        "ecr:index:PrivateRepository$aws:ecr/repository:Repository",
        { name: "cart", region },
      ],
      [
        "publicRepository",
        "basket",
        "ecr:index:PublicRepository$aws:ecrpublic/repository:Repository",
        { repositoryName: "cart" },
      ],
      ["registry", "seoul", "ecr:index:Registry", { region }],
      ["pushRole", "release", "ecr:index:PushRole$aws:iam/role:Role", { name: "push-cart" }],
      ["registryEvents", "seoul", "ecr:index:RegistryEvents$aws:sns/topic:Topic", { name: "ecr-events", region }],
    ] as const;
    for (const [kind, key, types, outputs] of cases) {
      const aliases = (state: StackState) => logicalNames(config, state, region)[kind](key).aliases;
      assert.deepEqual(aliases(stateOf(types, "old-key", outputs)), [{ name: "old-key" }], kind);
      // It has the right name already.
      const { name } = logicalNames(config, [], region)[kind](key);
      assert.deepEqual(aliases(stateOf(types, name, outputs)), [], kind);
      // What lies elsewhere in the state, or is another thing, is nothing to it.
      const fallback = logicalNames(config, [], region)[kind](key).aliases;
      assert.deepEqual(aliases(stateOf(`my:own:Component$${types}`, "old-key", outputs)), fallback, kind);
      for (const property of Object.keys(outputs)) {
        const other = { ...outputs, [property]: "another" };
        assert.deepEqual(aliases(stateOf(types, "old-key", other)), fallback, `${kind} ${property}`);
      }
    }
  });

  it("have no alias that another entry goes by: a role's and a topic's name that moved to another key", () => {
    const role = { repositories: ["private/shop"], github, providerArn };
    const config = parse({
      privateRepositories: { shop: {} },
      pushRoles: { push: { ...role, roleName: "release" }, other: { ...role, roleName: "push" } },
      registryEvents: { events: { topicName: "notices" }, other: { topicName: "events" } },
    });
    const names = logicalNames(config, [], region);
    assert.deepEqual(names.pushRole("push"), { name: "release", aliases: [] });
    assert.deepEqual(names.registryEvents("events"), { name: "notices", aliases: [] });
  });

  it("stay what the state says while it has another thing under them: keys of version 0.1.0 with each other's names", () => {
    const types = "ecr:index:PrivateRepository$aws:ecr/repository:Repository";
    const at = (name: string, repository: string) => stateOf(types, name, { name: repository, region });
    const config = parse({ privateRepositories: { aa: { repositoryName: "bb" }, bb: { repositoryName: "aa" } } });
    const crossed = logicalNames(config, [...at("aa", "bb"), ...at("bb", "aa")], region);
    assert.deepEqual(["aa", "bb"].map(crossed.privateRepository), [
      { name: "aa", aliases: [] },
      { name: "bb", aliases: [] },
    ]);
    // One after the other, where the name is free in the end.
    const inLine = parse({ privateRepositories: { aa: { repositoryName: "bb" }, bb: { repositoryName: "cc" } } });
    const names = (state: StackState) => ["aa", "bb"].map(logicalNames(inLine, state, region).privateRepository);
    assert.deepEqual(names([...at("aa", "bb"), ...at("bb", "cc")]), [
      { name: "aa", aliases: [] },
      { name: "cc", aliases: [{ name: "bb" }] },
    ]);
    assert.deepEqual(names([...at("aa", "bb"), ...at("cc", "cc")]), [
      { name: "bb", aliases: [{ name: "aa" }] },
      { name: "cc", aliases: [] },
    ]);
  });
});
