import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { PrivateRepository, type PrivateRepositoryArgs } from "../../components";
import { InputChecks, InputRefused } from "../../components/inputChecks";
import { repositoryKeyPolicy } from "../../ecr/accessPolicy";
import {
  lifecyclePolicyFromRules,
  lifecyclePolicyText,
  lifecyclePresets,
  protectTags,
} from "../../ecr/lifecyclePolicy";
import { privateRepositoryNameFaults } from "../../ecr/names/repositoryNames";
import { account, childOptions, digest, known, type Mocks, startMocks } from "./mocks";

const repositoryType = "aws:ecr/repository:Repository";
const lifecycleType = "aws:ecr/lifecyclePolicy:LifecyclePolicy";

describe("PrivateRepository", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });

  const inputsOf = async (args: PrivateRepositoryArgs) => {
    new PrivateRepository("petclinic", args);
    await mocks.settle();
    return mocks.ofType(repositoryType)[0]?.inputs;
  };
  const optionsOf = (args: PrivateRepositoryArgs) =>
    childOptions(mocks, (opts) => new PrivateRepository("petclinic", args, opts));

  it("is encrypted with KMS, immutable, scanned on push and has a lifecycle policy by default", async () => {
    const repository = new PrivateRepository("petclinic");
    await mocks.settle();
    assert.deepEqual(mocks.registrations, [
      { type: "ecr:index:PrivateRepository", name: "petclinic", inputs: {} },
      {
        type: repositoryType,
        name: "petclinic",
        inputs: {
          name: "petclinic",
          encryptionConfigurations: [{ encryptionType: "KMS" }],
          imageTagMutability: "IMMUTABLE",
          imageScanningConfiguration: { scanOnPush: true },
          forceDelete: false,
        },
      },
      {
        type: lifecycleType,
        name: "petclinic",
        inputs: {
          repository: "petclinic",
          policy: lifecyclePolicyText(lifecyclePolicyFromRules(lifecyclePresets.service.rules)),
        },
      },
    ]);
    const urn = await known(repository.repository.urn);
    assert.match(urn, /ecr:index:PrivateRepository\$aws:ecr\/repository:Repository::petclinic$/);
    assert.equal(await known(repository.url), `${account}.dkr.ecr.ap-northeast-2.amazonaws.com/petclinic`);
  });

  it("has no lifecycle policy if it is set to false", async () => {
    await inputsOf({ lifecyclePolicy: false });
    assert.deepEqual(mocks.ofType(lifecycleType), []);
  });

  it("accepts a lifecycle preset by name", async () => {
    await inputsOf({ lifecyclePolicy: "pullRequest" });
    const text = lifecyclePolicyText(lifecyclePolicyFromRules(lifecyclePresets.pullRequest.rules));
    assert.equal(mocks.ofType(lifecycleType)[0]?.inputs["policy"], text);
  });

  it("accepts a lifecycle as rules, document or text, and writes the same canonical text", async () => {
    const rules = [
      { images: "any", keepNewest: 100, description: "cap" },
      { images: "untagged", expireAfterDays: 1, description: "soon" },
    ] as const;
    const document = lifecyclePolicyFromRules(rules);
    const shuffled = JSON.stringify({ rules: [...document.rules].reverse() }, null, 2);
    for (const lifecyclePolicy of [rules, document, shuffled]) {
      mocks = await startMocks();
      await inputsOf({ lifecyclePolicy });
      const policy = mocks.ofType(lifecycleType)[0]?.inputs["policy"];
      assert.equal(policy, lifecyclePolicyText(document));
      assert.deepEqual(
        JSON.parse(String(policy)).rules.map((rule: { rulePriority: number }) => rule.rulePriority),
        [1, 2],
      );
    }
  });

  it("turns exclusion filters into exceptions of an immutable repository", async () => {
    const inputs = await inputsOf({ exclusionFilters: ["latest", "dev-*"] });
    assert.equal(inputs?.["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION");
    assert.deepEqual(inputs?.["imageTagMutabilityExclusionFilters"], [
      { filter: "latest", filterType: "WILDCARD" },
      { filter: "dev-*", filterType: "WILDCARD" },
    ]);
  });

  it("allows mutable tags and AES-256 if they are set explicitly", async () => {
    const inputs = await inputsOf({ imageTagMutability: "MUTABLE", encryption: "aes256" });
    assert.equal(inputs?.["imageTagMutability"], "MUTABLE");
    assert.deepEqual(inputs?.["encryptionConfigurations"], [{ encryptionType: "AES256" }]);
    assert.ok(!("imageTagMutabilityExclusionFilters" in (inputs ?? {})));
  });

  it("uses a given key", async () => {
    const kmsKey = `arn:aws:kms:ap-northeast-2:${account}:key/0f7e1ab4-5d4c-4c8e-9a43-0a6d2f1f6a01`;
    const inputs = await inputsOf({ encryption: "kmsDsse", kmsKey });
    assert.deepEqual(inputs?.["encryptionConfigurations"], [{ encryptionType: "KMS_DSSE", kmsKey }]);
    assert.deepEqual(mocks.ofType("aws:kms/key:Key"), []);
  });

  it("creates a rotating key with an alias, and passes region and tags on to every child", async () => {
    const inputs = await inputsOf({
      repositoryName: "team/pet.clinic",
      createKey: true,
      region: "eu-west-1",
      tags: { team: "vets" },
    });
    const shared = { region: "eu-west-1", tags: { team: "vets" } };
    assert.deepEqual(mocks.ofType("aws:kms/key:Key")[0]?.inputs, {
      description: "Images of the ECR repository team/pet.clinic",
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify(repositoryKeyPolicy(account, "eu-west-1")),
      ...shared,
    });
    assert.deepEqual(mocks.ofType("aws:kms/alias:Alias")[0]?.inputs, {
      name: "alias/ecr/team/pet-clinic",
      targetKeyId: "1",
      region: "eu-west-1",
    });
    assert.deepEqual(inputs?.["encryptionConfigurations"], [
      {
        encryptionType: "KMS",
        kmsKey: `arn:aws:kms:ap-northeast-2:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      },
    ]);
    assert.deepEqual(inputs?.["tags"], shared.tags);
    assert.equal(mocks.ofType(lifecycleType)[0]?.inputs["region"], "eu-west-1");
  });

  it("uses the given deletion window for its own key, and registers key and alias so that both go with the repository", async () => {
    const options = await optionsOf({ createKey: true, keyDeletionWindowDays: 7, protect: true });
    assert.equal(mocks.ofType("aws:kms/key:Key")[0]?.inputs["deletionWindowInDays"], 7);
    assert.deepEqual(
      JSON.parse(String(mocks.ofType("aws:kms/key:Key")[0]?.inputs["policy"])),
      repositoryKeyPolicy(account, "ap-northeast-2"),
    );
    assert.ok(!("region" in (mocks.ofType("aws:kms/key:Key")[0]?.inputs ?? {})));
    for (const type of ["aws:kms/key:Key", "aws:kms/alias:Alias"]) {
      const { parent, retainOnDelete, deleteBeforeReplace } = options[type] ?? {};
      // They inherit the component's retainOnDelete.
      assert.deepEqual(
        [parent instanceof PrivateRepository, retainOnDelete, deleteBeforeReplace],
        [true, undefined, true],
      );
    }
    // Only what cannot be created again as it was.
    assert.deepEqual(
      [repositoryType, "aws:kms/key:Key", "aws:kms/alias:Alias", lifecycleType].map((type) => options[type]?.protect),
      [true, true, false, false],
    );
  });

  it("replaces the repository when its own key comes or goes, which the provider would not notice", async () => {
    const triggerOf = async (args: PrivateRepositoryArgs) =>
      (await optionsOf(args))[repositoryType]?.replacementTrigger;
    assert.equal(await triggerOf({ createKey: true }), "a key of its own");
    mocks = await startMocks();
    assert.equal(await triggerOf({}), "no key of its own");
    for (const type of ["aws:kms/key:Key", "aws:kms/alias:Alias"]) assert.deepEqual(mocks.ofType(type), []);
  });

  it("protects tags from a preset's rules", async () => {
    await inputsOf({ lifecyclePolicy: "pullRequest", protectedTags: ["v*", "stable"] });
    const document = lifecyclePolicyFromRules(lifecyclePresets.pullRequest.rules);
    assert.equal(
      mocks.ofType(lifecycleType)[0]?.inputs["policy"],
      lifecyclePolicyText(protectTags(document, ["v*", "stable"])),
    );
    mocks = await startMocks();
    await inputsOf({ lifecyclePolicy: false, protectedTags: ["v*"] });
    assert.deepEqual(mocks.ofType(lifecycleType), []);
  });

  it("refuses every fault in one error before anything is registered", async () => {
    let refused: unknown;
    try {
      new PrivateRepository("Pet Clinic", {
        encryption: "aes256",
        kmsKey: "alias/mine",
        createKey: true,
        imageTagMutability: "MUTABLE",
        exclusionFilters: ["latest"],
        lifecyclePolicy: [{ images: "untagged", expireAfterDays: 0 }],
      });
    } catch (error) {
      refused = error;
    }
    assert.ok(refused instanceof InputRefused);
    assert.deepEqual([...new Set(refused.faults.map(({ path }) => path))].sort(), [
      "createKey",
      "exclusionFilters",
      "kmsKey",
      "lifecyclePolicy[0].expireAfterDays",
      "repositoryName",
    ]);
    await mocks.settle();
    assert.deepEqual(mocks.registrations, []);
  });

  for (const [what, args, path] of [
    ["*_WITH_EXCLUSION without filters", { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }, "exclusionFilters"],
    [
      "a key in another region",
      { region: "eu-west-1", kmsKey: `arn:aws:kms:us-east-1:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab` },
      "kmsKey",
    ],
    ["an availability zone as region", { region: "ap-northeast-2a" }, "region"],
    ["an unknown encryption", { encryption: "rot13" }, "encryption"],
    ["a deletion window of 6 days", { createKey: true, keyDeletionWindowDays: 6 }, "keyDeletionWindowDays"],
    ["a deletion window of 31 days", { createKey: true, keyDeletionWindowDays: 31 }, "keyDeletionWindowDays"],
    [
      "a deletion window that is not a whole number",
      { createKey: true, keyDeletionWindowDays: 7.5 },
      "keyDeletionWindowDays",
    ],
    ["a deletion window without a key", { keyDeletionWindowDays: 7 }, "keyDeletionWindowDays"],
    ["a tag key reserved by AWS", { tags: { "aws:x": "y" } }, 'tags["aws:x"]'],
    ["a protected tag with five wildcards", { protectedTags: ["v*", "*a*b*c*d*"] }, "protectedTags[1]"],
    ["protected tags that are not a list", { protectedTags: "v*" }, "protectedTags"],
    ["an unknown preset", { lifecyclePolicy: "serivce" }, "lifecyclePolicy"],
    ["an account with 11 digits", { access: { pullFrom: ["12345678901"] } }, "access.pullFrom[0]"],
    [
      "a function in another region",
      { region: "eu-west-1", access: { lambdaPull: [`arn:aws:lambda:us-east-1:${account}:function:x`] } },
      "access.lambdaPull[0]",
    ],
    ["a lifecycle document that ECR refuses", { lifecyclePolicy: { rules: [] } }, "lifecyclePolicy.rules"],
    ["a lifecycle string that is not JSON", { lifecyclePolicy: "expire everything" }, "lifecyclePolicy"],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => new PrivateRepository("petclinic", args as unknown as PrivateRepositoryArgs),
        (error) => error instanceof InputRefused && error.faults.some((fault) => fault.path === path),
      );
    });
  }

  it("checks a value that is known later once it is known", async () => {
    const checks = new InputChecks("subject");
    const faultsOf = (value: string) => privateRepositoryNameFaults(value, "repositoryName");
    const later = checks.input(pulumi.output(Promise.resolve("UPPER")), faultsOf);
    const good = checks.input(Promise.resolve("lower"), faultsOf);
    checks.refuse();
    await assert.rejects(known(pulumi.output(later)), /subject: .*\n.*repositoryName: found "UPPER"/);
    assert.equal(await known(pulumi.output(good)), "lower");
  });

  it("prints the console's push commands", async () => {
    const repository = new PrivateRepository("petclinic");
    const url = `${account}.dkr.ecr.ap-northeast-2.amazonaws.com`;
    assert.deepEqual(await known(repository.pushCommands()), {
      login: `aws ecr get-login-password --region ap-northeast-2 | docker login --username AWS --password-stdin ${url}`,
      build: "docker build -t petclinic .",
      tag: `docker tag petclinic:latest ${url}/petclinic:latest`,
      push: `docker push ${url}/petclinic:latest`,
    });
  });

  it("fetches a login once and keeps its password secret", async () => {
    const repository = new PrivateRepository("petclinic");
    const { password } = repository.credentials();
    repository.credentials();
    assert.equal(await pulumi.isSecret(password), true);
    assert.equal(await known(password), "private-token");
    assert.equal(mocks.calls.length, 1);
  });

  it("treats only a missing image or repository as an absent tag", async () => {
    mocks = await startMocks({ hasImage: ({ imageTag }) => imageTag === "there" });
    const repository = new PrivateRepository("petclinic");
    assert.equal(await known(repository.findDigest("there")), digest);
    assert.equal(await known(repository.findDigest("absent")), undefined);
    mocks = await startMocks({ failWith: "AccessDeniedException: no rights" });
    const refused = new PrivateRepository("petclinic").findDigest("any");
    await assert.rejects(known(refused), /AccessDenied/);
  });
});
