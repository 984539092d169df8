import assert from "node:assert/strict";
import fc from "fast-check";
import {
  creationTemplateFaults,
  creationTemplatesFaults,
  templateFor,
  templateNeedsRole,
} from "../../../ecr/registry/creationTemplates";
import { itRefuses, paths } from "../refusals";

const account = "123456789012";
const region = "ap-northeast-2";
const key = `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const role = `arn:aws:iam::${account}:role/template`;
const plain = { prefix: "prod", appliedFor: ["CREATE_ON_PUSH"] };
const lifecyclePolicy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "untagged", countType: "sinceImagePushed", countUnit: "days", countNumber: 7 },
      action: { type: "expire" },
    },
  ],
});
const full = {
  prefix: "ROOT",
  description: "x".repeat(256),
  appliedFor: ["PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"],
  encryptionConfiguration: { encryptionType: "KMS", kmsKey: key },
  imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
  imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
  lifecyclePolicy,
  repositoryPolicy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: account }, Action: "ecr:BatchGetImage" }],
  }),
  resourceTags: [{ Key: "team", Value: "pets" }],
  customRoleArn: role,
};
const check = (template: unknown) => creationTemplateFaults(template, "template", region, account);

describe("ecr/registry/creationTemplates", () => {
  it("accepts the least and the most that a template can contain", () => {
    const accepted = [
      plain,
      full,
      { ...plain, prefix: "x" },
      { ...plain, prefix: "x".repeat(256) },
      { ...plain, encryptionConfiguration: { encryptionType: "AES256" } },
      { ...plain, encryptionConfiguration: { encryptionType: "KMS_DSSE", kmsKey: "" }, customRoleArn: role },
      // An update removes something with an empty value.
      { ...plain, lifecyclePolicy: "", repositoryPolicy: "", customRoleArn: "" },
      { ...plain, resourceTags: [] },
    ];
    for (const template of accepted) {
      assert.deepEqual(check(template), [], JSON.stringify(template));
    }
    const elsewhere = {
      ...full,
      encryptionConfiguration: { encryptionType: "KMS", kmsKey: key.replace(region, "us-east-1") },
    };
    assert.deepEqual(creationTemplateFaults(elsewhere, "template"), []);
  });

  itRefuses([
    {
      title: "a template that is not an object",
      faults: () => check(null),
      path: "template",
      rule: /must be an object/,
      fix: /appliedFor/,
    },
    {
      title: "a prefix of 257 characters",
      faults: () => check({ ...plain, prefix: "x".repeat(257) }),
      path: "template.prefix",
      rule: /^a creation template's prefix must have 1 to 256/,
      fix: /by 1/,
    },
    {
      title: "an empty prefix",
      faults: () => check({ ...plain, prefix: "" }),
      path: "template.prefix",
      rule: /1 to 256/,
      fix: /at least 1/,
    },
    {
      title: "a description of 257 characters",
      faults: () => check({ ...plain, description: "x".repeat(257) }),
      path: "template.description",
      rule: /at most 256/,
      fix: /by 1/,
    },
    {
      title: "a description that is not a string",
      faults: () => check({ ...plain, description: 7 }),
      path: "template.description",
      rule: /must be a string/,
      fix: /write a string/,
    },
    {
      title: "an empty appliedFor",
      faults: () => check({ ...plain, appliedFor: [] }),
      path: "template.appliedFor",
      rule: /at least one/,
      fix: /PULL_THROUGH_CACHE, REPLICATION, CREATE_ON_PUSH/,
    },
    {
      title: "a missing appliedFor",
      faults: () => check({ prefix: "prod" }),
      path: "template.appliedFor",
      rule: /at least one/,
      fix: /list/,
    },
    {
      title: "an unknown value in appliedFor",
      faults: () => check({ ...plain, appliedFor: ["PUSH"] }),
      path: "template.appliedFor[0]",
      rule: /three reasons/,
      fix: /CREATE_ON_PUSH/,
    },
    {
      title: "a duplicate in appliedFor",
      faults: () => check({ ...plain, appliedFor: ["REPLICATION", "REPLICATION"] }),
      path: "template.appliedFor[1]",
      rule: /once/,
      fix: /leave it out/,
    },
    {
      title: "an unknown encryption",
      faults: () => check({ ...plain, encryptionConfiguration: { encryptionType: "NONE" } }),
      path: "template.encryptionConfiguration.encryptionType",
      rule: /three encryption types/,
      fix: /AES256/,
    },
    {
      title: "an encryption that is not an object",
      faults: () => check({ ...plain, encryptionConfiguration: "KMS" }),
      path: "template.encryptionConfiguration",
      rule: /must be an object/,
      fix: /encryptionType/,
    },
    {
      title: "a key with AES256",
      faults: () => check({ ...plain, encryptionConfiguration: { encryptionType: "AES256", kmsKey: key } }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /AES256 does not use a KMS key/,
      fix: /KMS/,
    },
    {
      title: "a key without a type",
      faults: () => check({ ...plain, encryptionConfiguration: { kmsKey: key } }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /AES256, the default, does not use a KMS key/,
      fix: /KMS/,
    },
    {
      title: "an unknown type with a key, once",
      faults: () => check({ ...full, encryptionConfiguration: { encryptionType: "AES", kmsKey: key } }),
      path: "template.encryptionConfiguration.encryptionType",
      rule: /^must be one of ECR's three encryption types\.$/,
      fix: /AES256, KMS, KMS_DSSE/,
    },
    {
      title: "a list that contains a key",
      faults: () => check({ ...full, encryptionConfiguration: { encryptionType: "KMS", kmsKey: [key] } }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /full ARN/,
      fix: /key\/<id>/,
    },
    {
      title: "a key with an invalid ID",
      faults: () =>
        check({
          ...full,
          encryptionConfiguration: { encryptionType: "KMS", kmsKey: key.replace(/key\/.*/, "key/12345678") },
        }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /^a creation template must name a KMS key by its full ARN/,
      fix: /^write "arn:aws:kms/,
    },
    {
      title: "a key's ARN in upper case",
      faults: () =>
        check({
          ...full,
          encryptionConfiguration: {
            encryptionType: "KMS",
            kmsKey: key.replace(/key\/(.*)/, (_, id: string) => `key/${id.toUpperCase()}`),
          },
        }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /^a creation template accepts a key's ARN only in lower case\.$/,
      fix: /^write the key's id in lower case\.$/,
    },
    {
      title: "a key by the ARN of its alias",
      faults: () =>
        check({
          ...full,
          encryptionConfiguration: { encryptionType: "KMS", kmsKey: key.replace(/key\/.*/, "alias/pets") },
        }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /full ARN/,
      fix: /key\/<id>/,
    },
    {
      title: "a key by its ID",
      faults: () => check({ ...full, encryptionConfiguration: { encryptionType: "KMS", kmsKey: key.split("/")[1] } }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /full ARN/,
      fix: /key\/<id>/,
    },
    {
      title: "a key that is not a string",
      faults: () => check({ ...full, encryptionConfiguration: { encryptionType: "KMS", kmsKey: null } }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /full ARN/,
      fix: /key\/<id>/,
    },
    {
      title: "another region's key",
      faults: () =>
        check({
          ...full,
          encryptionConfiguration: { encryptionType: "KMS", kmsKey: key.replace(region, "us-east-1") },
        }),
      path: "template.encryptionConfiguration.kmsKey",
      rule: /in us-east-1, the registry in ap-northeast-2/,
      fix: /key in ap-northeast-2/,
    },
    {
      title: "KMS without a role",
      faults: () => check({ ...plain, encryptionConfiguration: { encryptionType: "KMS_DSSE" } }),
      path: "template.customRoleArn",
      rule: /tags or KMS encryption needs a role/,
      fix: /ecr\.amazonaws\.com/,
    },
    {
      title: "KMS with an empty role",
      faults: () => check({ ...plain, encryptionConfiguration: { encryptionType: "KMS" }, customRoleArn: "" }),
      path: "template.customRoleArn",
      rule: /needs a role/,
      fix: /ecr\.amazonaws\.com/,
    },
    {
      title: "tags without a role",
      faults: () => check({ ...plain, resourceTags: [{ Key: "team", Value: "" }] }),
      path: "template.customRoleArn",
      rule: /needs a role/,
      fix: /leave out tags/,
    },
    {
      title: "another account's role",
      faults: () => check({ ...plain, customRoleArn: role.replace(account, "210987654321") }),
      path: "template.customRoleArn",
      rule: /own account/,
      fix: /123456789012/,
    },
    {
      title: "exclusion filters with IMMUTABLE",
      faults: () => check({ ...full, imageTagMutability: "IMMUTABLE" }),
      path: "template.imageTagMutabilityExclusionFilters",
      rule: /does not accept exclusion filters/,
      fix: /IMMUTABLE_WITH_EXCLUSION/,
    },
    {
      title: "an exclusion filter with three wildcards",
      faults: () =>
        check({ ...full, imageTagMutabilityExclusionFilters: [{ filter: "*a*b*", filterType: "WILDCARD" }] }),
      path: "template.imageTagMutabilityExclusionFilters[0].filter",
      rule: /at most 2/,
      fix: /leave some out/,
    },
    {
      title: "a lifecycle policy that ECR refuses",
      faults: () => check({ ...plain, lifecyclePolicy: lifecyclePolicy.replace('"days"', '"weeks"') }),
      path: "template.lifecyclePolicy.rules[0].selection.countUnit",
      rule: /days/,
      fix: /days/,
    },
    {
      title: "a repository policy that ECR refuses",
      faults: () => check({ ...full, repositoryPolicy: full.repositoryPolicy.replace("Allow", "Permit") }),
      path: "template.repositoryPolicy.Statement[0].Effect",
      rule: /must be Allow or Deny/,
      fix: /Allow/,
    },
    {
      title: "a tag without a key",
      faults: () => check({ ...full, resourceTags: [{ Value: "pets" }] }),
      path: "template.resourceTags[0]",
      rule: /1 to 128/,
      fix: /write a key/,
    },
  ]);

  itRefuses([
    {
      title: "the prefix of another template",
      faults: () => creationTemplatesFaults([plain, { ...plain, prefix: "prod/" }], "t"),
      path: "t[1].prefix",
      rule: /^a registry can have only one creation template for a prefix; t\[0\]\.prefix already has this one\.$/,
      fix: /another prefix/,
    },
    {
      title: "templates that are not a list",
      faults: () => creationTemplatesFaults("ROOT", "t"),
      path: "t",
      rule: /^creation templates must be a list\.$/,
      fix: /^write a list of templates\.$/,
    },
  ]);

  it("checks each template of a registry", () => {
    assert.deepEqual(creationTemplatesFaults([plain, full, 7].slice(0, 2), "t"), []);
    assert.deepEqual(paths(creationTemplatesFaults([7], "t")), ["t[0]"]);
  });

  it("says which templates need a role", () => {
    assert.equal(templateNeedsRole({}), false);
    assert.equal(templateNeedsRole({ encryptionConfiguration: { encryptionType: "AES256" }, resourceTags: [] }), false);
    assert.equal(templateNeedsRole({ encryptionConfiguration: { encryptionType: "KMS" } }), true);
    assert.equal(templateNeedsRole({ encryptionConfiguration: { encryptionType: "KMS_DSSE" } }), true);
    assert.equal(templateNeedsRole({ resourceTags: [{ Key: "a", Value: "" }] }), true);
  });

  it("never throws on any JSON, similar to a template or not", () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom("ROOT", "KMS", key, role, lifecyclePolicy));
    const near = fc.record(Object.fromEntries(Object.keys(full).map((name) => [name, value])), { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), near, fc.array(near)), (template) => {
        check(template);
        creationTemplatesFaults(template, "templates", region, account);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});

describe("ecr/registry/creationTemplates: templateFor", () => {
  const templates = ["ROOT", "prod", "prod/team/", "test"].map((prefix) => ({ prefix, appliedFor: ["REPLICATION"] }));
  const found = (name: string) => templateFor(templates, name)?.prefix;

  it("returns the longest prefix that covers the name, and ROOT last", () => {
    assert.equal(found("prod/api"), "prod");
    assert.equal(found("prod/team/api"), "prod/team/");
    assert.equal(found("prod/teams/api"), "prod");
    assert.equal(found("api"), "ROOT");
  });

  it("returns the first of two for one prefix, and none whose occasions are unknown", () => {
    const twice = [
      { prefix: "prod", is: "first" },
      { prefix: "prod/", is: "second" },
    ];
    assert.equal(templateFor(twice, "prod/api")?.is, "first");
    assert.equal(templateFor(twice, "prod/api", "REPLICATION"), undefined);
  });

  it("covers only names below the prefix", () => {
    assert.equal(found("prod/"), "ROOT");
    assert.equal(found("prod"), "ROOT");
    assert.equal(found("production/api"), "ROOT");
    assert.equal(templateFor(templates.slice(1), "production/api"), undefined);
  });

  it("does not depend on the templates' order", () => {
    const name = fc.constantFrom("prod/api", "prod/team/api", "prod", "test/x", "x");
    const order = fc.shuffledSubarray(templates, { minLength: templates.length });
    fc.assert(
      fc.property(order, name, (shuffled, each) => {
        assert.equal(templateFor(shuffled, each)?.prefix, found(each));
      }),
      { seed: 1 },
    );
  });

  it("considers only one occasion's templates when asked", () => {
    const mixed = [...templates, { prefix: "prod/api", appliedFor: ["CREATE_ON_PUSH"] }];
    assert.equal(templateFor(mixed, "prod/api/v1")?.prefix, "prod/api");
    assert.equal(templateFor(mixed, "prod/api/v1", "REPLICATION")?.prefix, "prod");
    assert.equal(templateFor(mixed, "prod/api/v1", "PULL_THROUGH_CACHE"), undefined);
  });
});
