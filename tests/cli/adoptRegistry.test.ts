import assert from "node:assert/strict";
import type { DescribedRegistry } from "../../cli/adopt/readRegistry";
import {
  account,
  initialSettings,
  of,
  other,
  outside,
  policy,
  region,
  role,
  rule,
  secret,
  untouched,
  wildcard,
  written,
} from "./adoptedRegistry";

describe("adopt: registry settings", () => {
  it("are omitted when nobody has set any", () => {
    assert.deepEqual(of({}), { registries: {}, adopted: [], remarks: [], outside: [] });
  });

  it("include the account ID for the import, and ECR's initial values so that nothing is overwritten", () => {
    assert.deepEqual(of({ exclusions: [role] }).registries, {
      [region]: {
        scanning: { scanOnPush: [] },
        accountSettings: initialSettings,
        pullTimeExclusions: [role],
        import: account,
      },
    });
    assert.deepEqual(of({ region: "us-east-1", exclusions: [role] }).registries["us-east-1"]?.["region"], "us-east-1");
  });

  it("include the policy document as it is", () => {
    assert.deepEqual(written({ policy: JSON.stringify(policy()) }), { policy: policy() });
    const old = { ...policy(), Version: "2008-10-17", Id: "from-the-console" };
    assert.deepEqual(written({ policy: JSON.stringify(old) }), { policy: old });
  });

  it("include basic and enhanced scanning, by frequency", () => {
    const rules = [
      { scanFrequency: "SCAN_ON_PUSH" as const, repositoryFilters: wildcard("*") },
      { scanFrequency: "CONTINUOUS_SCAN" as const, repositoryFilters: wildcard("prod*", "base") },
    ];
    assert.deepEqual(written({ scanning: { scanType: "BASIC", rules: rules.slice(0, 1) } }), {
      scanning: { scanOnPush: ["*"] },
    });
    assert.deepEqual(written({ scanning: { scanType: "ENHANCED", rules } }), {
      scanning: { type: "enhanced", scanOnPush: ["*"], continuous: ["prod*", "base"] },
    });
    assert.deepEqual(written({ scanning: { scanType: "ENHANCED", rules: rules.slice(1) } }), {
      scanning: { type: "enhanced", continuous: ["prod*", "base"] },
    });
    assert.deepEqual(written({ scanning: { scanType: "ENHANCED", rules: [] } }), {
      scanning: { type: "enhanced", scanOnPush: [] },
    });
  });

  it("include replication of every region to every account", () => {
    const to = (place: string, registryId = account) => ({ region: place, registryId });
    const filters = [{ filter: "prod/", filterType: "PREFIX_MATCH" }];
    assert.deepEqual(
      written({
        replication: [
          { destinations: [to("us-east-1"), to("us-west-2")], repositoryFilters: filters },
          { destinations: [to(region, other), to("us-east-1", other)], deleteReplication: { enabled: false } },
          { destinations: [to("us-east-1"), to("us-east-1", other)] },
        ],
      }),
      {
        replication: [
          { regions: ["us-east-1", "us-west-2"], repositories: ["prod/"] },
          { regions: [region, "us-east-1"], accounts: [other] },
          { regions: ["us-east-1"], accounts: [account, other] },
        ],
      },
    );
  });

  it("include cache rules, with the upstream's short name where there is one", () => {
    const ecr = `${other}.dkr.ecr.us-east-1.amazonaws.com`;
    const cacheRules = [
      { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io", upstreamRepositoryPrefix: "ROOT" },
      { ecrRepositoryPrefix: "hub", upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret },
      {
        ecrRepositoryPrefix: "golden",
        upstreamRegistryUrl: ecr,
        customRoleArn: role,
        upstreamRepositoryPrefix: "team",
      },
      { ecrRepositoryPrefix: "all", upstreamRegistryUrl: ecr, customRoleArn: role, upstreamRepositoryPrefix: "ROOT" },
      { ecrRepositoryPrefix: "ROOT", upstreamRegistryUrl: "corp.azurecr.io", credentialArn: secret },
    ];
    assert.deepEqual(written({ cacheRules }), {
      pullThroughCache: [
        { upstream: "quay" },
        { upstream: "docker-hub", prefix: "hub", credentialArn: secret },
        { upstream: ecr, prefix: "golden", customRoleArn: role, upstreamRepositoryPrefix: "team" },
        { upstream: ecr, prefix: "all", customRoleArn: role, upstreamRepositoryPrefix: "ROOT" },
        { upstream: "corp.azurecr.io", prefix: "ROOT", credentialArn: secret },
      ],
    });
  });

  it("include creation templates in full, without the project's own defaults", () => {
    const templates = [
      {
        prefix: "ROOT",
        appliedFor: ["CREATE_ON_PUSH" as const],
        encryptionConfiguration: { encryptionType: "AES256" as const },
      },
      {
        prefix: "team",
        appliedFor: ["REPLICATION" as const, "PULL_THROUGH_CACHE" as const],
        description: "of a team",
        encryptionConfiguration: {
          encryptionType: "KMS" as const,
          kmsKey: `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
        },
        imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" as const,
        imageTagMutabilityExclusionFilters: wildcard("latest"),
        lifecyclePolicy: JSON.stringify({ rules: [rule] }),
        repositoryPolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { AWS: other }, Action: "ecr:BatchGetImage" }],
        }),
        resourceTags: [{ Key: "team", Value: "shop" }],
        customRoleArn: role,
      },
    ];
    assert.deepEqual(written({ templates }), {
      creationTemplates: [
        {
          prefix: "ROOT",
          appliedFor: ["CREATE_ON_PUSH"],
          encryption: "aes256",
          imageTagMutability: "MUTABLE",
          lifecyclePolicy: false,
        },
        {
          prefix: "team",
          appliedFor: ["REPLICATION", "PULL_THROUGH_CACHE"],
          description: "of a team",
          kmsKey: `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
          exclusionFilters: ["latest"],
          lifecyclePolicy: { rules: [rule] },
          repositoryPolicy: {
            Version: "2012-10-17",
            Statement: [{ Effect: "Allow", Principal: { AWS: other }, Action: "ecr:BatchGetImage" }],
          },
          resourceTags: { team: "shop" },
          customRoleArn: role,
        },
      ],
    });
  });

  it("include the account settings", () => {
    const accountSettings = { ...untouched.accountSettings, BLOB_MOUNTING: "ENABLED", REGISTRY_POLICY_SCOPE: "V1" };
    assert.deepEqual(written({ accountSettings }), {
      accountSettings: { ...initialSettings, blobMounting: true, registryPolicyScope: "V1" },
    });
  });
});

