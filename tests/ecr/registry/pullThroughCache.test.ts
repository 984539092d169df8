import assert from "node:assert/strict";
import fc from "fast-check";
import {
  credentialFaults,
  pullThroughCacheFaults,
  pullThroughCacheRuleFaults,
} from "../../../ecr/registry/pullThroughCache";
import { ecrUpstream, upstreamRegistryOf } from "../../../ecr/registry/upstreamRegistries";
import { itRefuses, paths } from "../refusals";

const account = "123456789012";
const region = "ap-northeast-2";
const secret = `arn:aws:secretsmanager:${region}:${account}:secret:ecr-pullthroughcache/docker-hub-AbCdEf`;
const role = `arn:aws:iam::${account}:role/cache`;
const otherEcr = `210987654321.dkr.ecr.${region}.amazonaws.com`;
const publicRule = { ecrRepositoryPrefix: "ecr-public", upstreamRegistryUrl: "public.ecr.aws" };
const dockerRule = {
  ecrRepositoryPrefix: "docker-hub",
  upstreamRegistryUrl: "registry-1.docker.io",
  credentialArn: secret,
};
const ecrRule = { ecrRepositoryPrefix: "shared", upstreamRegistryUrl: otherEcr, customRoleArn: role };
const rulesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ ...publicRule, ecrRepositoryPrefix: `p${index}` }));
const check = (rule: unknown) => pullThroughCacheRuleFaults(rule, "rule", region, account);

