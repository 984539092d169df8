import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type PullThroughCacheArgs, Registry } from "../../components";
import { registryFaults } from "../../components/registry/registry";
import { cacheRolePolicy, trustPolicy } from "../../ecr/registry/serviceRoles";
import { itRefuses } from "../ecr/refusals";
import { account, known, type Mocks, region, secretArn, startMocks } from "./mocks";

const ruleType = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule";
const secretType = "aws:secretsmanager/secret:Secret";
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";
const otherEcr = `210987654321.dkr.ecr.us-east-1.amazonaws.com`;
const ownEcr = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
const credential = { username: "pets", accessToken: "the-token" };
const check = (...rules: PullThroughCacheArgs[]) => registryFaults("shared", { pullThroughCache: rules });

describe("Registry: pull-through cache", () => {
  let mocks: Mocks;
  beforeEach(async () => {
    mocks = await startMocks();
  });
  afterEach(() => mocks.settle());
  // Refused components never settle. A new engine discards them.
  after(() => startMocks());

  const create = async (...pullThroughCache: PullThroughCacheArgs[]) => {
    const registry = new Registry("shared", { scanning: false, tags: { team: "pets" }, pullThroughCache });
    await known(registry.url);
    await mocks.settle();
    return registry;
  };

  it("names a rule after its upstream, and looks up the upstream's host", async () => {
    const registry = await create({ upstream: "ecr-public" }, { upstream: "quay.io", prefix: "team/quay" });
    assert.deepEqual(mocks.registrations.slice(1), [
      {
        type: ruleType,
        name: "shared-ecr-public",
        inputs: { ecrRepositoryPrefix: "ecr-public", upstreamRegistryUrl: "public.ecr.aws" },
      },
      {
        type: ruleType,
        name: "shared-team/quay",
        inputs: { ecrRepositoryPrefix: "team/quay", upstreamRegistryUrl: "quay.io" },
      },
    ]);
    assert.deepEqual([...registry.pullThroughCacheRules.keys()], ["ecr-public", "team/quay"]);
    const address = `${account}.dkr.ecr.${region}.amazonaws.com`;
    assert.equal(await known(registry.cacheUrls["ecr-public"] as pulumi.Output<string>), `${address}/ecr-public`);
    assert.equal(await known(registry.cacheUrls["team/quay"] as pulumi.Output<string>), `${address}/team/quay`);
  });

  it("pulls from the registry's own address if the prefix is ROOT", async () => {
    const registry = await create({ upstream: "k8s", prefix: "ROOT" });
    const url = registry.cacheUrls["ROOT"] as pulumi.Output<string>;
    assert.equal(await known(url), `${account}.dkr.ecr.${region}.amazonaws.com`);
  });

  it("stores credentials in a secret, and the rule waits for the secret's value", async () => {
    const accessToken = pulumi.secret("the-token");
    const registry = await create({ upstream: "docker-hub", credential: { username: "pets", accessToken } });
    assert.deepEqual(mocks.ofType(secretType), [
      {
        type: secretType,
        name: "ecr-pullthroughcache/shared-docker-hub",
        inputs: {
          description: "Credentials of registry-1.docker.io for ECR's pull-through cache",
          tags: { team: "pets" },
        },
      },
    ]);
    const [version] = mocks.ofType(versionType);
    assert.equal(version?.name, "shared-docker-hub");
    assert.equal(version.inputs["secretId"], "ecr-pullthroughcache/shared-docker-hub-id");
    assert.deepEqual(JSON.parse(String(unwrapSecret(version.inputs["secretString"]))), credential);
    assert.deepEqual(mocks.ofType(ruleType)[0]?.inputs, {
      ecrRepositoryPrefix: "docker-hub",
      upstreamRegistryUrl: "registry-1.docker.io",
      credentialArn: secretArn,
    });
    assert.deepEqual([...registry.secrets.keys()], ["docker-hub"]);
  });

  it("turns credentials that were not given as a secret into one", async () => {
    await create({ upstream: "docker-hub", credential });
    assert.ok(isSecretValue(mocks.ofType(versionType)[0]?.inputs["secretString"]));
  });

  it("accepts an existing secret and role, known at once or later", async () => {
    const role = `arn:aws:iam::${account}:role/cache`;
    await create(
      { upstream: "ghcr.io", credentialArn: pulumi.output(Promise.resolve(secretArn)) },
      { upstream: otherEcr, customRoleArn: pulumi.output(Promise.resolve(role)), upstreamRepositoryPrefix: "base" },
      { upstream: "cgr.dev", credentialArn: secretArn },
    );
    const inputs = mocks.registrations.slice(1).map((each) => each.inputs);
    assert.deepEqual(
      inputs.sort((a, b) => String(a["upstreamRegistryUrl"]).localeCompare(String(b["upstreamRegistryUrl"]))),
      [
        {
          ecrRepositoryPrefix: "ecr",
          upstreamRegistryUrl: otherEcr,
          customRoleArn: role,
          upstreamRepositoryPrefix: "base",
        },
        { ecrRepositoryPrefix: "chainguard", upstreamRegistryUrl: "cgr.dev", credentialArn: secretArn },
        { ecrRepositoryPrefix: "github-container-registry", upstreamRegistryUrl: "ghcr.io", credentialArn: secretArn },
      ],
    );
  });

  it("creates one role for other accounts' registries, with only the rights that the rules need", async () => {
    const registry = await create(
      { upstream: otherEcr, prefix: "base", createRole: true, upstreamRepositoryPrefix: "golden" },
      { upstream: ownEcr, prefix: "own" },
    );
    const upstream = { account: "210987654321", region: "us-east-1" };
    const location = { account, region, partition: "aws", domain: "amazonaws.com" };
    assert.deepEqual(mocks.ofType("aws:iam/role:Role"), [
      {
        type: "aws:iam/role:Role",
        name: "shared-pull-through-cache",
        inputs: {
          assumeRolePolicy: JSON.stringify(trustPolicy("pullthroughcache.ecr.amazonaws.com")),
          description: "Pulls from other ECR registries for the pull-through cache",
          tags: { team: "pets" },
        },
      },
    ]);
    assert.deepEqual(mocks.ofType("aws:iam/rolePolicy:RolePolicy"), [
      {
        type: "aws:iam/rolePolicy:RolePolicy",
        name: "shared-pull-through-cache",
        inputs: {
          role: "some-role",
          policy: JSON.stringify(cacheRolePolicy([{ prefix: "base", upstream, upstreamPrefix: "golden" }], location)),
        },
      },
    ]);
    const rules = mocks.ofType(ruleType).map(({ inputs }) => [inputs["ecrRepositoryPrefix"], inputs["customRoleArn"]]);
    assert.deepEqual(Object.fromEntries(rules), {
      base: `arn:aws:iam::${account}:role/some-role`,
      own: undefined,
    });
    assert.ok(registry.cacheRole);
  });

  itRefuses([
    {
      title: "an upstream that ECR does not know, once",
      faults: () => check({ upstream: "https://registry.example.com/" }),
      path: "pullThroughCache[0].upstream",
      rule: /registry-1\.docker\.io/,
      fix: /one of these hosts/,
    },
    {
      title: "an upstream by name if its host is specific to the user",
      faults: () => check({ upstream: "azure-container-registry" }),
      path: "pullThroughCache[0].upstream",
      rule: /\*\.azurecr\.io/,
      fix: /hosts/,
    },
    {
      title: "missing credentials for an upstream that requires them",
      faults: () => check({ upstream: "docker-hub" }),
      path: "pullThroughCache[0].credentialArn",
      rule: /does not allow pulls without credentials/,
      fix: /`credential` with username and accessToken/,
    },
    {
      title: "credentials given in two ways",
      faults: () => check({ upstream: "docker-hub", credential, credentialArn: secretArn }),
      path: "pullThroughCache[0].credential",
      rule: /credential or credentialArn, not both/,
      fix: /remove one/,
    },
    {
      title: "a role given in two ways",
      faults: () => check({ upstream: otherEcr, createRole: true, customRoleArn: `arn:aws:iam::${account}:role/x` }),
      path: "pullThroughCache[0].createRole",
      rule: /createRole or customRoleArn, not both/,
      fix: /remove one/,
    },
    {
      title: "a role for an upstream that does not use one",
      faults: () => check({ upstream: "ecr-public", createRole: true }),
      path: "pullThroughCache[0].customRoleArn",
      rule: /only an ECR upstream can have a role/,
      fix: /leave it out/,
    },
    {
      title: "a prefix with `__`, which ECR accepts but the AWS provider does not",
      faults: () => check({ upstream: "quay", prefix: "my__quay" }),
      path: "pullThroughCache[0].prefix",
      rule: /^the AWS provider accepts only a single `\.`, `_` or `-` inside a cache rule's prefix, not "__" as ECR itself does\.$/,
      fix: /^replace "__" with a single "_"\.$/,
    },
    {
      title: "an upstream's prefix with a run of `-`, which ECR accepts but the AWS provider does not",
      faults: () => check({ upstream: otherEcr, createRole: true, upstreamRepositoryPrefix: "team---a" }),
      path: "pullThroughCache[0].upstreamRepositoryPrefix",
      rule: /not "---" as ECR itself does/,
      fix: /^replace "---" with a single "-"\.$/,
    },
    {
      title: "two rules with the same prefix",
      faults: () => check({ upstream: "quay" }, { upstream: "ecr-public", prefix: "quay/" }),
      path: "pullThroughCache[1].prefix",
      rule: /pullThroughCache\[0\]\.prefix already has this one/,
      fix: /another prefix/,
    },
    {
      title: "another region's secret, if its own region is set",
      faults: () =>
        registryFaults("shared", {
          region: "us-east-1",
          pullThroughCache: [{ upstream: "docker-hub", credentialArn: secretArn }],
        }),
      path: "pullThroughCache[0].credentialArn",
      rule: /in ap-northeast-2, the rule in us-east-1/,
      fix: /us-east-1/,
    },
  ]);

  it("never shows a credential in an error", () => {
    const faults = check({ upstream: "docker-hub", credential, credentialArn: secretArn });
    assert.doesNotMatch(JSON.stringify(faults), /the-token/);
  });

  const inAws: [title: string, rule: PullThroughCacheArgs, message: RegExp][] = [
    [
      "another account's registry without a role",
      { upstream: otherEcr },
      /customRoleArn: found nothing\. 210987654321 is another account.*createRole: true/,
    ],
    [
      "the registry as its own upstream",
      { upstream: `${account}.dkr.ecr.${region}.amazonaws.com` },
      /\[0\]\.upstream: .* cannot be its own upstream/,
    ],
    [
      "another account's secret",
      { upstream: "docker-hub", credentialArn: secretArn.replace(account, "210987654321") },
      /credentialArn: .* in account 210987654321/,
    ],
  ];
  for (const [title, rule, message] of inAws) {
    it(`refuses ${title} once AWS has returned the account`, async () => {
      assert.deepEqual(check(rule), []);
      const registry = new Registry("shared", { scanning: false, pullThroughCache: [rule] });
      await assert.rejects(known(registry.url), message);
      await mocks.settle();
      assert.deepEqual(mocks.ofType(ruleType), []);
    });
  }

  it("refuses an invalid secret and an invalid role once they are known", async () => {
    const later = (text: string) => pulumi.output(Promise.resolve(text));
    const registry = new Registry("shared", {
      scanning: false,
      pullThroughCache: [
        { upstream: "docker-hub", credentialArn: later("secret") },
        { upstream: otherEcr, customRoleArn: later("role") },
      ],
    });
    await known(registry.url);
    await mocks.settle();
    assert.deepEqual(mocks.ofType(ruleType), []);
  });
});

/** The mocks get secrets as the engine sends them: an object with a signature. */
function isSecretValue(value: unknown): boolean {
  return typeof value === "object" && value !== null && "value" in value;
}

function unwrapSecret(value: unknown): unknown {
  return isSecretValue(value) ? (value as { value: unknown }).value : value;
}
