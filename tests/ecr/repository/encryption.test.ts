import assert from "node:assert/strict";
import fc from "fast-check";
import {
  encryptionFaults,
  isAwsAlias,
  isAwsManagedKey,
  keyDeletionWindowFaults,
  parseKmsKey,
} from "../../../ecr/repository/encryption";
import { itRefuses } from "../refusals";

const key = "arn:aws:kms:ap-northeast-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

describe("ecr/repository/encryption", () => {
  it("accepts each type, with and without a key", () => {
    const accepted: Parameters<typeof encryptionFaults>[0][] = [
      {},
      { encryptionType: "AES256" },
      { encryptionType: "KMS" },
      { encryptionType: "KMS_DSSE", kmsKey: key },
      { encryptionType: "KMS", kmsKey: "alias/petclinic" },
      { encryptionType: "KMS", kmsKey: "1234abcd-12ab-34cd-56ef-1234567890ab" },
      { encryptionType: "KMS", kmsKey: "mrk-1234abcd12ab34cd56ef1234567890ab" },
      { encryptionType: "KMS", kmsKey: "arn:aws-cn:kms:cn-north-1:123456789012:alias/team/petclinic" },
    ];
    for (const settings of accepted) {
      assert.deepEqual(encryptionFaults(settings, "encryption"), [], JSON.stringify(settings));
    }
    assert.deepEqual(encryptionFaults({ encryptionType: "KMS", kmsKey: key }, "encryption", "ap-northeast-2"), []);
    // A name without a region is looked up in the repository's own region.
    assert.deepEqual(
      encryptionFaults({ encryptionType: "KMS", kmsKey: "alias/x" }, "encryption", "ap-northeast-2"),
      [],
    );
  });

  it("refuses an unknown type", () => {
    const [fault, ...more] = encryptionFaults({ encryptionType: "AES" }, "encryption");
    assert.deepEqual(more, []);
    assert.equal(fault?.path, "encryption.encryptionType");
    assert.equal(fault?.rule, "must be one of ECR's three encryption types.");
    assert.match(fault?.fix ?? "", /AES256, KMS, KMS_DSSE/);
  });

  it("refuses a key with AES256, given or default", () => {
    for (const encryptionType of ["AES256", undefined]) {
      const [fault, ...more] = encryptionFaults({ encryptionType, kmsKey: key }, "encryption");
      assert.deepEqual(more, []);
      assert.equal(fault?.path, "encryption.kmsKey");
      assert.equal(fault?.value, key);
      assert.match(
        fault?.rule ?? "",
        encryptionType ? /^AES256 does not use a KMS key/ : /the default, does not use a KMS key/,
      );
      assert.match(fault?.fix ?? "", /"KMS" or "KMS_DSSE"/);
    }
  });

  it("refuses a key in another region", () => {
    const [fault, ...more] = encryptionFaults({ encryptionType: "KMS", kmsKey: key }, "", "us-east-1");
    assert.deepEqual(more, []);
    assert.equal(fault?.path, "kmsKey");
    assert.match(fault?.rule ?? "", /in ap-northeast-2, the repository in us-east-1/);
    assert.match(fault?.fix ?? "", /a key in us-east-1/);
  });

  it("refuses values that do not name a key", () => {
    for (const kmsKey of ["", "petclinic", "arn:aws:s3:::bucket", "arn:aws:kms:us-east-1:1:key/x", 5, null, [key]]) {
      const [fault, ...more] = encryptionFaults({ encryptionType: "KMS", kmsKey }, "encryption");
      assert.deepEqual(more, [], String(kmsKey));
      assert.match(fault?.rule ?? "", /ARN, its id \(a UUID/);
      assert.match(fault?.fix ?? "", /^write "arn:aws:kms:.*leave the key out for the AWS-managed one\.$/);
    }
  });

  it("accepts 2,048 characters for a key", () => {
    const kmsKey = `alias/${"x".repeat(2042)}`;
    assert.deepEqual(encryptionFaults({ encryptionType: "KMS", kmsKey }, "encryption", "us-east-1"), []);
  });

  itRefuses([
    {
      title: "a key name of 2,049 characters",
      faults: () => encryptionFaults({ encryptionType: "KMS", kmsKey: `alias/${"x".repeat(2043)}` }, "encryption"),
      path: "encryption.kmsKey",
      rule: /^a KMS key's name can have at most 2048 characters; this one has 2049\.$/,
      fix: /^name the key by its own ARN,/,
    },
  ]);

  it("reports the length of a key along with its other faults", () => {
    const kmsKey = `arn:aws:kms:eu-west-1:123456789012:alias/${"x".repeat(2008)}`;
    const rules = encryptionFaults({ kmsKey }, "", "us-east-1").map(
      ({ path, rule }) => `${path}: ${rule.slice(0, 20)}`,
    );
    assert.deepEqual(rules, [
      "kmsKey: AES256, the default,",
      "kmsKey: the key is in eu-wes",
      "kmsKey: a KMS key's name can",
    ]);
    // Only a string has a length.
    assert.deepEqual(encryptionFaults({ encryptionType: "KMS", kmsKey: new Array(3000) }, "").length, 1);
  });

  it("accepts 7 to 30 days before KMS deletes a key", () => {
    for (const days of [7, 8, 30]) assert.deepEqual(keyDeletionWindowFaults(days, "days"), []);
  });

  itRefuses(
    [6, 31, 7.5, "7", undefined].map((days) => ({
      title: `to wait ${JSON.stringify(days)} days before a key's deletion`,
      faults: () => keyDeletionWindowFaults(days, "days"),
      path: "days",
      rule: /^a key's deletion must be scheduled 7 to 30 days ahead\.$/,
      fix: /^write a whole number from 7 to 30;/,
    })),
  );

  it("never throws", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (encryptionType, kmsKey) => {
        return encryptionFaults({ encryptionType, kmsKey }, "", "us-east-1").length >= 0;
      }),
    );
  });

  it("parses names of keys", () => {
    assert.deepEqual(parseKmsKey(key), {
      region: "ap-northeast-2",
      account: "123456789012",
      resource: "1234abcd-12ab-34cd-56ef-1234567890ab",
    });
    assert.deepEqual(parseKmsKey("alias/x"), { resource: "alias/x" });
    const id = key.split("/")[1] ?? "";
    const noIds = ["12345678", `${id}0`, id.replaceAll("-", ""), `mrk-${id}`, "ALIAS/x", key.replace(id, "12345678")];
    for (const none of ["x", `x${key}`, `${key}!`, `${key}/x`, "x alias/x", "alias/x!", `key/${id}`, `${id}-!`].concat(
      noIds,
    )) {
      assert.equal(parseKmsKey(none), undefined, none);
    }
  });

  it("recognizes the AWS managed key for ECR", () => {
    assert.ok(isAwsManagedKey("alias/aws/ecr"));
    assert.ok(isAwsManagedKey("arn:aws:kms:us-east-1:123456789012:alias/aws/ecr"));
    assert.ok(!isAwsManagedKey(key));
    assert.ok(!isAwsManagedKey("alias/aws/ecr-mine"));
    assert.ok(!isAwsManagedKey("no key"));
  });

  it("recognizes the aliases of AWS managed keys for any service", () => {
    for (const each of ["alias/aws/ecr", "alias/aws/s3", "arn:aws:kms:us-east-1:123456789012:alias/aws/ebs"]) {
      assert.ok(isAwsAlias(each), each);
    }
    for (const each of [key, "alias/aws", "alias/awsome/key", "alias/team/aws/ecr", "no key", "aws/ecr"]) {
      assert.ok(!isAwsAlias(each), each);
    }
  });
});
