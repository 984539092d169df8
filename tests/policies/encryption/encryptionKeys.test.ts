import assert from "node:assert/strict";
import { encryptionKey, keySettings } from "../../../policies/encryption/encryptionKeys";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeResource,
  judgeStack,
  type Props,
  type StackResource,
  types,
  unknownText,
} from "../harness";

const arn = (region: string) => `arn:aws:kms:${region}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const here = arn("ap-northeast-2");

describe("policies: ecr-encryption-key", () => {
  const judge = (
    kmsKey: unknown,
    config: object = {},
    more: Props = {},
    provider?: Props,
    encryptionType: unknown = "KMS",
  ) =>
    judgeResource(
      encryptionKey,
      {
        type: types.repository,
        props: { name: "petclinic", encryptionConfigurations: [{ encryptionType, kmsKey }], ...more },
        ...(provider && { provider }),
      },
      config,
    );

  it("passes a key in the repository's region, and one whose region is not known", async () => {
    assertPasses(await judge(here, {}, { region: "ap-northeast-2" }));
    assertPasses(await judge(here, {}, {}, { region: "ap-northeast-2" }));
    assertPasses(await judge(here));
    assertPasses(await judge("alias/petclinic", {}, { region: "us-east-1" }));
    assertPasses(await judge(here, {}, { region: unknownText }, { region: unknownText }));
    assertPasses(await judge(undefined, {}, { region: "us-east-1" }));
    assertPasses(await judge("", {}, { region: "us-east-1" }));
  });

  it("fails a key in another region, and a value that is not a key", async () => {
    const message =
      /^encryptionConfigurations\[0\]\.kmsKey: .*The key is in ap-northeast-2, the repository in us-east-1.*Found in repository "petclinic"\.$/;
    assertFails(await judge(here, {}, { region: "us-east-1" }), message);
    assertFails(await judge(here, {}, {}, { region: "us-east-1" }), message);
    assertFails(await judge(here, {}, { region: "us-east-1" }, { region: "ap-northeast-2" }), message);
    assertFails(await judge(here, {}, { region: "us-east-1" }, undefined, unknownText), message);
    assertFails(await judge("not a key"), /A KMS key must be its ARN/);
    assertFails(await judge(here, {}, {}, undefined, "AES256"), /AES256 does not use a KMS key/);
  });

  it("leaves an invalid type to ecr-encryption-minimum", async () => {
    assertPasses(await judge(here, {}, {}, undefined, "ROT13"));
  });

  it("fails a key that is not allowed, except the AWS managed key, which another rule checks", async () => {
    const config = { allowedKeys: ["arn:aws:kms:*:111111111111:key/*", "alias/ecr-*"] };
    assertFails(
      await judge(here, config),
      /has the key "arn.*"\. Allowed: "arn:aws:kms:\*:111111111111:key\/\*", "alias\/ecr-\*"\. Use one of these/,
    );
    assertPasses(await judge("alias/ecr-1", config));
    assertPasses(await judge("alias/aws/ecr", config));
    assertFails(await judge(here, { allowedKeys: [] }), /Allowed: none/);
  });

  it("reports an unknown key where the list distinguishes keys", async () => {
    assertPasses(await judge(unknownText));
    assertUnjudged(
      await judge(unknownText, { allowedKeys: ["alias/x"] }),
      /^encryptionConfigurations\[0\]\.kmsKey of repository "petclinic" is not known yet\. Allowed: "alias\/x"/,
    );
    assertUnjudged(await judge(unknownText, { allowedKeys: ["*e*"] }), /Allowed: "\*e\*"/);
    assertUnjudged(await judge(unknownText, { allowedKeys: [] }), /Allowed: none\./);
  });

  it("checks templates, and passes resources without a configuration", async () => {
    const props = {
      prefix: "team",
      region: "us-east-1",
      encryptionConfigurations: [null, { encryptionType: "KMS", kmsKey: here }],
    };
    assertFails(
      await judgeResource(encryptionKey, { type: types.template, props }),
      /^encryptionConfigurations\[1\].*creation template "team"/,
    );
    for (const encryptionConfigurations of [undefined, unknownText, [unknownText], []]) {
      assertPasses(await judgeResource(encryptionKey, { type: types.repository, props: { encryptionConfigurations } }));
    }
  });
});

describe("policies: ecr-key-settings", () => {
  const key = (props: Props = {}, name = "key"): StackResource => ({
    type: resourceTypes.key,
    name,
    props: { enableKeyRotation: true, deletionWindowInDays: 30, ...props },
  });
  const repository = (kmsKey: unknown = unknownText, from: string[] = ["key"]): StackResource => ({
    type: types.repository,
    name: "petclinic",
    props: { name: "petclinic", encryptionConfigurations: [{ encryptionType: "KMS", kmsKey }] },
    from: { encryptionConfigurations: from },
  });
  const judge = (resources: StackResource[], config: object = {}) => judgeStack(keySettings, resources, config);

  it("passes keys that rotate and have a deletion window, or KMS's default one", async () => {
    assertPasses(await judge([key(), repository()]));
    assertPasses(await judge([key({ deletionWindowInDays: 7, isEnabled: true }), repository()]));
    assertPasses(await judge([key({ deletionWindowInDays: undefined }), repository()]));
  });

  it("fails keys that do not rotate, have a short deletion window, or are disabled", async () => {
    const bad = key({ enableKeyRotation: false, deletionWindowInDays: 7, isEnabled: false });
    assertFails(
      await judge([bad, repository()], { minimumDeletionDays: 14 }),
      /^enableKeyRotation: KMS key "key" of repository "petclinic" does not rotate\. Must rotate every year\. Write enableKeyRotation: true\.$/,
      /^deletionWindowInDays: .* is deleted 7 days after its removal\. Must be at least 14 days\. Write deletionWindowInDays: 14\.$/,
      /^isEnabled: .* is disabled, so nobody can pull or push\. Must be enabled\. Write isEnabled: true\.$/,
    );
    assertFails(
      await judge([key({ enableKeyRotation: false, arn: here }), repository()]),
      new RegExp(`^enableKeyRotation: KMS key "${here}" of`),
    );
    const { urns } = await judge([key({ enableKeyRotation: undefined }), repository()]);
    assert.deepEqual(urns, [`urn:pulumi:dev::test::${resourceTypes.key}::key`]);
  });

  it("checks replicas and keys with imported material too, except their rotation", async () => {
    for (const type of [resourceTypes.replicaKey, resourceTypes.externalKey, resourceTypes.replicaExternalKey]) {
      const other = (props: Props): StackResource => ({ ...key(), type, props });
      assertPasses(await judge([other({ enabled: true, deletionWindowInDays: 30 }), repository()]));
      assertFails(
        await judge([other({ enabled: false, deletionWindowInDays: 7 }), repository()], { minimumDeletionDays: 14 }),
        /^deletionWindowInDays: /,
        /^enabled: KMS key "key" of repository "petclinic" is disabled/,
      );
    }
  });

  it("finds a repository's key by its name, and by an alias", async () => {
    const bad = (props: Props) => key({ enableKeyRotation: false, ...props });
    const alias = (props: Props, from: string[] = []): StackResource => ({
      type: resourceTypes.keyAlias,
      name: "alias",
      props: { name: "alias/ecr", ...props },
      from: { targetKeyId: from },
    });
    assertFails(await judge([bad({ arn: here }), repository(here, [])]), /does not rotate/);
    assertFails(
      await judge([
        bad({ keyId: "1234abcd-12ab-34cd-56ef-1234567890ab" }),
        repository("1234abcd-12ab-34cd-56ef-1234567890ab", []),
      ]),
      /./,
    );
    assertFails(await judge([bad({ id: "k" }), repository("k", [])]), /does not rotate/);
    assertFails(await judge([bad({}), alias({}, ["key"]), repository(unknownText, ["alias"])]), /does not rotate/);
    const aliasArn = "arn:aws:kms:ap-northeast-2:123456789012:alias/ecr";
    assertFails(await judge([bad({}), alias({ arn: aliasArn }, ["key"]), repository(aliasArn, [])]), /does not rotate/);
    const two = { encryptionConfigurations: [{ kmsKey: "alias/x" }, { kmsKey: "alias/ecr" }] };
    assertFails(
      await judge([bad({}), alias({}, ["key"]), { ...repository(undefined, []), props: two }]),
      /does not rotate/,
    );
    assertFails(
      await judge([bad({ keyId: "k" }), alias({ targetKeyId: "k" }), repository("alias/ecr", [])]),
      /does not rotate/,
    );
    assertPasses(await judge([bad({}), alias({ name: "alias/other" }, ["key"]), repository("alias/ecr", [])]));
    assertPasses(await judge([bad({ keyId: "k" }), alias({ targetKeyId: "other" }), repository("alias/ecr", [])]));
  });

  it("matches an alias only in the repository's account and region", async () => {
    const bad = key({ enableKeyRotation: false });
    const alias = (props: Props, more: Partial<StackResource> = {}): StackResource => ({
      type: resourceTypes.keyAlias,
      name: "alias",
      props: { name: "alias/ecr", region: "us-east-1", ...props },
      from: { targetKeyId: ["key"] },
      ...more,
    });
    const user = (props: Props, more: Partial<StackResource> = {}): StackResource => {
      const { props: own, ...rest } = repository("alias/ecr", ["alias"]);
      return { ...rest, props: { ...own, region: "us-east-1", ...props }, ...more };
    };
    assertFails(await judge([bad, alias({}), user({})]), /does not rotate/);
    assertPasses(await judge([bad, alias({}), user({ region: "eu-west-1" })]));
    const by = (account: string) => ({ provider: account, providerConfig: { allowedAccountIds: `["${account}"]` } });
    assertFails(await judge([bad, alias({}, by("111111111111")), user({}, by("111111111111"))]), /does not rotate/);
    assertPasses(await judge([bad, alias({}, by("111111111111")), user({}, by("222222222222"))]));
    const unknown = await judge([bad, alias({ arn: unknownText }, { provider: "other" }), user({})]);
    assertUnjudged(unknown, /does not rotate\. .* Whether it is that repository's key is not known yet\./);
    // A second repository that certainly has this key settles it.
    const sure = { ...user({}, { provider: "other" }), name: "other" };
    const settled = await judge([bad, alias({ arn: unknownText }, { provider: "other" }), user({}), sure]);
    assertFails(settled, /does not rotate/);
  });

  it("ignores keys that no repository uses", async () => {
    const bad = key({ enableKeyRotation: false });
    assertPasses(await judge([bad]));
    assertPasses(await judge([bad, repository(here, [])]));
    assertPasses(await judge([bad, { ...repository(undefined, []), props: {} }]));
    assertPasses(await judge([repository()]));
    assertPasses(await judge([key({ enableKeyRotation: false }, "other"), key(), repository()]));
    // A missing or invalid name matches no key.
    for (const kmsKey of [undefined, null, 5]) {
      assertPasses(await judge([bad, repository(kmsKey, [])]));
    }
    const alias = { type: resourceTypes.keyAlias, name: "alias", props: { name: "alias/ecr" } };
    assertPasses(await judge([bad, alias, repository("alias/ecr", [])]));
    assertPasses(await judge([bad, alias, repository(undefined, [])]));
    assertPasses(await judge([bad, { ...alias, from: { targetKeyId: ["key"] } }, repository(undefined, [])]));
  });

  it("reports unknown values, and checks the rest", async () => {
    const verdict = await judge([
      key({ enableKeyRotation: unknownText, deletionWindowInDays: unknownText }),
      repository(),
    ]);
    assertUnjudged(
      verdict,
      /^enableKeyRotation of KMS key "key" of repository "petclinic" is not known yet\. deletionWindowInDays of/,
    );
    const mixed = await judge([key({ enableKeyRotation: unknownText, deletionWindowInDays: 3 }), repository()]);
    assert.match(mixed.violations.join(), /^deletionWindowInDays/);
    assert.equal(mixed.unjudged.length, 1);
  });
});
