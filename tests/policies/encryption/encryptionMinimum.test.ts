import assert from "node:assert/strict";
import { encryptionMinimum } from "../../../policies/encryption/encryptionMinimum";
import { judgeResource, type Props, types, unknownList, unknownText } from "../harness";

const key = "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const managed = "arn:aws:kms:ap-northeast-2:123456789012:alias/aws/ecr";

function judge(props: Props, config: object = {}, type = types.repository) {
  return judgeResource(encryptionMinimum, { type, props: { name: "petclinic", ...props } }, config);
}
const configured = (encryptionType?: unknown, kmsKey?: unknown) => ({
  encryptionConfigurations: [
    { ...(encryptionType !== undefined && { encryptionType }), ...(kmsKey !== undefined && { kmsKey }) },
  ],
});

describe("policies: ecr-encryption-minimum", () => {
  it("is mandatory and has its metadata", () => {
    assert.equal(encryptionMinimum.name, "ecr-encryption-minimum");
    assert.equal(encryptionMinimum.enforcementLevel, "mandatory");
    assert.equal(encryptionMinimum.framework?.reference, "ECR.5");
    assert.match(encryptionMinimum.remediationSteps ?? "", /Recreate/);
    assert.ok(
      encryptionMinimum.url && encryptionMinimum.displayName && encryptionMinimum.severity && encryptionMinimum.tags,
    );
  });

  const levels = ["aes256", "kms", "customer-key", "dsse"];
  /** Each encryption, and how many of the levels it satisfies. */
  const table: [title: string, props: Props, satisfied: number, found: RegExp][] = [
    ["a missing configuration", {}, 1, /AES256, ECR's default, as it is not set/],
    ["an empty list", { encryptionConfigurations: [] }, 1, /AES256, ECR's default/],
    ["a configuration without a type", configured(), 1, /as encryptionType is not set/],
    ["a null type", configured(null), 1, /as encryptionType is not set/],
    ["AES256", configured("AES256"), 1, /encryptionType "AES256"/],
    ["a type that ECR does not know", configured("ROT13"), 1, /encryptionType "ROT13"/],
    ["KMS", configured("KMS"), 2, /KMS with the AWS managed key, as kmsKey is not set/],
    ["KMS with an empty key", configured("KMS", ""), 2, /KMS with the AWS managed key, as kmsKey is not set/],
    ["KMS with a null key", configured("KMS", null), 2, /KMS with the AWS managed key, as/],
    [
      "KMS with another service's key",
      configured("KMS", "alias/aws/s3"),
      2,
      /with the AWS managed key ".*alias\/aws\/s3"/,
    ],
    ["KMS with the managed key", configured("KMS", managed), 2, /with the AWS managed key ".*alias\/aws\/ecr"/],
    [
      "KMS_DSSE with the managed key",
      configured("KMS_DSSE", "alias/aws/ecr"),
      2,
      /KMS_DSSE with the AWS managed key "alias/,
    ],
    ["KMS_DSSE", configured("KMS_DSSE"), 2, /KMS_DSSE with the AWS managed key, as/],
    ["KMS with a key", configured("KMS", key), 3, /KMS with a customer managed key/],
    ["KMS with a key that is not known yet", configured("KMS", unknownText), 3, /KMS with a customer managed key/],
    ["KMS_DSSE with a key", configured("KMS_DSSE", key), 4, /./],
    ["KMS_DSSE with a key that is not known yet", configured("KMS_DSSE", unknownText), 4, /./],
  ];
  for (const [title, props, satisfied, found] of table) {
    it(`checks ${title} at every level, in repositories and templates`, async () => {
      for (const [index, minimum] of levels.entries()) {
        for (const type of [types.repository, types.template]) {
          const { violations, unjudged } = await judge({ prefix: "petclinic", ...props }, { minimum }, type);
          assert.deepEqual(unjudged, []);
          assert.equal(violations.length, index < satisfied ? 0 : 1, `${minimum}: ${violations}`);
          if (index >= satisfied) {
            const [message = ""] = violations;
            assert.match(message, /^encryptionConfigurations/);
            assert.match(message, found);
            assert.ok(message.includes(`Must be at least "${minimum}"`));
            assert.match(message, /Write encryptionConfigurations: \[\{ encryptionType: "KMS/);
            assert.match(message, type === types.repository ? /recreate the repository/ : /recreate existing ones/);
          }
        }
      }
    });
  }

  it("reports a type that is not one of ECR's", async () => {
    const { violations } = await judge({ encryptionConfigurations: [{ encryptionType: "kms" }] });
    assert.match(
      violations.join(),
      /repository "petclinic" has encryptionType "kms", which is not one of ECR's \(AES256, KMS, KMS_DSSE\)\. Must be at least "kms"/,
    );
  });

  it("names what each minimum accepts, and what to write", async () => {
    const own = 'kmsKey: "<ARN of a key of your own>"';
    for (const [minimum, lets, write] of [
      ["kms", "KMS or KMS_DSSE", '[{ encryptionType: "KMS" }]'],
      ["customer-key", "KMS or KMS_DSSE with a customer managed key", `[{ encryptionType: "KMS", ${own} }]`],
      ["dsse", "KMS_DSSE with a customer managed key", `[{ encryptionType: "KMS_DSSE", ${own} }]`],
    ]) {
      const { violations } = await judge({}, { minimum });
      assert.ok(
        violations[0]?.includes(`Must be at least "${minimum}" (${lets}). Write encryptionConfigurations: ${write}. `),
        violations[0],
      );
    }
  });

  it("has the minimum kms when nothing is configured", async () => {
    assert.equal((await judge(configured("AES256"))).violations.length, 1);
    assert.equal((await judge(configured("KMS"))).violations.length, 0);
  });

  it("names the repository, and the resource when the name is not known yet", async () => {
    assert.match((await judge({})).violations[0] ?? "", /repository "petclinic"/);
    const unnamed = await judgeResource(encryptionMinimum, {
      type: types.repository,
      name: "logical",
      props: { name: unknownText },
    });
    assert.match(unnamed.violations[0] ?? "", /repository "logical"/);
    const template = await judge({ prefix: "team" }, {}, types.template);
    assert.match(template.violations[0] ?? "", /creation template "team"/);
  });

  it("checks every configuration in the list", async () => {
    const { violations } = await judge({
      encryptionConfigurations: [{ encryptionType: "KMS" }, { encryptionType: "AES256" }],
    });
    assert.equal(violations.length, 1);
    assert.match(violations[0] ?? "", /^encryptionConfigurations\[1\]/);
  });

  describe("with values that are not known yet", () => {
    const open: [title: string, props: Props, minimum: string][] = [
      ["the list", { encryptionConfigurations: unknownList }, "kms"],
      ["a configuration", { encryptionConfigurations: [unknownText] }, "kms"],
      ["the type, without a key", configured(unknownText), "kms"],
      ["the type, with a key", configured(unknownText, key), "customer-key"],
      ["type and key", configured(unknownText, unknownText), "dsse"],
    ];
    for (const [title, props, minimum] of open) {
      it(`reports once what cannot be decided: ${title}`, async () => {
        const { violations, unjudged } = await judge(props, { minimum });
        assert.deepEqual(violations, []);
        assert.equal(unjudged.length, 1);
        assert.match(
          unjudged[0] ?? "",
          /^encryptionConfigurations.* of repository "petclinic" is not known yet\. Must be at least .* `pulumi up` checks it/,
        );
      });
      it(`passes everything where everything is allowed: ${title}`, async () => {
        assert.deepEqual(await judge(props, { minimum: "aes256" }), { violations: [], urns: [], unjudged: [] });
      });
    }

    it("reports what is wrong whatever the type turns out to be", async () => {
      for (const [kmsKey, minimum] of [
        [undefined, "customer-key"],
        [undefined, "dsse"],
        [managed, "customer-key"],
      ] as const) {
        const { violations, unjudged } = await judge(configured(unknownText, kmsKey), { minimum });
        assert.equal(violations.length, 1);
        assert.match(violations[0] ?? "", /an encryptionType that is not known yet/);
        assert.deepEqual(unjudged, []);
      }
    });

    it("reports a known violation next to what it cannot decide", async () => {
      const props = { encryptionConfigurations: [{ encryptionType: unknownText }, { encryptionType: "AES256" }] };
      const { violations, unjudged } = await judge(props);
      assert.equal(violations.length, 1);
      assert.equal(unjudged.length, 1);
    });
  });

  describe("with repositories that are allowed AES256 by name", () => {
    it("passes it for them, and for no others", async () => {
      for (const [allowAes256, violations] of [
        [["petclinic"], 0],
        [["pet*"], 0],
        [["*"], 0],
        [["petshop"], 1],
        [["pet"], 1],
        [[], 1],
      ] as const) {
        assert.equal((await judge({}, { allowAes256 })).violations.length, violations, String(allowAes256));
      }
      assert.deepEqual(
        (await judge({ encryptionConfigurations: unknownList }, { allowAes256: ["petclinic"] })).unjudged,
        [],
      );
    });

    it("uses a template's prefix", async () => {
      assert.equal((await judge({ prefix: "team" }, { allowAes256: ["team"] }, types.template)).violations.length, 0);
      assert.equal((await judge({ prefix: "ROOT" }, { allowAes256: ["team"] }, types.template)).violations.length, 1);
    });

    it("cannot decide about an unknown name, except with lists that match every name or none", async () => {
      const unnamed = (allowAes256: string[]) => judge({ name: unknownText }, { allowAes256 });
      const open = await unnamed(["petclinic"]);
      assert.deepEqual(open.violations, []);
      assert.match(open.unjudged[0] ?? "", /AES256.*name is not known yet; config may exempt it/);
      assert.equal((await unnamed([])).violations.length, 1);
      for (const every of ["*", "**"]) {
        assert.deepEqual(await unnamed([every]), { violations: [], urns: [], unjudged: [] });
      }
      assert.equal((await unnamed(["*a"])).unjudged.length, 1);
    });
  });

  it("ignores other resources, including public repositories", async () => {
    for (const type of ["aws:ecrpublic/repository:Repository", "aws:s3/bucket:Bucket", types.lifecyclePolicy]) {
      assert.deepEqual(await judge({}, { nonsense: 1 }, type), { violations: [], urns: [], unjudged: [] });
    }
  });
});
