import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { kmsKeyArn } from "../../components/kmsKeyArn";
import { account, isKnown, known, type Mocks, startMocks } from "./mocks";

const arn = `arn:aws:kms:ap-northeast-2:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const found = (region = "ap-northeast-2") =>
  `arn:aws:kms:${region}:${account}:key/f0f0f0f0-12ab-34cd-56ef-1234567890ab`;

describe("kmsKeyArn", () => {
  let mocks: Mocks;
  const nameOf = (key: pulumi.Input<string>, region?: string) => {
    const parent = new pulumi.ComponentResource("test:index:Parent", "parent");
    return kmsKeyArn("subject", key, region, parent);
  };

  for (const [what, key, expected, calls] of [
    // One call for the provider's region, which the key must be in.
    ["a key's ARN", arn, arn, 1],
    ["a key's id", "1234abcd-12ab-34cd-56ef-1234567890ab", found(), 1],
    ["an alias", "alias/images", found(), 1],
    ["an alias's ARN", `arn:aws:kms:ap-northeast-2:${account}:alias/images`, found(), 2],
    ["the key that AWS manages", "alias/aws/ecr", undefined, 0],
    ["its alias's ARN", `arn:aws:kms:ap-northeast-2:${account}:alias/aws/ecr`, undefined, 1],
  ] as const) {
    it(`accepts ${what}, known at once or later`, async () => {
      for (const given of [key, pulumi.output(Promise.resolve(key))]) {
        mocks = await startMocks();
        const named = nameOf(given);
        assert.equal(await known(pulumi.output(named.arn)), expected);
        await known(named.found);
        const lookups = mocks.calls.filter(({ token }) => given === key || token !== "aws:index/getRegion:getRegion");
        assert.equal(lookups.length, given === key ? calls : Number(lookups.length > 0));
      }
    });
  }

  it("refuses a key in another region than the provider's, or in another partition", async () => {
    const elsewhere = arn.replace("ap-northeast-2", "us-east-1");
    const noPlace = arn.replace("arn:aws:", "arn:aws-cn:");
    for (const [key, rule] of [
      [elsewhere, /The key is in us-east-1, the repository in ap-northeast-2/],
      [noPlace, /The ARN is in the partition aws-cn, ap-northeast-2 in aws/],
    ] as const) {
      for (const given of [key, pulumi.output(Promise.resolve(key))]) {
        mocks = await startMocks();
        await assert.rejects(known(nameOf(given).found), rule);
        mocks = await startMocks();
        await assert.rejects(known(nameOf(pulumi.output(key), "ap-northeast-2").found), rule);
      }
    }
    mocks = await startMocks({ unconfigured: true }, true);
    await known(nameOf(elsewhere).found);
  });

  it("looks an alias up in the repository's region", async () => {
    mocks = await startMocks();
    assert.equal(await known(pulumi.output(nameOf("alias/images", "eu-west-1").arn)), found("eu-west-1"));
  });

  it("refuses a missing key, in a preview too", async () => {
    for (const preview of [false, true]) {
      mocks = await startMocks({}, preview);
      const key = nameOf("alias/none");
      await assert.rejects(
        known(key.found),
        /^RunError: subject: 1 fault|kmsKey: found "alias\/none"\. The account has no such key/,
      );
      assert.equal(await isKnown(pulumi.output(key.arn)), false);
    }
  });

  it("is unknown while the provider cannot be configured", async () => {
    mocks = await startMocks({ unconfigured: true }, true);
    assert.equal(await isKnown(pulumi.output(nameOf("alias/images").arn)), false);
  });
});
