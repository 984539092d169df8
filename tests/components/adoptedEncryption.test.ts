import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRepository, type PrivateRepositoryArgs } from "../../components";
import { InputRefused } from "../../components/inputChecks";
import { account, known, type MockRegistry, startMocks } from "./mocks";

const ids = {
  ours: "0000aaaa-12ab-34cd-56ef-1234567890ab",
  theirs: "0000bbbb-12ab-34cd-56ef-1234567890ab",
  // What the mocks return for an alias.
  found: "f0f0f0f0-12ab-34cd-56ef-1234567890ab",
};
const key = (whose: keyof typeof ids) => `arn:aws:kms:ap-northeast-2:${account}:key/${ids[whose]}`;
const aes = { encryptionType: "AES256", kmsKey: "" };
const kms = { encryptionType: "KMS", kmsKey: key("theirs") };

/**
 * The encryption of the repository `team/legacy`, what the program asks for, and the fault: its path, and how its fix
 * begins.
 */
const table: readonly [
  what: string,
  encryption: NonNullable<MockRegistry["encryption"]>,
  args: PrivateRepositoryArgs,
  fault?: [path: string, fix: string],
][] = [
  ["the default if AWS has AES-256", aes, {}, ["encryption", "write encryption: aes256, or remove import an"]],
  [
    "a key if AWS has AES-256",
    aes,
    { kmsKey: key("ours") },
    ["encryption", "write encryption: aes256 and leave kmsKey out, "],
  ],
  ["AES-256 if AWS has AES-256", aes, { encryption: "aes256" }],
  [
    "AES-256 if AWS has KMS",
    kms,
    { encryption: "aes256" },
    ["encryption", `write encryption: kms and kmsKey: ${key("theirs")}, or remove import`],
  ],
  [
    "dual-layer encryption if AWS has KMS",
    kms,
    { encryption: "kmsDsse" },
    ["encryption", "write encryption: kms and kmsKey: arn:"],
  ],
  ["no key if AWS has KMS: the repository keeps its own", kms, {}],
  ["its own key if AWS has KMS", kms, { kmsKey: key("theirs") }],
  ["its own key, named by an alias", { ...kms, kmsKey: key("found") }, { kmsKey: "alias/theirs" }],
  [
    "another key if AWS has KMS",
    kms,
    { kmsKey: key("ours") },
    ["kmsKey", `write kmsKey: ${key("theirs")}, or remove import`],
  ],
  ["another key, named by an alias", kms, { kmsKey: "alias/ours" }, ["kmsKey", `write kmsKey: ${key("theirs")}, `]],
];

describe("encryption of an adopted repository", () => {
  for (const [what, encryption, args, fault] of table) {
    it(`${fault ? "refuses" : "accepts"} ${what}`, async () => {
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