describe("ecr/registry/pullThroughCache", () => {
  it("accepts each upstream with its required settings", () => {
    const accepted = [
      publicRule,
      { ecrRepositoryPrefix: "k8s", upstreamRegistryUrl: "registry.k8s.io" },
      { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" },
      { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io", credentialArn: secret },
      dockerRule,
      { ...dockerRule, upstreamRegistryUrl: "ghcr.io", upstreamRegistry: "github-container-registry" },
      { ...dockerRule, upstreamRegistryUrl: "registry.gitlab.com" },
      { ...dockerRule, upstreamRegistryUrl: "cgr.dev" },
      { ...dockerRule, upstreamRegistryUrl: "Pets1.azurecr.io", upstreamRegistry: "azure-container-registry" },
      ecrRule,
      { ...ecrRule, upstreamRepositoryPrefix: "team/a" },
      { ...ecrRule, ecrRepositoryPrefix: "ROOT", upstreamRepositoryPrefix: "ROOT" },
      // An upstream of the same account in another region needs no role.
      { ecrRepositoryPrefix: "ROOT", upstreamRegistryUrl: `${account}.dkr.ecr.us-east-1.amazonaws.com` },
    ];
    for (const rule of accepted) {
      assert.deepEqual(check(rule), [], JSON.stringify(rule));
    }
  });

  it("compares with the registry only when it is known", () => {
    const rule = { ecrRepositoryPrefix: "shared", upstreamRegistryUrl: otherEcr };
    assert.deepEqual(pullThroughCacheRuleFaults(rule, "rule"), []);
    assert.deepEqual(
      pullThroughCacheRuleFaults({ ...ecrRule, upstreamRegistryUrl: otherEcr }, "rule", "us-east-1"),
      [],
    );
    assert.deepEqual(credentialFaults(secret, "arn"), []);
    const own = { ecrRepositoryPrefix: "own", upstreamRegistryUrl: `${account}.dkr.ecr.${region}.amazonaws.com` };
    assert.deepEqual(pullThroughCacheRuleFaults(own, "rule", region), []);
    assert.deepEqual(pullThroughCacheRuleFaults(own, "rule", undefined, account), []);
  });

  itRefuses([
    {
      title: "a rule that is not an object",
      faults: () => check("docker"),
      path: "rule",
      rule: /must be an object/,
      fix: /ecrRepositoryPrefix/,
    },
    {
      title: "a prefix of 31 characters",
      faults: () => check({ ...publicRule, ecrRepositoryPrefix: "x".repeat(31) }),
      path: "rule.ecrRepositoryPrefix",
      rule: /^a cache rule's prefix must have 2 to 30/,
      fix: /shorten it by 1/,
    },
    {
      title: "an unknown upstream",
      faults: () => check({ ...publicRule, upstreamRegistryUrl: "registry.example.com" }),
      path: "rule.upstreamRegistryUrl",
      rule: /public\.ecr\.aws, registry\.k8s\.io, quay\.io, registry-1\.docker\.io, ghcr\.io/,
      fix: /one of these/,
    },
    {
      title: "an unknown upstream with a known name, once",
      faults: () => check({ ...publicRule, upstreamRegistryUrl: "registry.example.com", upstreamRegistry: "quay" }),
      path: "rule.upstreamRegistryUrl",
      rule: /host of a registry/,
      fix: /one of these/,
    },
    {
      title: "an unknown upstream with a prefix of its own, once",
      faults: () =>
        check({ ...ecrRule, upstreamRegistryUrl: "registry.example.com", upstreamRepositoryPrefix: "team" }),
      path: "rule.upstreamRegistryUrl",
      rule: /host of a registry/,
      fix: /one of these/,
    },
    {
      title: "Docker Hub under another host",
      faults: () => check({ ...dockerRule, upstreamRegistryUrl: "docker.io" }),
      path: "rule.upstreamRegistryUrl",
      rule: /host of a registry/,
      fix: /"registry-1\.docker\.io"/,
    },
    {
      title: "an upstream with a scheme and a path",
      faults: () => check({ ...publicRule, upstreamRegistryUrl: "https://quay.io/coreos" }),
      path: "rule.upstreamRegistryUrl",
      rule: /host of a registry/,
      fix: /write "quay\.io"/,
    },
    {
      title: "an upstream that is not a string",
      faults: () => check({ ...publicRule, upstreamRegistryUrl: { toString: 1 } }),
      path: "rule.upstreamRegistryUrl",
      rule: /host of a registry/,
      fix: /one of these/,
    },
    {
      title: "an upstream name that does not belong to the URL",
      faults: () => check({ ...publicRule, upstreamRegistry: "quay" }),
      path: "rule.upstreamRegistry",
      rule: /belong to one registry/,
      fix: /"ecr-public"/,
    },
    {
      title: "an unknown upstream name",
      faults: () => check({ ...publicRule, upstreamRegistry: "toString" }),
      path: "rule.upstreamRegistry",
      rule: /knows no upstream/,
      fix: /"ecr-public"/,
    },
    {
      title: "a list that contains an upstream name",
      faults: () => check({ ...publicRule, upstreamRegistry: ["ecr-public"] }),
      path: "rule.upstreamRegistry",
      rule: /knows no upstream/,
      fix: /"ecr-public"/,
    },
    {
      title: "Docker Hub without credentials",
      faults: () => check({ ...dockerRule, credentialArn: undefined }),
      path: "rule.credentialArn",
      rule: /without credentials/,
      fix: /ecr-pullthroughcache\/<name>/,
    },
    {
      title: "a secret without the required name prefix",
      faults: () => check({ ...dockerRule, credentialArn: secret.replace("ecr-pullthroughcache/", "") }),
      path: "rule.credentialArn",
      rule: /begin with ecr-pullthroughcache\//,
      fix: /new secret/,
    },
    {
      title: "a secret without a name",
      faults: () => check({ ...dockerRule, credentialArn: `${secret.slice(0, secret.lastIndexOf("/"))}/` }),
      path: "rule.credentialArn",
      rule: /begin with/,
      fix: /new secret/,
    },
    {
      title: "another region's secret",
      faults: () => check({ ...dockerRule, credentialArn: secret.replace(region, "us-east-1") }),
      path: "rule.credentialArn",
      rule: /in us-east-1, the rule in ap-northeast-2/,
      fix: /secret in ap-northeast-2/,
    },
    {
      title: "another account's secret",
      faults: () => check({ ...dockerRule, credentialArn: secret.replace(account, "210987654321") }),
      path: "rule.credentialArn",
      rule: /account 210987654321, the rule in 123456789012/,
      fix: /in account 123456789012/,
    },
    {
      title: "credentials that are not an ARN",
      faults: () => check({ ...dockerRule, credentialArn: "ecr-pullthroughcache/docker-hub" }),
      path: "rule.credentialArn",
      rule: /Secrets Manager secret/,
      fix: /arn:aws:secretsmanager/,
    },
    {
      title: "an ARN of 613 characters",
      faults: () => check({ ...dockerRule, credentialArn: secret.padEnd(613, "x") }),
      path: "rule.credentialArn",
      rule: /at most 612/,
      fix: /write/,
    },
    {
      title: "another account's ECR without a role",
      faults: () => check({ ...ecrRule, customRoleArn: undefined }),
      path: "rule.customRoleArn",
      rule: /210987654321 is another account/,
      fix: /pullthroughcache\.ecr\.amazonaws\.com/,
    },
    {
      title: "another account's ECR with a secret",
      faults: () => check({ ...ecrRule, credentialArn: secret }),
      path: "rule.credentialArn",
      rule: /a role, not a secret/,
      fix: /leave it out/,
    },
    {
      title: "another account's role",
      faults: () => check({ ...ecrRule, customRoleArn: role.replace(account, "210987654321") }),
      path: "rule.customRoleArn",
      rule: /registry's own account/,
      fix: /of account 123456789012/,
    },
    {
      title: "a role for an upstream that does not use one",
      faults: () => check({ ...publicRule, customRoleArn: role }),
      path: "rule.customRoleArn",
      rule: /only an ECR upstream can have a role/,
      fix: /leave it out/,
    },
    {
      title: "the registry as its own upstream",
      faults: () =>
        check({ ecrRepositoryPrefix: "own", upstreamRegistryUrl: `${account}.dkr.ecr.${region}.amazonaws.com` }),
      path: "rule.upstreamRegistryUrl",
      rule: /cannot be its own upstream/,
      fix: /another/,
    },
    {
      title: "an upstream prefix for an upstream that has none",
      faults: () => check({ ...publicRule, upstreamRepositoryPrefix: "docker" }),
      path: "rule.upstreamRepositoryPrefix",
      rule: /only an ECR upstream/,
      fix: /leave it out/,
    },
    {
      title: "an upstream prefix for the prefix ROOT",
      faults: () => check({ ...ecrRule, ecrRepositoryPrefix: "ROOT", upstreamRepositoryPrefix: "team" }),
      path: "rule.upstreamRepositoryPrefix",
      rule: /must be ROOT too/,
      fix: /leave it out/,
    },
    {
      title: "an upstream prefix of one character",
      faults: () => check({ ...ecrRule, upstreamRepositoryPrefix: "a" }),
      path: "rule.upstreamRepositoryPrefix",
      rule: /^an upstream's repository prefix must have 2 to 30/,
      fix: /at least 2/,
    },
  ]);

  itRefuses([
    {
      title: "rules that are not a list",
      faults: () => pullThroughCacheFaults({}, "rules"),
      path: "rules",
      rule: /^pull-through cache rules must be a list\.$/,
      fix: /^write a list of rules\.$/,
    },
    {
      title: "51 rules",
      faults: () => pullThroughCacheFaults(rulesOf(51), "rules"),
      path: "rules",
      rule: /^a registry can have at most 50 pull-through cache rules; there are 51\.$/,
      fix: /^leave some out; the quota cannot be raised\.$/,
    },
    {
      title: "the prefix of another rule",
      faults: () => pullThroughCacheFaults([publicRule, publicRule], "rules"),
      path: "rules[1].ecrRepositoryPrefix",
      rule: /^a registry can have only one pull-through cache rule for a prefix; rules\[0\]\.ecrRepositoryPrefix already has this one/,
      fix: /^merge the two, or choose another prefix\.$/,
    },
  ]);

  it("lists the names of upstreams when the URL does not determine one", () => {
    const faults = check({ ...publicRule, upstreamRegistryUrl: "x.example", upstreamRegistry: "dockerhub" });
    assert.deepEqual(paths(faults), ["rule.upstreamRegistryUrl", "rule.upstreamRegistry"]);
    assert.match(
      faults[1]?.fix ?? "",
      /^did you mean "docker-hub"\? Write one of ecr-public, k8s, quay, docker-hub, .*, ecr\.$/,
    );
  });

  it("accepts a secret's ARN in any partition, and nothing around it", () => {
    for (const [partition, itsRegion] of [
      ["aws-cn", "cn-north-1"],
      ["aws-us-gov", "us-gov-west-1"],
      ["aws-iso-b", "us-isob-east-1"],
    ] as const) {
      const there = secret.replace("aws", partition).replace(region, itsRegion);
      assert.deepEqual(credentialFaults(there, "arn"), [], partition);
    }
    for (const arn of [`x${secret}`, `${secret} `, secret.replace("aws", "aws-"), [secret]]) {
      assert.match(
        credentialFaults(arn, "arn")[0]?.rule ?? "",
        /^must be the ARN of a Secrets Manager secret/,
        String(arn),
      );
    }
  });

  it("accepts a secret's ARN of 612 characters", () => {
    assert.deepEqual(credentialFaults(secret.padEnd(612, "x"), "arn"), []);
  });

  it("recognizes ECR registries by their usual host only", () => {
    assert.deepEqual(ecrUpstream(otherEcr), { account: "210987654321", region });
    for (const other of [
      `210987654321.dkr.ecr-fips.${region}.amazonaws.com`,
      `210987654321.dkr-ecr.${region}.on.aws`,
      "quay.io",
      7,
    ]) {
      assert.equal(ecrUpstream(other), undefined, String(other));
    }
    assert.equal(upstreamRegistryOf(`210987654321.dkr-ecr.${region}.on.aws`), undefined);
    assert.equal(upstreamRegistryOf("evil.example.com/x.azurecr.io"), undefined);
    assert.equal(upstreamRegistryOf("*.azurecr.io"), undefined);
    assert.equal(upstreamRegistryOf("registry.pets.azurecr.io"), undefined);
    assert.equal(upstreamRegistryOf("pets.azurecr.io.example.com"), undefined);
    assert.equal(ecrUpstream([otherEcr]), undefined);
  });

  it("allows 50 rules and one per prefix in a registry, and reports all faults at once", () => {
    assert.deepEqual(pullThroughCacheFaults(rulesOf(50), "rules"), []);
    assert.deepEqual(
      paths(pullThroughCacheFaults([publicRule, { ...publicRule, upstreamRegistryUrl: "x" }, 7], "rules")),
      ["rules[1].upstreamRegistryUrl", "rules[2]", "rules[1].ecrRepositoryPrefix"],
    );
  });

  it("never throws on any JSON, similar to a rule or not", () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("ROOT", "quay.io", "docker.io", otherEcr, secret, role, "ecr"),
    );
    const keys = [...Object.keys(ecrRule), "upstreamRepositoryPrefix", "credentialArn", "upstreamRegistry"];
    const near = fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
    fc.assert(
      fc.property(fc.oneof(fc.anything(), near, fc.array(near)), (rule) => {
        check(rule);
        pullThroughCacheFaults(rule, "rules", region, account);
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
