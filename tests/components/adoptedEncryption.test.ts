import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRepository, type PrivateRepositoryArgs } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { account, known, type MockRegistry, startMocks } from "./mocks";

const ids = {
  ours: "0000aaaa-12ab-34cd-56ef-1234567890ab",
  theirs: "0000bbbb-12ab-34cd-56ef-1234567890ab",
  // What the mocks find by an alias.
  found: "f0f0f0f0-12ab-34cd-56ef-1234567890ab",
};
const key = (whose: keyof typeof ids) => `arn:aws:kms:ap-northeast-2:${account}:key/${ids[whose]}`;
const aes = { encryptionType: "AES256", kmsKey: "" };
const kms = { encryptionType: "KMS", kmsKey: key("theirs") };

/** What the repository `team/legacy` has, what the program asks, and the fault: its path, and what its fix begins with. */
const table: readonly [
  what: string,
  encryption: NonNullable<MockRegistry["encryption"]>,
  args: PrivateRepositoryArgs,
  fault?: [path: string, fix: string],
][] = [
  ["the default at AES-256", aes, {}, ["encryption", "write encryption: aes256, or leave import out"]],
  ["a key at AES-256", aes, { kmsKey: key("ours") }, ["encryption", "write encryption: aes256 and leave kmsKey out, "]],
  ["AES-256 at AES-256", aes, { encryption: "aes256" }],
  [
    "AES-256 at KMS",
    kms,
    { encryption: "aes256" },
    ["encryption", `write encryption: kms and kmsKey: ${key("theirs")}, or leave import out`],
  ],
  ["two layers at one", kms, { encryption: "kmsDsse" }, ["encryption", "write encryption: kms and kmsKey: arn:"]],
  ["no key at KMS: it keeps the one that it has", kms, {}],
  ["its own key at KMS", kms, { kmsKey: key("theirs") }],
  ["its own key, named by an alias", { ...kms, kmsKey: key("found") }, { kmsKey: "alias/theirs" }],
  [
    "another key at KMS",
    kms,
    { kmsKey: key("ours") },
    ["kmsKey", `write kmsKey: ${key("theirs")}, or leave import out`],
  ],
  ["another key by its alias", kms, { kmsKey: "alias/ours" }, ["kmsKey", `write kmsKey: ${key("theirs")}, `]],
];

describe("the encryption of an adopted repository", () => {
  for (const [what, encryption, args, fault] of table) {
    it(`${fault ? "refuses" : "takes"} ${what}`, async () => {
      const mocks = await startMocks({ encryption });
      let preconditions: pulumi.CustomResourceOptions["dependsOn"];
      const record: pulumi.ResourceTransformation = ({ type, opts }) => {
        if (type === "aws:ecr/repository:Repository") preconditions = opts.dependsOn;
        return undefined;
      };
      new PrivateRepository("legacy", { import: "team/legacy", ...args }, { transformations: [record] });
      const met = known(pulumi.output(preconditions));
      if (fault === undefined) {
        await met;
        return;
      }
      await assert.rejects(met, (error) => {
        assert.ok(error instanceof InputRefused);
        assert.match(error.message, /^PrivateRepository "legacy": 1 fault/);
        assert.deepEqual(
          error.faults.map(({ path, fix }) => [path, fix.slice(0, fault[1].length)]),
          [fault],
        );
        return true;
      });
      assert.deepEqual(
        mocks.registrations.map(({ type }) => type),
        ["ecr:index:PrivateRepository"],
      );
    });
  }
});
