import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { startMocks } from "../components/mocks";
import { faultsOf, parse, parseConfig } from "./parsing";

const github = [{ repository: "octo-org/shop", branches: ["main"] }];
const privates = { shop: { exclusionFilters: ["latest", "dev"] }, "shop-dev": { exclusionFilters: ["latest"] } };

describe("entries that cannot be together", () => {
  before(() => startMocks({}, true));

  it("two private repositories of one name and region, however they come to it", () => {
    for (const [one, two] of [
      [{ repositoryName: "team/cart" }, { repositoryName: "team/cart" }],
      [{ repositoryName: "basket" }, {}],
      [{ import: "basket" }, {}],
      [{ import: { repository: "basket" } }, {}],
      [{ repositoryName: "basket", region: "eu-west-1" }, { region: "eu-west-1" }],
    ]) {
      const faults = faultsOf({ privateRepositories: { cart: one, basket: two } });
      assert.deepEqual(Object.keys(faults), ["ecr:privateRepositories.basket.repositoryName"]);
      assert.match(Object.values(faults)[0] ?? "", /^privateRepositories\.cart describes the repository/);
    }
    parse({ privateRepositories: { cart: { repositoryName: "basket", region: "eu-west-1" }, basket: {} } });
  });

  it("the provider's region, written down in one of them, is the same place", () => {
    const all = {
      "ecr:privateRepositories": JSON.stringify({
        cart: { repositoryName: "basket", region: "eu-west-1" },
        basket: {},
      }),
    };
    assert.throws(() => parseConfig(all, "ecr", "eu-west-1"), /privateRepositories\.cart describes the repository/);
    parseConfig(all, "ecr", "eu-west-2");
  });

  it("two public repositories of one name; a private one of that name is another", () => {
    const cart = { repositoryName: "pets/cart" };
    assert.deepEqual(Object.keys(faultsOf({ publicRepositories: { cart, basket: cart } })), [
      "ecr:publicRepositories.basket.repositoryName",
    ]);
    parse({ publicRepositories: { cart }, privateRepositories: { cart } });
  });

  it("two registries of one region", () => {
    assert.deepEqual(Object.keys(faultsOf({ registries: { main: {}, seoul: {} } })), ["ecr:registries.seoul.region"]);
    const all = { "ecr:registries": JSON.stringify({ main: {}, seoul: { region: "ap-northeast-2" } }) };
    assert.throws(() => parseConfig(all, "ecr", "ap-northeast-2"), /registries\.main describes this region's registry/);
    parse({ registries: { main: {}, tokyo: { region: "ap-northeast-1" } } });
  });

  it("two roles that create one identity provider, or have one name", () => {
    const role = { repositories: ["private/shop"], github, createProvider: true };
    const both = { privateRepositories: { shop: {} }, pushRoles: { release: role, nightly: role } };
    assert.deepEqual(faultsOf(both), {
      "ecr:pushRoles.nightly.createProvider":
        "pushRoles.release creates the identity provider of https://token.actions.githubusercontent.com already: an account has one for each issuer.",
    });
    parse({
      ...both,
      pushRoles: {
        release: role,
        nightly: {
          repositories: ["private/shop"],
          gitlab: [{ project: "a/b", branches: ["main"] }],
          createProvider: true,
        },
      },
    });
    const named = {
      repositories: ["private/shop"],
      github,
      providerArn: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
      roleName: "push",
    };
    assert.deepEqual(
      Object.keys(faultsOf({ ...both, pushRoles: { release: named, nightly: { ...named, path: "/ci/" } } })),
      ["ecr:pushRoles.nightly.roleName"],
    );
  });

  it("a role or events that go by their key, and others of that name", () => {
    const providerArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    const role = { repositories: ["private/shop"], github, providerArn };
    const privateRepositories = { shop: {} };
    for (const [pushRoles, path] of [
      [{ push: role, release: { ...role, roleName: "push" } }, "ecr:pushRoles.release.roleName"],
      [{ release: { ...role, roleName: "push" }, push: role }, "ecr:pushRoles.push"],
    ] as const) {
      assert.deepEqual(Object.keys(faultsOf({ privateRepositories, pushRoles })), [path]);
    }
    assert.deepEqual(Object.keys(faultsOf({ registryEvents: { events: {}, other: { topicName: "events" } } })), [
      "ecr:registryEvents.other.topicName",
    ]);
  });

  it("two topics of one name in a region", () => {
    assert.deepEqual(
      Object.keys(faultsOf({ registryEvents: { one: { topicName: "ecr" }, two: { topicName: "ecr" } } })),
      ["ecr:registryEvents.two.topicName"],
    );
    parse({ registryEvents: { one: { topicName: "ecr" }, two: { topicName: "ecr", region: "eu-west-1" } } });
  });

  describe("images", () => {
    let folder: string;
    before(() => {
      folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-conflicts-"));
      for (const name of ["one", "two", "copy"]) {
        fs.mkdirSync(path.join(folder, name));
        fs.writeFileSync(
          path.join(folder, name, "Dockerfile"),
          `FROM scratch\nLABEL name=${name.replace("copy", "one")}\n`,
        );
      }
    });
    after(() => fs.rmSync(folder, { recursive: true }));
    const image = (name: string, rest: object = {}) => ({
      context: path.join(folder, name),
      repositories: ["private/shop"],
      ...rest,
    });

    it("two that give one tag to one repository, moving or once, built or mirrored", () => {
      for (const [tag, place] of [
        [{ tags: ["latest"] }, "tags[0]"],
        [{ tags: ["dev", "latest"] }, "tags[1]"],
        [{ tagFrom: { fixed: "latest" } }, "tagFrom.fixed"],
      ] as const) {
        const images = { one: image("one", { tags: ["latest"] }), two: image("two", tag) };
        const faults = faultsOf({ privateRepositories: privates, images });
        assert.deepEqual(Object.keys(faults), [`ecr:images.two.${place}`]);
        assert.match(Object.values(faults)[0] ?? "", /^images\.one puts this tag into private\/shop already/);
      }
      const mirror = { source: "quay.io/org/tool:1", repositories: ["private/shop"], tag: "latest" };
      assert.deepEqual(
        Object.keys(
          faultsOf({
            privateRepositories: privates,
            images: { one: image("one", { tags: ["latest"] }) },
            mirroredImages: { tool: mirror },
          }),
        ),
        ["ecr:mirroredImages.tool.tag"],
      );
    });

    it("two of one content in one repository, whatever folder it is in", () => {
      for (const name of ["one", "copy"]) {
        const images = { one: image("one"), again: image(name) };
        assert.deepEqual(Object.keys(faultsOf({ privateRepositories: privates, images })), [
          "ecr:images.again.repositories[0]",
        ]);
      }
      parse({ privateRepositories: privates, images: { one: image("one"), two: image("two") } });
      parse({
        privateRepositories: privates,
        images: { one: image("one"), again: image("one", { repositories: ["private/shop-dev"] }) },
      });
    });

    it("two mirrors of one source, and one image promoted twice", () => {
      const tool = { source: "quay.io/org/tool:1", repositories: ["private/shop"] };
      assert.deepEqual(
        Object.keys(faultsOf({ privateRepositories: privates, mirroredImages: { tool, again: tool } })),
        ["ecr:mirroredImages.again.repositories[0]"],
      );
      const promotion = {
        from: "dev",
        images: { shop: { repositories: ["private/shop"] }, again: { image: "shop", repositories: ["private/shop"] } },
      };
      assert.deepEqual(Object.keys(faultsOf({ privateRepositories: privates, promotion })), [
        "ecr:promotion.images.again.repositories[0]",
      ]);
    });

    it("the same tag in two repositories, one named as the other with the tag behind it", () => {
      const images = {
        shop: image("one", { tags: ["dev"], repositories: ["private/shop"] }),
        other: image("two", { tags: ["latest"], repositories: ["private/shop-dev"] }),
      };
      parse({ privateRepositories: privates, images });
    });
  });

  it("a push role's ARNs of another partition than the provider's region", () => {
    const arn = (partition: string) =>
      `arn:${partition}:iam::123456789012:oidc-provider/token.actions.githubusercontent.com`;
    const config = (partition: string) => ({
      "ecr:privateRepositories": JSON.stringify({ shop: {} }),
      "ecr:pushRoles": JSON.stringify({
        release: {
          repositories: ["private/shop"],
          github: [{ repository: "a/b", branches: ["main"] }],
          providerArn: arn(partition),
          permissionsBoundary: `arn:${partition}:iam::aws:policy/PowerUserAccess`,
        },
      }),
    });
    for (const [partition, region] of [
      ["aws", "ap-northeast-2"],
      ["aws-cn", "cn-north-1"],
      ["aws-us-gov", "us-gov-west-1"],
    ] as const) {
      parseConfig(config(partition), "ecr", region);
    }
    assert.throws(
      () => parseConfig(config("aws"), "ecr", "cn-north-1"),
      /pushRoles\.release\.providerArn[\s\S]*the role in cn-north-1 is of aws-cn[\s\S]*pushRoles\.release\.permissionsBoundary/,
    );
  });
});
