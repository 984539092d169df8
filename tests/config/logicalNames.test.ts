import assert from "node:assert/strict";
import type { StackState } from "../../components/stackState";
import type { EnvironmentConfig } from "../../config/sections";
import { privateRepositories } from "../../config/sections/privateRepositories";
import { publicRepositories } from "../../config/sections/publicRepositories";
import { pushRoles } from "../../config/sections/pushRoles";
import { registries } from "../../config/sections/registries";
import { registryEvents } from "../../config/sections/registryEvents";
import { startMocks } from "../components/mocks";
import { parse } from "./parsing";
import { stateOf } from "./states";

const region = "ap-northeast-2";

function logicalNames(config: EnvironmentConfig, state: StackState, place: string) {
  const stack = { state, region: place };
  return {
    privateRepository: (key: string) => privateRepositories.logicalName(config, key, stack),
    publicRepository: (key: string) => publicRepositories.logicalName(config, key, stack),
    registry: (key: string) => registries.logicalName(config, key, stack),
    pushRole: (key: string) => pushRoles.logicalName(config, key, stack),
    registryEvents: (key: string) => registryEvents.logicalName(config, key, stack),
  };
}

describe("logical names", () => {
  before(() => startMocks({}, true));
  const github = [{ repository: "octo-org/shop", branches: ["main"] }];
  const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";

  it("follow what a resource is called in AWS, not its key in the config", () => {
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

  it("have no alias in a new stack, except the key of a role or topic with a name of its own", () => {
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

  it("have the state's name for the same resource as an alias", () => {
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
      // It already has the right name.
      const { name } = logicalNames(config, [], region)[kind](key);
      assert.deepEqual(aliases(stateOf(types, name, outputs)), [], kind);
      // A resource elsewhere in the state, or a different one, has no effect.
      const fallback = logicalNames(config, [], region)[kind](key).aliases;
      assert.deepEqual(aliases(stateOf(`my:own:Component$${types}`, "old-key", outputs)), fallback, kind);
      for (const property of Object.keys(outputs)) {
        const other = { ...outputs, [property]: "another" };
        assert.deepEqual(aliases(stateOf(types, "old-key", other)), fallback, `${kind} ${property}`);
      }
    }
  });

  it("have no alias that another entry uses, after a role's or topic's name has moved to another key", () => {
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

  it("stay as in the state while another resource there has the new name, as with swapped names from version 0.1.0", () => {
    const types = "ecr:index:PrivateRepository$aws:ecr/repository:Repository";
    const at = (name: string, repository: string) => stateOf(types, name, { name: repository, region });
    const config = parse({ privateRepositories: { aa: { repositoryName: "bb" }, bb: { repositoryName: "aa" } } });
    const crossed = logicalNames(config, [...at("aa", "bb"), ...at("bb", "aa")], region);
    assert.deepEqual(["aa", "bb"].map(crossed.privateRepository), [
      { name: "aa", aliases: [] },
      { name: "bb", aliases: [] },
    ]);
    // A chain of renames, in which the last name is free.
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
