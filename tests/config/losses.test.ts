import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { InputRefused } from "../../components/inputChecks";
import { readStackState } from "../../components/stackState";
import { refuseLosses } from "../../config/losses";
import { account, type MockRegistry, region, startMocks } from "../components/mocks";
import { parse } from "./parsing";

const repositoryType = "ecr:index:PrivateRepository$aws:ecr/repository:Repository";
const publicType = "ecr:index:PublicRepository$aws:ecrpublic/repository:Repository";
const keyType = "ecr:index:PrivateRepository$aws:kms/key:Key";
const keyArn = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

/** A stack's resources by URN, each given by the types of its parents and its own, its name and its outputs. */
function stateOf(
  ...resources: [types: string, name: string, outputs: Record<string, unknown>][]
): MockRegistry["state"] {
  return Object.fromEntries(
    resources.map(([types, name, outputs]) => [
      `urn:pulumi:test::ecr::${types}::${name}`,
      { type: types.split("$").at(-1) ?? "", outputs },
    ]),
  );
}

function shop(outputs: Record<string, unknown> = {}): [string, string, Record<string, unknown>] {
  const encryptionConfigurations = [{ encryptionType: "AES256" }];
  return [repositoryType, "shop", { name: "shop", region, registryId: account, encryptionConfigurations, ...outputs }];
}

/** The faults and warnings for a config whose stack has this state and whose repositories hold these images. */
async function faultsOf(
  config: Record<string, unknown>,
  state: MockRegistry["state"],
  images: [string, string[]][] = [],
  more: MockRegistry = {},
) {
  const warnings: string[] = [];
  await startMocks({ state, images, ...more }, true);
  const { warn } = pulumi.log;
  Object.assign(pulumi.log, { warn: (text: string) => warnings.push(text) });
  try {
    await refuseLosses(parse(config), await readStackState(), region);
    return { faults: [], warnings };
  } catch (error) {
    assert.ok(error instanceof InputRefused, String(error));
    return { faults: error.faults, warnings };
  } finally {
    Object.assign(pulumi.log, { warn });
  }
}

const gallery: [string, string, Record<string, unknown>] = [
  publicType,
  "gallery",
  { repositoryName: "pets/gallery", region: "us-east-1" },
];

const twoImages: [string, string[]][] = [
  [`sha256:${"1".repeat(64)}`, ["1.0.0", "latest"]],
  [`sha256:${"2".repeat(64)}`, []],
];

/** ECR's error for a repository that somebody deleted. */
const gone =
  "RepositoryNotFoundException: The repository with name 'shop' does not exist in the registry with id '123456789012'";