describe("adopt: registry settings that the config cannot express", () => {
  it("include a policy that would be rewritten, and one that breaks a rule", () => {
    const respelt = outside({ policy: JSON.stringify(policy("ecr:replicateimage")) });
    assert.match(respelt.outside.join("\n"), /^registry\/eu-west-1: policy: the program writes policies in one form/);
    assert.equal("policy" in respelt.entry, false);
    const odd = outside({ policy: JSON.stringify({ ...policy(), Version: "2020-01-01" }) });
    assert.match(
      odd.outside.join("\n"),
      /^registry\/eu-west-1: policy: Version must be the version of the policy language/,
    );
    assert.equal("policy" in odd.entry, false);
  });

  it("include manual scanning and several rules of one frequency; scanning is then left unmanaged", () => {
    for (const scanFrequency of ["MANUAL", "SCAN_ON_PUSH"] as const) {
      const each = { scanFrequency, repositoryFilters: wildcard("a") };
      const { outside: said, entry } = outside({ scanning: { scanType: "BASIC", rules: [each, each] } });
      assert.deepEqual(said, [
        `registry/eu-west-1: scanning: the config has no words for its rules with the frequency ${scanFrequency}.`,
      ]);
      assert.equal(entry["scanning"], false);
    }
  });

  it("include replicated deletions and destinations that are not every region in every account", () => {
    const to = (place: string, registryId = account) => ({ region: place, registryId });
    const deletes = outside({
      replication: [{ destinations: [to("us-east-1")], deleteReplication: { enabled: true } }],
    });
    assert.match(deletes.outside[0] ?? "", /replication: it replicates deletions/);
    assert.equal("replication" in deletes.entry, false);
    const odd = outside({
      replication: [{ destinations: [to("us-east-1")] }, { destinations: [to("us-east-1", other), to("us-west-2")] }],
    });
    assert.match(odd.outside[0] ?? "", /replication: the destinations of its rule 2 are not every region/);
    assert.equal("replication" in odd.entry, false);
  });

  it("are left out one by one: other cache rules, templates and settings are adopted", () => {
    const { outside: said, entry } = outside({
      cacheRules: [
        { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" },
        { ecrRepositoryPrefix: "a__b", upstreamRegistryUrl: "registry.k8s.io" },
        { ecrRepositoryPrefix: "new", upstreamRegistryUrl: "registry.example.com" },
        { ecrRepositoryPrefix: "k8s", upstreamRegistryUrl: "registry.k8s.io" },
      ],
      templates: [
        { prefix: "norole", appliedFor: ["CREATE_ON_PUSH"], encryptionConfiguration: { encryptionType: "KMS" } },
        {
          prefix: "secure",
          appliedFor: ["CREATE_ON_PUSH"],
          resourceTags: [{ Key: "secure", Value: "1" }],
          customRoleArn: role,
        },
        { prefix: "blank", appliedFor: ["CREATE_ON_PUSH"], description: "\n a" },
        { prefix: "indented", appliedFor: ["CREATE_ON_PUSH"], description: " a\nb" },
        { prefix: "later", appliedFor: ["SOMETHING_NEW" as "REPLICATION"] },
        { prefix: "kept", appliedFor: ["CREATE_ON_PUSH"] },
      ],
      accountSettings: { ...untouched.accountSettings, BASIC_SCAN_TYPE_VERSION: "CLAIR" },
    });
    const lines = said.map((each) => each.replace(/^registry\/eu-west-1: ([^:]+): .*$/s, "$1")).sort();
    assert.deepEqual(lines, [
      'accountSettings "BASIC_SCAN_TYPE_VERSION"',
      ...['"blank"', '"indented"', '"later"', '"norole"', '"secure"'].map((each) => `creationTemplates ${each}`),
      ...['"a__b"', '"new"'].map((each) => `pullThroughCache ${each}`),
    ]);
    assert.deepEqual(entry["pullThroughCache"], [{ upstream: "quay" }, { upstream: "k8s" }]);
    assert.deepEqual(
      (entry["creationTemplates"] as { prefix: string }[]).map(({ prefix }) => prefix),
      ["kept"],
    );
    assert.deepEqual(entry["accountSettings"], { registryPolicyScope: "V2", blobMounting: false });
  });

  it("include signing, and whatever could not be read", () => {
    const found = of({
      signing: [{ signingProfileArn: `arn:aws:signer:${region}:${account}:/signing-profiles/p` }],
      unread: ["policy: AccessDeniedException: not allowed"],
    });
    assert.deepEqual(found.registries, {});
    assert.deepEqual(found.outside, [
      "registry/eu-west-1: signing: 1 rule, which the AWS provider has no resource for.",
      "registry/eu-west-1: policy: AccessDeniedException: not allowed",
    ]);
  });
});

describe("adopt: registry settings that differ from the project's defaults", () => {
  const remarks = (more: Partial<DescribedRegistry>) =>
    of({ exclusions: [role], ...more }).remarks.map((each) => [
      each.repository,
      each.setting,
      each.found,
      each.defaultValue,
    ]);

  it("include scanning that does not cover every image on push", () => {
    const scanning = (...filters: string[]) => ({
      scanType: "ENHANCED" as const,
      rules: [{ scanFrequency: "CONTINUOUS_SCAN" as const, repositoryFilters: wildcard(...filters) }],
    });
    assert.deepEqual(remarks({}), [["registry/eu-west-1", "scanning", "basic, no repository", "every image on push"]]);
    assert.deepEqual(remarks({ scanning: scanning("a", "b*") }), [
      ["registry/eu-west-1", "scanning", "enhanced, only a, b*", "every image on push"],
    ]);
    assert.deepEqual(remarks({ scanning: scanning("a", "*") }), []);
  });

  it("include what a template gives new repositories, and say what a change affects", () => {
    const template = (prefix: string, appliedFor: "CREATE_ON_PUSH" | "PULL_THROUGH_CACHE") => ({
      ...{ prefix, appliedFor: [appliedFor], encryptionConfiguration: { encryptionType: "AES256" as const } },
    });
    const scanning = {
      scanType: "BASIC" as const,
      rules: [{ scanFrequency: "SCAN_ON_PUSH" as const, repositoryFilters: wildcard("*") }],
    };
    const found = {
      scanning,
      templates: [template("push", "CREATE_ON_PUSH"), template("cache", "PULL_THROUGH_CACHE")],
    };
    assert.deepEqual(remarks(found), [
      ["registry/eu-west-1/push", "creationTemplates, encryption", "aes256", "kms"],
      ["registry/eu-west-1/push", "creationTemplates, imageTagMutability", "MUTABLE", "IMMUTABLE"],
      ["registry/eu-west-1/push", "creationTemplates, lifecyclePolicy", "none", "service"],
      ["registry/eu-west-1/cache", "creationTemplates, encryption", "aes256", "kms"],
      ["registry/eu-west-1/cache", "creationTemplates, lifecyclePolicy", "none", "pullThroughCache"],
    ]);
    assert.deepEqual(
      [...new Set(of(found).remarks.map(({ change }) => change))],
      ["in place, for repositories that are created after it"],
    );
  });
});
