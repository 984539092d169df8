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
import { InputRefused } from "../../components/inputChecks";
import {
  mirroredImageArgs,
  privateRepositoryArgs,
  publicRepositoryArgs,
  registryArgs,
  registryEventsArgs,
} from "../../config/arguments";
import { parseConfig } from "../../config/load";
import type { EnvironmentConfig } from "../../config/schema";
import { known, startMocks } from "../components/mocks";

type Section<Key extends keyof EnvironmentConfig> =
  NonNullable<EnvironmentConfig[Key]> extends Record<string, infer Value> ? Value : never;
/** Fails to compile when a component has an argument that the config does not know. */
type Missing<Args, Config> = Exclude<keyof Args, keyof Config>;
type Nothing<Keys extends never> = Keys;
export type EveryArgumentIsConfigurable = [
  Nothing<Missing<PrivateRepositoryArgs, Section<"privateRepositories">>>,
  Nothing<Missing<PublicRepositoryArgs, Section<"publicRepositories">>>,
  Nothing<Missing<ContainerImageArgs, Section<"images">>>,
  Nothing<Missing<MirroredImageArgs, Section<"mirroredImages">>>,
  Nothing<Missing<RegistryArgs, Section<"registries">>>,
  Nothing<Missing<PushRoleArgs, Section<"pushRoles">>>,
  Nothing<Missing<RegistryEventsArgs, Section<"registryEvents">>>,
];

const parse = (values: Record<string, unknown>) =>
  parseConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [`ecr:${key}`, JSON.stringify(value)])),
    "ecr",
  );

/** Path to rule of each fault. */
function faultsOf(values: Record<string, unknown>): Record<string, string> {
  try {
    parse(values);
  } catch (error) {
    assert.ok(error instanceof InputRefused, String(error));
    return Object.fromEntries(error.faults.map(({ path, rule }) => [path, rule]));
  }
  assert.fail("nothing was refused");
}

describe("the sections of the config", () => {
  // As in a preview: no Docker is asked for.
  before(() => startMocks({}, true));

  it("defaults stand under a repository's own settings, the environment's tags under both", () => {
    const config = parse({
      tags: { project: "pets", team: "all" },
      defaults: {
        privateRepository: { encryption: "kmsDsse", scanOnPush: false, tags: { team: "vets" } },
        publicRepository: { protect: true },
      },
      privateRepositories: { a: { encryption: "aes256", tags: { tier: "1" } }, b: {} },
      publicRepositories: { c: { protect: false }, d: {} },
    });
    assert.deepEqual(privateRepositoryArgs(config, "a"), {
      encryption: "aes256",
      scanOnPush: false,
      tags: { project: "pets", team: "vets", tier: "1" },
    });
    assert.deepEqual(privateRepositoryArgs(config, "b"), {
      encryption: "kmsDsse",
      scanOnPush: false,
      tags: { project: "pets", team: "vets" },
    });
    assert.deepEqual(publicRepositoryArgs(config, "c"), { protect: false, tags: { project: "pets", team: "all" } });
    assert.deepEqual(publicRepositoryArgs(config, "d"), { protect: true, tags: { project: "pets", team: "all" } });
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
      privateRepositories: { a: {} },
      mirroredImages: {
        tool: { source: "quay.io/org/tool:1", username: "u", password: "p", repositories: ["private/a"] },
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
      privateRepositories: { a: { repositoryName: "team/a" }, b: {} },
      registryEvents: { images: { repositories: ["private/a", "private/b", "other/*"] } },
    });
    assert.deepEqual(registryEventsArgs(config, "images").repositories, ["team/a", "b", "other/*"]);
  });

  it("faults of every section come with their paths", () => {
    const faults = faultsOf({
      privateRepositories: { a: {} },
      mirroredImages: { tool: { repositories: ["private/a"] }, gone: { source: "x/y:1", repositories: ["private/z"] } },
      registries: { main: { region: "Seoul" } },
      pushRoles: { ci: { repositories: ["private/z"], createProvider: true } },
      registryEvents: { images: { repositories: ["private/z"], targets: ["nobody"] } },
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
      privateRepositories: { a: {} },
      images: { petclinic: { context: "app", repositories: ["private/a"] } },
      promotion: { from: "staging", images: { petclinic: { repositories: ["private/a"], tag: "1.0.0" } } },
    });
    assert.deepEqual(faults, {
      "ecr:images.petclinic": 'this environment takes its images from "staging" only.',
    });
  });

  it("a promotion names repositories that are there, tags that fit, and tags only for copies", () => {
    const faults = faultsOf({
      privateRepositories: { a: {} },
      promotion: {
        from: "staging",
        images: { one: { repositories: ["private/a", "private/z"], tags: ["latest"] }, two: { tag: "1.0.0" } },
      },
    });
    assert.deepEqual(Object.keys(faults).sort(), [
      "ecr:promotion.images.one.repositories[1]",
      "ecr:promotion.images.one.tags[0]",
      "ecr:promotion.images.two.tag",
    ]);
  });

  it("two images of one key would be one output", () => {
    assert.deepEqual(
      faultsOf({
        privateRepositories: { a: {} },
        images: { tool: { context: "app", repositories: ["private/a"] } },
        mirroredImages: { tool: { source: "x/y:1", repositories: ["private/a"] } },
      }),
      { "ecr:mirroredImages.tool": "an image of this key is built already." },
    );
  });
});
