import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type CreationTemplateArgs, Registry } from "../../components";
import { registryFaults } from "../../components/registry/registry";
import { canonicalPolicyText } from "../../ecr/accessPolicy";
import { lifecyclePolicyFromRules, lifecyclePolicyText, lifecyclePresets } from "../../ecr/lifecyclePolicy";
import { templateRolePolicy, trustPolicy } from "../../ecr/registry/serviceRoles";
import { itRefuses } from "../ecr/refusals";
import { account, known, type Mocks, region, startMocks } from "./mocks";

const templateType = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate";
const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const location = { account, region, partition: "aws", domain: "amazonaws.com" };
const presetText = (preset: keyof typeof lifecyclePresets) =>
  lifecyclePolicyText(lifecyclePolicyFromRules(lifecyclePresets[preset].rules));
const push: CreationTemplateArgs = { prefix: "team", appliedFor: ["CREATE_ON_PUSH"] };
const bare: CreationTemplateArgs = { ...push, encryption: "aes256", lifecyclePolicy: false };
const check = (...creationTemplates: CreationTemplateArgs[]) => registryFaults("shared", { creationTemplates });

describe("Registry: creation templates", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });
  afterEach(() => mocks.settle());

  const create = async (...creationTemplates: CreationTemplateArgs[]) => {
    const registry = new Registry("shared", { scanning: false, tags: { team: "pets" }, creationTemplates });
    await known(registry.url);
    await mocks.settle();
    return registry;
  };
  const inputsOf = async (template: CreationTemplateArgs) => {
    await create(template);
    return mocks.ofType(templateType)[0]?.inputs;
  };

  it("encrypts with KMS, keeps tags immutable and expires images by default", async () => {
    const registry = await create(push);
    assert.deepEqual(mocks.registrations.slice(1), [
      {
        type: "aws:iam/role:Role",
        name: "shared-creation-templates",
        inputs: {
          assumeRolePolicy: JSON.stringify(trustPolicy("ecr.amazonaws.com")),
          description: "Creates repositories from ECR's creation templates",
          tags: { team: "pets" },
        },
      },
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "shared-creation-templates",
        inputs: {
          role: "some-role",
          policy: JSON.stringify(templateRolePolicy([{ ...push, tagged: false, key: "managed" }], location)),
        },
      },
      {
        type: templateType,
        name: "shared-team",
        inputs: {
          prefix: "team",
          appliedFors: ["CREATE_ON_PUSH"],
          encryptionConfigurations: [{ encryptionType: "KMS" }],
          imageTagMutability: "IMMUTABLE",
          lifecyclePolicy: presetText("service"),
          customRoleArn: `arn:aws:iam::${account}:role/some-role`,
        },
      },
    ]);
    assert.deepEqual([...registry.creationTemplates.keys()], ["team"]);
    assert.ok(registry.templateRole);
  });

  it("lets tags of an upstream move, and expires its images by the pullThroughCache preset", async () => {
    const inputs = await inputsOf({ prefix: "docker-hub", appliedFor: ["PULL_THROUGH_CACHE"], encryption: "aes256" });
    assert.equal(inputs?.["imageTagMutability"], "MUTABLE");
    assert.equal(inputs["lifecyclePolicy"], presetText("pullThroughCache"));
  });

  it("keeps the preset for own images if a template covers the cache and more", async () => {
    const inputs = await inputsOf({ ...bare, prefix: "ROOT", appliedFor: ["PULL_THROUGH_CACHE", "REPLICATION"] });
    assert.equal(inputs?.["imageTagMutability"], "MUTABLE");
    assert.equal(inputs["lifecyclePolicy"], undefined);
    await mocks.settle();
    mocks = await startMocks();
    const mixed = await inputsOf({ prefix: "ROOT", appliedFor: ["PULL_THROUGH_CACHE", "REPLICATION"] });
    assert.equal(mixed?.["lifecyclePolicy"], presetText("service"));
  });

  it("creates no role and no key if none is needed", async () => {
    const registry = await create(bare);
    assert.deepEqual(mocks.registrations.slice(1), [
      {
        type: templateType,
        name: "shared-team",
        inputs: {
          prefix: "team",
          appliedFors: ["CREATE_ON_PUSH"],
          encryptionConfigurations: [{ encryptionType: "AES256" }],
          imageTagMutability: "IMMUTABLE",
        },
      },
    ]);
    assert.equal(registry.templateRole, undefined);
  });

  it("passes on every setting of a template, with a key that is known later", async () => {
    const repositoryPolicy = {
      Version: "2012-10-17" as const,
      Statement: [{ Effect: "Allow" as const, Principal: { AWS: "210987654321" }, Action: ["ecr:BatchGetImage"] }],
    };
    const inputs = await inputsOf({
      ...push,
      description: "repositories of a team",
      encryption: "kmsDsse",
      kmsKey: pulumi.output(Promise.resolve(key)),
      exclusionFilters: ["latest"],
      lifecyclePolicy: "release",
      repositoryPolicy,
      resourceTags: { owner: "pets" },
      customRoleArn: `arn:aws:iam::${account}:role/mine`,
    });
    assert.deepEqual(inputs, {
      prefix: "team",
      appliedFors: ["CREATE_ON_PUSH"],
      description: "repositories of a team",
      encryptionConfigurations: [{ encryptionType: "KMS_DSSE", kmsKey: key }],
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
      lifecyclePolicy: presetText("release"),
      repositoryPolicy: canonicalPolicyText(repositoryPolicy),
      resourceTags: { owner: "pets" },
      customRoleArn: `arn:aws:iam::${account}:role/mine`,
    });
    assert.deepEqual(mocks.ofType("aws:iam/role:Role"), []);
  });

  it("gives one role the rights of only those templates that use it", async () => {
    await create(
      { ...push, kmsKey: key },
      { ...bare, prefix: "tagged", resourceTags: { a: "b" } },
      { ...bare, prefix: "bare" },
      { ...push, prefix: "mine", customRoleArn: `arn:aws:iam::${account}:role/mine` },
    );
    const [policy] = mocks.ofType("aws:iam/rolePolicy:RolePolicy");
    assert.equal(
      policy?.inputs["policy"],
      JSON.stringify(
        templateRolePolicy(
          [
            { ...push, tagged: false, key },
            { ...push, prefix: "tagged", tagged: true },
          ],
          location,
        ),
      ),
    );
    const roles = mocks.ofType(templateType).map(({ inputs }) => [inputs["prefix"], inputs["customRoleArn"]]);
    assert.deepEqual(Object.fromEntries(roles), {
      team: `arn:aws:iam::${account}:role/some-role`,
      tagged: `arn:aws:iam::${account}:role/some-role`,
      bare: undefined,
      mine: `arn:aws:iam::${account}:role/mine`,
    });
  });

  it("accepts values just inside the AWS provider's limits", () => {
    assert.deepEqual(check({ ...push, prefix: "ab", description: "x".repeat(255) }), []);
    assert.deepEqual(check({ ...push, prefix: "x".repeat(256) }), []);
  });

  itRefuses([
    {
      title: "an unknown encryption",
      faults: () => check({ ...push, encryption: "none" as "kms" }),
      path: "creationTemplates[0].encryption",
      rule: /three kinds/,
      fix: /aes256, kms, kmsDsse/,
    },
    {
      title: "a key with aes256",
      faults: () => check({ ...push, encryption: "aes256", kmsKey: key }),
      path: "creationTemplates[0].kmsKey",
      rule: /AES256 does not use a KMS key/,
      fix: /KMS/,
    },
    {
      title: "a key by its alias",
      faults: () => check({ ...push, kmsKey: "alias/pets" }),
      path: "creationTemplates[0].kmsKey",
      rule: /full ARN/,
      fix: /key\/<id>/,
    },
    {
      title: "another region's key, if its own region is set",
      faults: () => registryFaults("shared", { region: "us-east-1", creationTemplates: [{ ...push, kmsKey: key }] }),
      path: "creationTemplates[0].kmsKey",
      rule: /in ap-northeast-2, the registry in us-east-1/,
      fix: /us-east-1/,
    },
    {
      title: "an exclusion filter that ECR refuses",
      faults: () => check({ ...push, exclusionFilters: ["a#"] }),
      path: "creationTemplates[0].exclusionFilters[0].filter",
      rule: /letters, digits/,
      fix: /remove the other/,
    },
    {
      title: "a lifecycle that ECR refuses",
      faults: () => check({ ...push, lifecyclePolicy: [{ images: "any", keepNewest: 0 }] }),
      path: "creationTemplates[0].lifecyclePolicy[0].keepNewest",
      rule: /1/,
      fix: /./,
    },
    {
      title: "a repository policy that ECR refuses",
      faults: () => check({ ...push, repositoryPolicy: "{}" }),
      path: "creationTemplates[0].repositoryPolicy.Statement",
      rule: /at least one statement/,
      fix: /statement/,
    },
    {
      title: "a tag key reserved by AWS",
      faults: () => check({ ...push, resourceTags: { "aws:x": "1" } }),
      path: "creationTemplates[0].resourceTags[0]",
      rule: /AWS reserves/,
      fix: /another key/,
    },
    {
      title: "a prefix of one character, which ECR accepts but the AWS provider does not",
      faults: () => check({ ...push, prefix: "a" }),
      path: "creationTemplates[0].prefix",
      rule: /^the AWS provider needs a prefix of at least 2 characters, although ECR itself accepts 1\.$/,
      fix: /^choose a longer prefix, or ROOT/,
    },
    {
      title: "a description of 256 bytes, which ECR accepts but the AWS provider does not",
      faults: () => check({ ...push, description: `${"한".repeat(85)}x` }),
      path: "creationTemplates[0].description",
      rule: /^the AWS provider accepts a description of at most 255 bytes in UTF-8, although ECR itself accepts 256 char/,
      fix: /^shorten it by 1\.$/,
    },
    {
      title: "a description that is too long for ECR too, once",
      faults: () => check({ ...push, description: "x".repeat(257) }),
      path: "creationTemplates[0].description",
      rule: /^a template's description must be a string of at most 256 characters\.$/,
      fix: /^shorten it by 1\.$/,
    },
    {
      title: "an empty prefix, once",
      faults: () => check({ ...push, prefix: "" }),
      path: "creationTemplates[0].prefix",
      rule: /must have 1 to 256 characters; this one has 0/,
      fix: /at least 1/,
    },
    {
      title: "two templates with the same prefix",
      faults: () => check(push, push),
      path: "creationTemplates[1].prefix",
      rule: /creationTemplates\[0\]\.prefix/,
      fix: /another/,
    },
  ]);
});