describe("an update that would delete images", () => {
  before(() => startMocks({}, true));

  it("is refused if no entry describes the repository, with its content and three ways to proceed", async () => {
    const { faults } = await faultsOf({}, stateOf(shop()), twoImages);
    assert.equal(faults.length, 1);
    const [fault] = faults;
    assert.equal(fault?.path, "ecr:privateRepositories");
    assert.equal(fault?.value, "shop");
    assert.match(
      fault?.rule ?? "",
      /no entry describes the repository "shop" in ap-northeast-2 any more, so it would be deleted: it holds 2 images, the newest 1\.0\.0, latest of 2026-11-02\./,
    );
    assert.match(fault?.fix ?? "", /repositoryName: shop.*retainOnDelete: true.*forceDelete: true/);
  });

  it("is not reported if the repository is empty, gone, retained, or described under any key", async () => {
    const retained: [string, string, Record<string, unknown>] = [
      "ecr:index:PrivateRepository",
      "shop",
      { retainOnDelete: true },
    ];
    assert.deepEqual((await faultsOf({}, stateOf(shop()), [])).faults, []);
    for (const each of [shop(), gallery]) {
      const { faults } = await faultsOf({}, stateOf(each), twoImages, { failWith: `reading ECR Images: ${gone}` });
      assert.deepEqual(faults, []);
    }
    assert.deepEqual((await faultsOf({}, stateOf(shop(), retained), twoImages)).faults, []);
    const described = { privateRepositories: { basket: { repositoryName: "shop", encryption: "aes256" } } };
    assert.deepEqual((await faultsOf(described, stateOf(shop()), twoImages)).faults, []);
  });

  it("fails rather than continues if the images cannot be listed", async () => {
    for (const each of [shop(), gallery]) {
      await startMocks({ state: stateOf(each), failWith: "AccessDeniedException: no rights" }, true);
      await assert.rejects(refuseLosses(parse({}), await readStackState(), region), /AccessDeniedException/);
    }
  });

  it("causes only a warning, with the images, if forceDelete was applied before", async () => {
    const { faults, warnings } = await faultsOf({}, stateOf(shop({ forceDelete: true })), twoImages);
    assert.deepEqual(faults, []);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /"shop".*would be deleted.*it holds 2 images/);
  });

  it("is refused if the repository moves to another region", async () => {
    const config = { privateRepositories: { shop: { region: "eu-west-1", encryption: "aes256" } } };
    const { faults } = await faultsOf(config, stateOf(shop()), twoImages);
    assert.deepEqual(
      faults.map(({ path }) => path),
      ["ecr:privateRepositories.shop.region"],
    );
    assert.match(faults[0]?.fix ?? "", /to keep it, write region: ap-northeast-2;/);
    assert.match(faults[0]?.rule ?? "", /another region means a new, empty repository/);
    const back = { privateRepositories: { shop: { region, encryption: "aes256" } } };
    assert.deepEqual((await faultsOf(back, stateOf(shop()), twoImages)).faults, []);
  });

  describe("with one name in two regions", () => {
    const tokyo = "ap-northeast-1";
    const here = { repositoryName: "team/a", encryption: "aes256" };
    const there = { ...here, region: tokyo };
    const both: Parameters<typeof stateOf> = [
      [repositoryType, "team/a", { ...shop()[2], name: "team/a" }],
      [repositoryType, `team/a@${tokyo}`, { ...shop()[2], name: "team/a", region: tokyo }],
    ];
    const outputs: Parameters<typeof stateOf>[0] = [
      "pulumi:pulumi:Stack",
      "ecr-test",
      { privateRepositories: { a: { name: "team/a", region }, tokyo: { name: "team/a", region: tokyo } } },
    ];
    const found = async (privateRepositories: Record<string, unknown>, ...more: Parameters<typeof stateOf>) =>
      (await faultsOf({ privateRepositories }, stateOf(...both, ...more), twoImages)).faults;
    const pathsAndValues = async (...args: Parameters<typeof found>) =>
      (await found(...args)).map(({ path, value }) => [path.replace("ecr:privateRepositories", ""), value]);

    it("names the entry whose name or region changed, and how it was", async () => {
      const renamed = await found({ a: { ...here, repositoryName: "team/aa" }, tokyo: there }, outputs);
      assert.deepEqual(
        renamed.map(({ path, value }) => [path, value]),
        [["ecr:privateRepositories.a.repositoryName", "team/aa"]],
      );
      assert.match(
        renamed[0]?.rule ?? "",
        /^another name means a new, .* "team\/a" in ap-northeast-2 would be deleted/,
      );
      assert.match(renamed[0]?.fix ?? "", /^to keep it, write repositoryName: team\/a; .*, then make this change; /);
      const moved = await found({ a: here, tokyo: { ...there, region: "us-west-2" } }, outputs);
      assert.deepEqual(
        moved.map(({ path, value }) => [path, value]),
        [["ecr:privateRepositories.tokyo.region", "us-west-2"]],
      );
      assert.match(moved[0]?.fix ?? "", /^to keep it, write region: ap-northeast-1; /);
      const [changed, ...others] = await found(
        { a: here, tokyo: { ...there, repositoryName: "team/b", region: "us-west-2" } },
        outputs,
      );
      assert.deepEqual(others, []);
      assert.match(changed?.rule ?? "", /^another name and region means/);
      assert.match(changed?.fix ?? "", /^to keep it, write repositoryName: team\/a and region: ap-northeast-1; /);
      assert.deepEqual(
        await pathsAndValues(
          { a: { ...here, repositoryName: "xx" }, tokyo: { ...there, region: "us-west-2" } },
          outputs,
        ),
        [
          [".a.repositoryName", "xx"],
          [".tokyo.region", "us-west-2"],
        ],
      );
    });

    it("says that an entry was removed, and in which region to describe the repository again", async () => {
      for (const more of [[], [outputs]]) {
        const [removed, ...others] = await found({ a: here }, ...more);
        assert.deepEqual([removed?.path, others], ["ecr:privateRepositories", []]);
        assert.match(removed?.rule ?? "", /^no entry describes the repository "team\/a" in ap-northeast-1 any more/);
        assert.match(removed?.fix ?? "", /\(under another key: repositoryName: team\/a, region: ap-northeast-1\)/);
        assert.match((await found({ tokyo: there }, ...more))[0]?.fix ?? "", /repositoryName: team\/a\); to leave/);
      }
      // A new entry did not become another one by its name.
      const elsewhere = { ...here, region: "us-west-2" };
      assert.deepEqual(await pathsAndValues({ a: here, west: elsewhere }, outputs), [["", "team/a"]]);
      // An entry that now describes the other repository of the state is not told to go back.
      assert.deepEqual(await pathsAndValues({ a: there }, outputs), [["", "team/a"]]);
    });

    it("goes by name and key if the state has no outputs, unless several repositories have the name", async () => {
      assert.deepEqual(await pathsAndValues({ a: here, tokyo: { ...there, region: "us-west-2" } }), [
        [".tokyo.region", "us-west-2"],
      ]);
      assert.deepEqual(
        await pathsAndValues({ a: { ...here, repositoryName: "xx" }, tokyo: { ...there, region: "us-west-2" } }),
        [
          ["", "team/a"],
          ["", "team/a"],
        ],
      );
      const renamed = { privateRepositories: { shop: { repositoryName: "other", encryption: "aes256" } } };
      assert.deepEqual(
        (await faultsOf(renamed, stateOf(shop()), twoImages)).faults.map(({ path }) => path),
        ["ecr:privateRepositories.shop.repositoryName"],
      );
    });

    it("names the setting that gives the name: import, and repositoryName even if it was removed", async () => {
      const [adopted] = await found({ a: { import: "team/b" }, tokyo: there }, outputs);
      assert.deepEqual([adopted?.path, adopted?.value], ["ecr:privateRepositories.a.import", "team/b"]);
      assert.match(adopted?.fix ?? "", /^to keep it, write import: team\/a; /);
      assert.deepEqual(await pathsAndValues({ a: here, tokyo: { region: tokyo } }, outputs), [
        [".tokyo.repositoryName", undefined],
      ]);
      const ofPublic: Parameters<typeof stateOf>[0] = [
        "pulumi:pulumi:Stack",
        "ecr-test",
        { publicRepositories: { show: { name: "pets/gallery" } } },
      ];
      const { faults } = await faultsOf({ publicRepositories: { show: {} } }, stateOf(gallery, ofPublic), twoImages);
      assert.equal(faults[0]?.path, "ecr:publicRepositories.show.repositoryName");
      assert.match(faults[0]?.fix ?? "", /^to keep it, write repositoryName: pets\/gallery; .*forceDestroy: true/);
    });
  });

  it("is refused if the encryption changes, in the config's own terms, unless the repository is empty", async () => {
    const config = { privateRepositories: { shop: { encryption: "kms" } } };
    const { faults } = await faultsOf(config, stateOf(shop()), twoImages);
    assert.deepEqual(
      faults.map(({ path, value }) => [path, value]),
      [["ecr:privateRepositories.shop.encryption", "kms"]],
    );
    assert.match(faults[0]?.fix ?? "", /write encryption: aes256/);
    assert.deepEqual((await faultsOf(config, stateOf(shop()), [])).faults, []);
    // A repository that was adopted once belongs to the stack.
    const adopted = { privateRepositories: { shop: { import: "shop" } } };
    assert.equal((await faultsOf(adopted, stateOf(shop()), twoImages)).faults.length, 1);
  });

  it("is refused if the repository gets a key of its own", async () => {
    const encrypted = shop({ encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }] });
    const config = { privateRepositories: { shop: { createKey: true } } };
    assert.deepEqual(
      (await faultsOf(config, stateOf(encrypted), twoImages)).faults.map(({ path }) => path),
      ["ecr:privateRepositories.shop.createKey"],
    );
    // `createKey` may come from the defaults.
    const byDefault = { defaults: { privateRepository: { createKey: true } }, privateRepositories: { shop: {} } };
    const { faults } = await faultsOf(byDefault, stateOf(encrypted), twoImages);
    assert.match(faults[0]?.fix ?? "", /write createKey: null/);
    const kept = { ...byDefault, privateRepositories: { shop: { createKey: null } } };
    assert.deepEqual((await faultsOf(kept, stateOf(encrypted), twoImages)).faults, []);
    const own = stateOf(encrypted, [keyType, "shop", { arn: keyArn }]);
    assert.deepEqual((await faultsOf(config, own, twoImages)).faults, []);
  });

  it("is refused if another key is named by ARN or alias, but not for the same key under another name", async () => {
    const encrypted = stateOf(shop({ encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }] }));
    const other = `arn:aws:kms:${region}:${account}:key/mrk-1234abcd12ab34cd56ef1234567890ab`;
    for (const kmsKey of [other, "alias/other"]) {
      const { faults } = await faultsOf({ privateRepositories: { shop: { kmsKey } } }, encrypted, twoImages);
      assert.deepEqual(
        faults.map(({ path, value }) => [path, value]),
        [["ecr:privateRepositories.shop.kmsKey", kmsKey]],
      );
      assert.match(faults[0]?.fix ?? "", new RegExp(`write kmsKey: ${keyArn}`));
    }
    for (const kmsKey of [keyArn, "alias/aws/ecr"]) {
      const { faults } = await faultsOf({ privateRepositories: { shop: { kmsKey } } }, encrypted, twoImages);
      assert.deepEqual(faults, []);
    }
  });

  it("is refused if its own key would be deleted, even for an empty repository and despite forceDelete", async () => {
    const encryptionConfigurations = [{ encryptionType: "KMS", kmsKey: keyArn }];
    const state = stateOf(shop({ encryptionConfigurations, forceDelete: true }), [keyType, "shop", { arn: keyArn }]);
    const { faults } = await faultsOf({ privateRepositories: { shop: {} } }, state, []);
    assert.deepEqual(
      faults.map(({ path }) => path),
      ["ecr:privateRepositories.shop.createKey"],
    );
    assert.match(faults[0]?.fix ?? "", /write createKey: true again/);
  });

  it("is refused for public repositories, too, and all at once", async () => {
    const { faults } = await faultsOf({}, stateOf(gallery, shop()), twoImages);
    assert.deepEqual(
      faults.map(({ path, value }) => [path, value]),
      [
        ["ecr:privateRepositories", "shop"],
        ["ecr:publicRepositories", "pets/gallery"],
      ],
    );
    assert.match(faults[1]?.fix ?? "", /forceDestroy: true/);
    const described = { publicRepositories: { any: { repositoryName: "pets/gallery" } } };
    assert.deepEqual((await faultsOf(described, stateOf(gallery), twoImages)).faults, []);
    const forced = stateOf([publicType, "gallery", { ...gallery[2], forceDestroy: true }]);
    assert.equal((await faultsOf({}, forced, twoImages)).warnings.length, 1);
  });

  it("is refused if retainOnDelete would keep what changes: the repository itself, even if empty, or a policy in force", async () => {
    const privateType = "ecr:index:PrivateRepository";
    const state = stateOf(
      shop(),
      [privateType, "shop", { retainOnDelete: true }],
      [`${privateType}$aws:ecr/repositoryPolicy:RepositoryPolicy`, "shop", {}],
      [`${privateType}$aws:ecr/lifecyclePolicy:LifecyclePolicy`, "shop", {}],
      [publicType, "gallery", { repositoryName: "gallery", region: "us-east-1" }],
      ["ecr:index:PublicRepository", "gallery", { retainOnDelete: true }],
      ["ecr:index:PublicRepository$aws:ecrpublic/repositoryPolicy:RepositoryPolicy", "gallery", {}],
    );
    const access = { pushFrom: [account] };
    const same = { encryption: "aes256", access };
    const paths = async (entry: Record<string, unknown>, gallery: Record<string, unknown> = { access }) => {
      const config = { privateRepositories: { shop: entry }, publicRepositories: { gallery } };
      return (await faultsOf(config, state, [])).faults.map(({ path }) => path);
    };
    assert.deepEqual(await paths(same), []);
    // Too late in the same update: deletions follow the last value of retainOnDelete.
    assert.deepEqual(await paths({ encryption: "aes256", retainOnDelete: false, lifecyclePolicy: false }, {}), [
      "ecr:privateRepositories.shop.access",
      "ecr:privateRepositories.shop.lifecyclePolicy",
      "ecr:publicRepositories.gallery.access",
    ]);
    assert.deepEqual(await paths({ access }), ["ecr:privateRepositories.shop.encryption"]);
    // In another region it is a new repository, and the old one stays.
    assert.deepEqual(await paths({ ...same, region: "eu-west-1" }), []);
  });

  it("is not reported for a new stack, and AWS is not asked about what stays", async () => {
    assert.deepEqual((await faultsOf({ privateRepositories: { shop: {} } }, undefined, twoImages)).faults, []);
    const mocks = await startMocks({ state: stateOf(shop()), images: twoImages }, true);
    const config = parse({ privateRepositories: { shop: { encryption: "aes256" } } });
    await refuseLosses(config, await readStackState(), region);
    assert.deepEqual(mocks.calls, []);
  });
});
