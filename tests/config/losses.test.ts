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

/** A stack's resources by URN, from the types of each resource and its parents, its name and outputs. */
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

/** What is refused of a config whose stack has this state, and whose repositories hold these images. */
async function faultsOf(
  config: Record<string, unknown>,
  state: MockRegistry["state"],
  images: [string, string[]][] = [],
) {
  const warnings: string[] = [];
  await startMocks({ state, images }, true);
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

const twoImages: [string, string[]][] = [
  [`sha256:${"1".repeat(64)}`, ["1.0.0", "latest"]],
  [`sha256:${"2".repeat(64)}`, []],
];

describe("an update that would delete images", () => {
  before(() => startMocks({}, true));

  it("is refused when no entry describes the repository, with what it holds and three ways on", async () => {
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

  it("is none when the repository is empty, gone, retained, or described under any key", async () => {
    const retained: [string, string, Record<string, unknown>] = [
      "ecr:index:PrivateRepository",
      "shop",
      { retainOnDelete: true },
    ];
    assert.deepEqual((await faultsOf({}, stateOf(shop()), [])).faults, []);
    assert.deepEqual((await faultsOf({}, stateOf(shop(), retained), twoImages)).faults, []);
    const described = { privateRepositories: { basket: { repositoryName: "shop", encryption: "aes256" } } };
    assert.deepEqual((await faultsOf(described, stateOf(shop()), twoImages)).faults, []);
  });

  it("is warned of, with the images, when forceDelete was applied before", async () => {
    const { faults, warnings } = await faultsOf({}, stateOf(shop({ forceDelete: true })), twoImages);
    assert.deepEqual(faults, []);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /"shop".*would be deleted.*it holds 2 images/);
  });

  it("is refused when the repository moves to another region", async () => {
    const config = { privateRepositories: { shop: { region: "eu-west-1", encryption: "aes256" } } };
    const { faults } = await faultsOf(config, stateOf(shop()), twoImages);
    assert.deepEqual(
      faults.map(({ path }) => path),
      ["ecr:privateRepositories.shop.region"],
    );
    assert.match(faults[0]?.fix ?? "", /to keep it, write region: ap-northeast-2;/);
    assert.match(faults[0]?.rule ?? "", /another region makes a new, empty repository/);
    const back = { privateRepositories: { shop: { region, encryption: "aes256" } } };
    assert.deepEqual((await faultsOf(back, stateOf(shop()), twoImages)).faults, []);
  });

  it("is refused when the encryption changes, in the config's own words; an empty repository may be replaced", async () => {
    const config = { privateRepositories: { shop: { encryption: "kms" } } };
    const { faults } = await faultsOf(config, stateOf(shop()), twoImages);
    assert.deepEqual(
      faults.map(({ path, value }) => [path, value]),
      [["ecr:privateRepositories.shop.encryption", "kms"]],
    );
    assert.match(faults[0]?.fix ?? "", /write encryption: aes256/);
    assert.deepEqual((await faultsOf(config, stateOf(shop()), [])).faults, []);
    // What was adopted once is the stack's own.
    const adopted = { privateRepositories: { shop: { import: "shop" } } };
    assert.equal((await faultsOf(adopted, stateOf(shop()), twoImages)).faults.length, 1);
  });

  it("is refused when a key of its own comes", async () => {
    const encrypted = shop({ encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: keyArn }] });
    const config = { privateRepositories: { shop: { createKey: true } } };
    assert.deepEqual(
      (await faultsOf(config, stateOf(encrypted), twoImages)).faults.map(({ path }) => path),
      ["ecr:privateRepositories.shop.createKey"],
    );
    // `createKey` may be a default of all.
    const byDefault = { defaults: { privateRepository: { createKey: true } }, privateRepositories: { shop: {} } };
    const { faults } = await faultsOf(byDefault, stateOf(encrypted), twoImages);
    assert.match(faults[0]?.fix ?? "", /write createKey: null/);
    const kept = { ...byDefault, privateRepositories: { shop: { createKey: null } } };
    assert.deepEqual((await faultsOf(kept, stateOf(encrypted), twoImages)).faults, []);
    const own = stateOf(encrypted, [keyType, "shop", { arn: keyArn }]);
    assert.deepEqual((await faultsOf(config, own, twoImages)).faults, []);
  });

  it("is refused when another key is named, by ARN or by alias; the same key by another name is no change", async () => {
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

  it("is refused when its own key would go, even of an empty repository and whatever forceDelete says", async () => {
    const encryptionConfigurations = [{ encryptionType: "KMS", kmsKey: keyArn }];
    const state = stateOf(shop({ encryptionConfigurations, forceDelete: true }), [keyType, "shop", { arn: keyArn }]);
    const { faults } = await faultsOf({ privateRepositories: { shop: {} } }, state, []);
    assert.deepEqual(
      faults.map(({ path }) => path),
      ["ecr:privateRepositories.shop.createKey"],
    );
    assert.match(faults[0]?.fix ?? "", /write createKey: true again/);
  });

  it("is refused for public repositories too, and all at once", async () => {
    const gallery = [publicType, "gallery", { repositoryName: "pets/gallery", region: "us-east-1" }] as [
      string,
      string,
      Record<string, unknown>,
    ];
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

  it("is refused when retainOnDelete would leave what changes: the repository itself, even empty, or a policy in force", async () => {
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
    // Too late in the same update: what is deleted is retained as the last one said.
    assert.deepEqual(await paths({ encryption: "aes256", retainOnDelete: false, lifecyclePolicy: false }, {}), [
      "ecr:privateRepositories.shop.access",
      "ecr:privateRepositories.shop.lifecyclePolicy",
      "ecr:publicRepositories.gallery.access",
    ]);
    assert.deepEqual(await paths({ access }), ["ecr:privateRepositories.shop.encryption"]);
    // Somewhere else it is a new one, and the former stays.
    assert.deepEqual(await paths({ ...same, region: "eu-west-1" }), []);
  });

  it("is none in a new stack, and asks AWS about nothing that stays", async () => {
    assert.deepEqual((await faultsOf({ privateRepositories: { shop: {} } }, undefined, twoImages)).faults, []);
    const mocks = await startMocks({ state: stateOf(shop()), images: twoImages }, true);
    const config = parse({ privateRepositories: { shop: { encryption: "aes256" } } });
    await refuseLosses(config, await readStackState(), region);
    assert.deepEqual(mocks.calls, []);
  });
});
