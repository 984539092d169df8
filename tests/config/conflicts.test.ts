import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { startMocks } from "../components/mocks";
import { faultsOf, parse, parseConfig } from "./parsing";

const github = [{ repository: "octo-org/shop", branches: ["main"] }];
const privates = { shop: { exclusionFilters: ["latest", "dev"] }, "shop-dev": { exclusionFilters: ["latest"] } };

describe("conflicting entries", () => {
  before(() => startMocks({}, true));

  it("are two private repositories with the same name and region, however they get them", () => {
    for (const [one, two] of [
      [{ repositoryName: "team/cart" }, { repositoryName: "team/cart" }],
      [{ repositoryName: "basket" }, {}],
      [{ import: "basket" }, {}],
      [{ import: { repository: "basket" } }, {}],
      [{ repositoryName: "basket", region: "eu-west-1" }, { region: "eu-west-1" }],
    ]) {
      const faults = faultsOf({ privateRepositories: { cart: one, basket: two } });
      assert.deepEqual(Object.keys(faults), ["ecr:privateRepositories.basket.repositoryName"]);
      assert.match(Object.values(faults)[0] ?? "", /^privateRepositories\.cart already describes the repository/);
    }
    parse({ privateRepositories: { cart: { repositoryName: "basket", region: "eu-west-1" }, basket: {} } });
  });

  it("are recognized if one of them states the provider's region", () => {
    const all = {
      "ecr:privateRepositories": JSON.stringify({
        cart: { repositoryName: "basket", region: "eu-west-1" },
        basket: {},
      }),
    };
    assert.throws(
      () => parseConfig(all, "ecr", "eu-west-1"),
      /privateRepositories\.cart already describes the repository/,
    );
    parseConfig(all, "ecr", "eu-west-2");
  });

  it("are two public repositories with the same name, but not a private one of that name", () => {
    const cart = { repositoryName: "pets/cart" };
    assert.deepEqual(Object.keys(faultsOf({ publicRepositories: { cart, basket: cart } })), [
      "ecr:publicRepositories.basket.repositoryName",
    ]);
    parse({ publicRepositories: { cart }, privateRepositories: { cart } });
  });

  it("are two registries in one region", () => {
    assert.deepEqual(Object.keys(faultsOf({ registries: { main: {}, seoul: {} } })), ["ecr:registries.seoul.region"]);
    const all = { "ecr:registries": JSON.stringify({ main: {}, seoul: { region: "ap-northeast-2" } }) };
    assert.throws(
      () => parseConfig(all, "ecr", "ap-northeast-2"),
      /registries\.main already describes this region's registry/,
    );
    parse({ registries: { main: {}, tokyo: { region: "ap-northeast-1" } } });
  });

  it("are two roles that create the same identity provider or have the same name", () => {
    const role = { repositories: ["private/shop"], github, createProvider: true };
    const both = { privateRepositories: { shop: {} }, pushRoles: { release: role, nightly: role } };
    assert.deepEqual(faultsOf(both), {
      "ecr:pushRoles.nightly.createProvider":
        "pushRoles.release already creates the identity provider of https://token.actions.githubusercontent.com: an account has one for each issuer.",
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

  it("are a role or topic named by its key, and another one given that name", () => {
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

  it("are two topics with the same name in one region", () => {
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

    it("are two that put one tag into one repository, moving or fixed, built or mirrored", () => {
      for (const [tag, place] of [
        [{ tags: ["latest"] }, "tags[0]"],
        [{ tags: ["dev", "latest"] }, "tags[1]"],
        [{ tagFrom: { fixed: "latest" } }, "tagFrom.fixed"],
        [{ builder: "buildkit", cacheTo: "latest" }, "cacheTo"],
      ] as const) {
        const images = { one: image("one", { tags: ["latest"] }), two: image("two", tag) };
        const faults = faultsOf({ privateRepositories: privates, images });
        assert.deepEqual(Object.keys(faults), [`ecr:images.two.${place}`]);
        assert.match(Object.values(faults)[0] ?? "", /^images\.one already puts this tag into private\/shop/);
      }
      const cached = { builder: "buildkit", cacheTo: "latest", repositories: ["private/shop-dev", "private/shop"] };
      parse({
        privateRepositories: privates,
        images: { one: image("one", { tags: ["latest"] }), two: image("two", cached) },
      });
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

    it("are two with the same content in one repository, whatever folder it is in", () => {
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

    it("are two mirrors of one source, and one image promoted twice", () => {
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

    it("are not two in different repositories, even if one repository is named like the other one with the tag", () => {
      const images = {
        shop: image("one", { tags: ["dev"], repositories: ["private/shop"] }),
        other: image("two", { tags: ["latest"], repositories: ["private/shop-dev"] }),
      };
      parse({ privateRepositories: privates, images });
    });
  });

  it("are a push role's ARNs in another partition than the provider's region", () => {
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
      /pushRoles\.release\.providerArn[\s\S]*the role in cn-north-1 in aws-cn[\s\S]*pushRoles\.release\.permissionsBoundary/,
    );
  });
});
