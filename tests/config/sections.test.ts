import assert from "node:assert/strict";
import type {
  ContainerImageArgs,
  MirroredImageArgs,
  PrivateRepositoryArgs,
  PublicRepositoryArgs,
  PushRoleArgs,
  RegistryArgs,
  RegistryEventsArgs,
} from "../../components";
import {
  lifecyclePolicies,
  mirroredImageArgs,
  privateRepositoryArgs,
  publicRepositoryArgs,
  registryArgs,
  registryEventsArgs,
} from "../../config/arguments";
import type { EnvironmentConfig } from "../../config/schema";
import { known, startMocks } from "../components/mocks";
import { faultsOf, parse } from "./parsing";

type Section<Key extends keyof EnvironmentConfig> =
  NonNullable<EnvironmentConfig[Key]> extends Record<string, infer Value> ? Value : never;
/** Arguments of a component that the config does not know. */
type Missing<Args, Config> = Exclude<keyof Args, keyof Config>;
/** Compiles only when there are no such keys. */
function nothing<_Keys extends never>(): void {}

describe("the sections of the config", () => {
  // As in a preview: no Docker is asked for.
  before(() => startMocks({}, true));

  it("have a key for every argument of the components, which the compiler holds", () => {
    nothing<Missing<PrivateRepositoryArgs, Section<"privateRepositories">>>();
    nothing<Missing<PublicRepositoryArgs, Section<"publicRepositories">>>();
    nothing<Missing<ContainerImageArgs, Section<"images">>>();
    nothing<Missing<MirroredImageArgs, Section<"mirroredImages">>>();
    nothing<Missing<RegistryArgs, Section<"registries">>>();
    nothing<Missing<PushRoleArgs, Section<"pushRoles">>>();
    nothing<Missing<RegistryEventsArgs, Section<"registryEvents">>>();
  });

  it("defaults stand under a repository's own settings, the environment's tags under both", () => {
    const config = parse({
      tags: { project: "pets", team: "all" },
      defaults: {
        privateRepository: { encryption: "kmsDsse", scanOnPush: false, tags: { team: "vets" } },
        publicRepository: { protect: true },
      },
      privateRepositories: { aa: { encryption: "aes256", tags: { tier: "1" } }, bb: {} },
      publicRepositories: { cc: { protect: false }, dd: {} },
    });
    assert.deepEqual(privateRepositoryArgs(config, "aa"), {
      encryption: "aes256",
      repositoryName: "aa",
      scanOnPush: false,
      tags: { project: "pets", team: "vets", tier: "1" },
    });
    assert.deepEqual(privateRepositoryArgs(config, "bb"), {
      encryption: "kmsDsse",
      repositoryName: "bb",
      scanOnPush: false,
      tags: { project: "pets", team: "vets" },
    });
    const tags = { project: "pets", team: "all" };
    assert.deepEqual(publicRepositoryArgs(config, "cc"), { repositoryName: "cc", protect: false, tags });
    assert.deepEqual(publicRepositoryArgs(config, "dd"), { repositoryName: "dd", protect: true, tags });
  });

  it("a default that ECR refuses is refused at each repository that has it", () => {
    const faults = faultsOf({
      defaults: { privateRepository: { exclusionFilters: ["a*b*c*"] } },
      privateRepositories: { one: {}, two: { exclusionFilters: ["latest"] } },
    });
    assert.deepEqual(
      Object.keys(faults),
      ["privateRepositories.one.exclusionFilters[0]"].map((path) => `ecr:${path}`),
    );
  });

  it("credentials become secrets", async () => {
    const config = parse({
      privateRepositories: { aa: {} },
      mirroredImages: {
        tool: { source: "quay.io/org/tool:1", username: "u", password: "p", repositories: ["private/aa"] },
      },
      registries: {
        main: { pullThroughCache: [{ upstream: "docker-hub", credential: { username: "u", accessToken: "t" } }] },
      },
    });
    const { password } = mirroredImageArgs(config, "tool", []);
    const [rule] = registryArgs(config, "main").pullThroughCache ?? [];
    for (const [value, text] of [
      [password, "p"],
      [rule?.credential?.accessToken, "t"],
    ] as const) {
      const secret = value as Parameters<typeof known>[0] & { isSecret: Promise<boolean> };
      assert.equal(await secret.isSecret, true);
      assert.equal(await known(secret), text);
    }
  });

  it("events name repositories by key or by pattern", () => {
    const config = parse({
      privateRepositories: { aa: { repositoryName: "team/a" }, bb: {} },
      registryEvents: { images: { repositories: ["private/aa", "private/bb", "other/*"] } },
    });
    assert.deepEqual(registryEventsArgs(config, "images").repositories, ["team/a", "bb", "other/*"]);
  });

  it("faults of every section come with their paths", () => {
    const faults = faultsOf({
      privateRepositories: { aa: {} },
      mirroredImages: {
        tool: { repositories: ["private/aa"] },
        gone: { source: "x/y:1", repositories: ["private/zz"] },
      },
      registries: { main: { region: "Seoul" } },
      pushRoles: { ci: { repositories: ["private/zz"], createProvider: true } },
      registryEvents: { images: { repositories: ["private/zz"], targets: ["nobody"] } },
    });
    for (const path of [
      "mirroredImages.tool.source",
      "mirroredImages.gone.repositories[0]",
      "registries.main.region",
      "pushRoles.ci.github",
      "pushRoles.ci.repositories[0]",
      "registryEvents.images.repositories[0]",
      "registryEvents.images.targets[0]",
    ]) {
      assert.ok(faults[`ecr:${path}`], `${path}: ${JSON.stringify(faults, null, 2)}`);
    }
  });

  it("an environment that takes images from another one makes none", () => {
    const faults = faultsOf({
      privateRepositories: { aa: {} },
      images: { petclinic: { context: "app", repositories: ["private/aa"] } },
      promotion: { from: "staging", images: { petclinic: { repositories: ["private/aa"], tag: "1.0.0" } } },
    });
    assert.deepEqual(faults, {
      "ecr:images.petclinic": 'this environment takes its images from "staging" only.',
    });
  });

  it("a promotion names repositories that are there, tags that fit, and tags only for copies", () => {
    const faults = faultsOf({
      privateRepositories: { aa: {} },
      promotion: {
        from: "staging",
        images: {
          one: { repositories: ["private/aa", "private/zz"], tags: ["latest"] },
          two: { tag: "1.0.0", digest: `sha256:${"0".repeat(64)}`, tags: ["a"] },
        },
      },
    });
    assert.deepEqual(Object.keys(faults).sort(), [
      "ecr:promotion.images.one.repositories[1]",
      "ecr:promotion.images.one.tags[0]",
      "ecr:promotion.images.two.digest",
      "ecr:promotion.images.two.tag",
      "ecr:promotion.images.two.tags",
    ]);
  });

  it("a promotion's digest is one that ECR gives", () => {
    const of = (digest: string) =>
      faultsOf({
        privateRepositories: { aa: {} },
        promotion: { from: "staging", images: { one: { repositories: ["private/aa"], digest } } },
      });
    for (const digest of [`sha512:${"0".repeat(128)}`, `sha256:${"A".repeat(64)}`, "latest", ""]) {
      assert.deepEqual(Object.keys(of(digest)), ["ecr:promotion.images.one.digest"], digest);
    }
  });

  it("two images of one key would be one output", () => {
    assert.deepEqual(
      faultsOf({
        privateRepositories: { aa: {} },
        images: { tool: { context: "app", repositories: ["private/aa"] } },
        mirroredImages: { tool: { source: "x/y:1", repositories: ["private/aa"] } },
      }),
      { "ecr:mirroredImages.tool": "an image of this key is built already." },
    );
  });

  it("costs name private repositories that there are, and take prices of one's own", () => {
    const pushes = { web: [{ perDay: 1, megabytes: 40 }] };
    const costs = { pushes, prices: { storagePerGb: 0.2 } };
    assert.deepEqual(parse({ privateRepositories: { web: {} }, costs }).costs, costs);
    assert.deepEqual(faultsOf({ privateRepositories: { api: {} }, costs }), {
      "ecr:costs.pushes.web": "no such private repository in this config.",
    });
    assert.deepEqual(faultsOf({ costs: { ...costs, prices: { storagePerGb: -1 } } }), {
      "ecr:costs.prices.storagePerGb": "this is a number, 0 or more.",
      "ecr:costs.pushes.web": "no such private repository in this config.",
    });
  });

  it("lifecycle policies are those of the repositories, defaults and protected tags included", () => {
    const config = parse({
      defaults: { privateRepository: { protectedTags: ["v*"] } },
      privateRepositories: {
        plain: {},
        short: { lifecyclePolicy: [{ images: "untagged", expireAfterDays: 3 }], protectedTags: [] },
        none: { lifecyclePolicy: false },
      },
    });
    const { plain, short, none } = lifecyclePolicies(config);
    assert.deepEqual(plain?.rules[0]?.selection.tagPatternList, ["v*"]);
    assert.ok((plain?.rules.length ?? 0) > 1);
    assert.deepEqual(
      short?.rules.map(({ selection }) => [selection.tagStatus, selection.countNumber]),
      [["untagged", 3]],
    );
    assert.equal(none, undefined);
  });
});
