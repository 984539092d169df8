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
import { type EnvironmentConfig, environmentSchema, makeEnvironment } from "../../config/sections";
import { mirroredImageArgs } from "../../config/sections/mirroredImages";
import { lifecyclePolicies, privateRepositoryArgs } from "../../config/sections/privateRepositories";
import { publicRepositoryArgs } from "../../config/sections/publicRepositories";
import { registryArgs } from "../../config/sections/registries";
import { registryEventsArgs } from "../../config/sections/registryEvents";
import { outputsVersion } from "../../outputs";
import { outputsSchema } from "../../outputs/schema";
import { known, region, startMocks } from "../components/mocks";
import { faultsOf, parse } from "./parsing";

type Section<Key extends keyof EnvironmentConfig> =
  NonNullable<EnvironmentConfig[Key]> extends Record<string, infer Value> ? Value : never;
/** Arguments of a component that the config lacks. A transform may be a function, which no config can hold. */
type Missing<Args, Config> = Exclude<keyof Args, keyof Config | "transform">;
/** Compiles only if there are no such keys. */
function nothing<_Keys extends never>(): void {}

describe("config sections", () => {
  // As in a preview, which needs no Docker.
  before(() => startMocks({}, true));

  it("have a key for every argument of the components, which the compiler checks", () => {
    nothing<Missing<PrivateRepositoryArgs, Section<"privateRepositories">>>();
    nothing<Missing<PublicRepositoryArgs, Section<"publicRepositories">>>();
    nothing<Missing<ContainerImageArgs, Section<"images">>>();
    nothing<Missing<MirroredImageArgs, Section<"mirroredImages">>>();
    nothing<Missing<RegistryArgs, Section<"registries">>>();
    nothing<Missing<PushRoleArgs, Section<"pushRoles">>>();
    nothing<Missing<RegistryEventsArgs, Section<"registryEvents">>>();
  });

  it("apply defaults below a repository's own settings, and the environment's tags below both", () => {
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

  it("report an invalid default at each repository that has it", () => {
    const faults = faultsOf({
      defaults: { privateRepository: { exclusionFilters: ["a*b*c*"] } },
      privateRepositories: { one: {}, two: { exclusionFilters: ["latest"] } },
    });
    assert.deepEqual(
      Object.keys(faults),
      ["privateRepositories.one.exclusionFilters[0]"].map((path) => `ecr:${path}`),
    );
  });

  it("turn credentials into secrets", async () => {
    const config = parse({
      privateRepositories: { aa: {} },
      mirroredImages: {
        tool: { source: "quay.io/org/tool:1", username: "u", password: "p", repositories: ["private/aa"] },
      },
      registries: {
        main: { pullThroughCache: [{ upstream: "docker-hub", credential: { username: "u", accessToken: "t" } }] },
      },
    });
    const { password } = mirroredImageArgs(config.mirroredImages["tool"] ?? {}, []);
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

  it("let events name repositories by key or by pattern", () => {
    const config = parse({
      privateRepositories: { aa: { repositoryName: "team/a" }, bb: {} },
      registryEvents: { images: { repositories: ["private/aa", "private/bb", "other/*"] } },
    });
    assert.deepEqual(registryEventsArgs(config, "images").repositories, ["team/a", "bb", "other/*"]);
  });

  it("report faults in every section with their paths", () => {
    const arn = "arn:aws:ecr:eu-west-1:123456789012:repository/other";
    const faults = faultsOf({
      privateRepositories: { aa: {} },
      mirroredImages: {
        tool: { repositories: ["private/aa"] },
        gone: { source: "x/y:1", repositories: ["private/zz"] },
      },
      registries: { main: { region: "Seoul" } },
      pushRoles: { ci: { repositories: [arn, "private/zz"], createProvider: true } },
      registryEvents: { images: { repositories: ["team/*", "private/zz"], targets: ["nobody"] } },
    });
    for (const path of [
      "mirroredImages.tool.source",
      "mirroredImages.gone.repositories[0]",
      "registries.main.region",
      "pushRoles.ci.github",
      "pushRoles.ci.repositories[1]",
      "registryEvents.images.repositories[1]",
      "registryEvents.images.targets[0]",
    ]) {
      assert.ok(faults[`ecr:${path}`], `${path}: ${JSON.stringify(faults, null, 2)}`);
    }
  });

  it("allow no images in an environment that takes them from another one", () => {
    const faults = faultsOf({
      privateRepositories: { aa: {} },
      images: { petclinic: { context: "app", repositories: ["private/aa"] } },
      promotion: { from: "staging", images: { petclinic: { repositories: ["private/aa"], tag: "1.0.0" } } },
    });
    assert.deepEqual(faults, {
      "ecr:images.petclinic": 'this environment takes its images only from "staging".',
    });
  });

  it("require a promotion to name existing repositories and valid tags, and to set tags only on copies", () => {
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

  it("require a promotion's digest to have ECR's form", () => {
    const of = (digest: string) =>
      faultsOf({
        privateRepositories: { aa: {} },
        promotion: { from: "staging", images: { one: { repositories: ["private/aa"], digest } } },
      });
    for (const digest of [`sha512:${"0".repeat(128)}`, `sha256:${"A".repeat(64)}`, "latest", ""]) {
      assert.deepEqual(Object.keys(of(digest)), ["ecr:promotion.images.one.digest"], digest);
    }
  });

  it("refuse two images with the same key, which would be one output", () => {
    assert.deepEqual(
      faultsOf({
        privateRepositories: { aa: {} },
        images: { tool: { context: "app", repositories: ["private/aa"] } },
        mirroredImages: { tool: { source: "x/y:1", repositories: ["private/aa"] } },
      }),
      { "ecr:mirroredImages.tool": "an image with this key is already built." },
    );
  });

  it("require costs to name existing private repositories, and accept custom prices", () => {
    const pushes = { web: [{ perDay: 1, megabytes: 40 }] };
    const costs = { pushes, prices: { storagePerGb: 0.2 } };
    assert.deepEqual(parse({ privateRepositories: { web: {} }, costs }).costs, costs);
    assert.deepEqual(faultsOf({ privateRepositories: { api: {} }, costs }), {
      "ecr:costs.pushes.web": "must be the key of a private repository in this config.",
    });
    assert.deepEqual(faultsOf({ costs: { ...costs, freeTier: "legacy", prices: { storagePerGb: -1 } } }), {
      "ecr:costs.freeTier": "the legacy free tier needs its last day.",
      "ecr:costs.prices.storagePerGb": "must be a number, 0 or more.",
      "ecr:costs.pushes.web": "must be the key of a private repository in this config.",
    });
  });

  it("may be empty, because Pulumi.yaml sets them for every stack", () => {
    const sections = Object.keys(environmentSchema.shape);
    assert.deepEqual(parse(Object.fromEntries(sections.map((key) => [key, {}]))), parse({}));
    assert.deepEqual(Object.keys(faultsOf({ promotions: {} })), ["ecr:promotions"]);
  });

  it("create components with the outputs in the contract, and a repository's push commands build its first image", async () => {
    const mocks = await startMocks({ hasImage: () => true }, true);
    const config = parse({
      privateRepositories: { aa: { repositoryName: "team/a" } },
      publicRepositories: { bb: {} },
      images: {
        first: { context: "app", platform: "linux/arm64", repositories: ["private/aa"] },
        second: { context: "app", repositories: ["public/bb"], tagFrom: { fixed: "1.0.0" } },
      },
      mirroredImages: { tool: { source: "quay.io/org/tool:1", repositories: ["private/aa"] } },
      registries: { main: { scanning: {} } },
      pushRoles: {
        ci: { repositories: ["private/aa"], github: [{ repository: "a/b", branches: ["main"] }], createProvider: true },
      },
      registryEvents: { images: { repositories: ["private/aa"] } },
      costs: { pushes: { aa: [{ perDay: 1, megabytes: 1 }] } },
    });
    const outputs = makeEnvironment(config, { state: [], region });
    await mocks.settle();
    assert.deepEqual(Object.keys({ outputsVersion, ...outputs }).sort(), Object.keys(outputsSchema.shape).sort());
    const keys = Object.entries(outputs).map(([name, entries]) => [name, Object.keys(entries as object)]);
    assert.deepEqual(Object.fromEntries(keys.filter(([name]) => name !== "costs")), {
      privateRepositories: ["aa"],
      publicRepositories: ["bb"],
      images: ["first", "second", "tool"],
      pushRoles: ["ci"],
      registryEvents: ["images"],
    });
    const { privateRepositories: made, images } = outputs as Record<string, Record<string, Record<string, never>>>;
    const { build } = await known<{ build: string }>(made?.["aa"]?.["pushCommands"] as never);
    assert.match(build, /linux\/arm64/);
    assert.deepEqual(images?.["tool"]?.["repository"], "private/aa");
    assert.deepEqual(
      mocks.registrations
        .filter(({ type }) => /^ecr:index:(?!ImageTags)/.test(type))
        .map(({ type, name }) => `${type} ${name}`),
      [
        "ecr:index:PrivateRepository team/a",
        "ecr:index:PublicRepository bb",
        "ecr:index:ContainerImage first",
        "ecr:index:ContainerImage second",
        "ecr:index:MirroredImage tool",
        `ecr:index:Registry ${region}`,
        "ecr:index:PushRole ci",
        "ecr:index:RegistryEvents images",
      ],
    );
  });

  it("give the repositories' lifecycle policies, with defaults and protected tags", () => {
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
