import * as assert from "node:assert/strict";
import type { z } from "zod";
import { environmentSchema } from "../../config/sections";
import * as schema from "../../provider/schema.json";

interface Spec {
  plain?: boolean;
  secret?: boolean;
  items?: Spec;
  $ref?: string;
}
type Inputs = Record<string, Spec>;

const resources = schema.resources as unknown as Record<string, { inputProperties: Inputs; requiredInputs: string[] }>;
const types = schema.types as unknown as Record<string, { properties?: Inputs; required?: string[]; enum?: unknown[] }>;

/** Properties of the schema for those settings of the config whose alternatives no schema language can express. */
const forms: Record<string, readonly string[]> = {
  lifecyclePolicy: ["lifecyclePreset", "lifecycleRules", "lifecycleDocument"],
  scanning: ["scanning", "leaveScanning"],
};
const inSchema = (component: string, key: string) =>
  key === "scanning" && component !== "Registry" ? [key] : (forms[key] ?? [key]);

/** The shape of an object in the config, inside whatever wraps it. */
function shapeOf(type: unknown): Record<string, z.ZodType> {
  const { def } = type as {
    def: { type: string; shape?: object; innerType?: unknown; valueType?: unknown; element?: unknown };
  };
  if (def.type === "object") return def.shape as Record<string, z.ZodType>;
  return shapeOf(def.innerType ?? def.valueType ?? def.element);
}

describe("the schema of the package ecr", () => {
  const sections = environmentSchema.shape;
  const components: Record<string, unknown> = {
    PrivateRepository: sections.privateRepositories,
    PublicRepository: sections.publicRepositories,
    ContainerImage: sections.images,
    MirroredImage: sections.mirroredImages,
    Registry: sections.registries,
    PushRole: sections.pushRoles,
    RegistryEvents: sections.registryEvents,
  };

  for (const [component, section] of Object.entries(components)) {
    it(`has the same inputs for ${component} as the config, and the same required ones`, () => {
      const shape = shapeOf(section);
      const { inputProperties = {}, requiredInputs } = resources[`ecr:index:${component}`] ?? {};
      assert.deepEqual(
        // Only programs can change single resources.
        Object.keys(inputProperties)
          .filter((input) => input !== "transform")
          .sort(),
        Object.keys(shape)
          .flatMap((key) => inSchema(component, key))
          .sort(),
      );
      const required = Object.keys(shape).filter((key) => shape[key]?.safeParse(undefined).success === false);
      assert.deepEqual(requiredInputs?.toSorted(), required.sort());
    });
  }

  it("has the same properties for the parts of a registry as the config", () => {
    const registry = shapeOf(sections.registries);
    for (const [part, type] of [
      ["replication", "ReplicationRule"],
      ["pullThroughCache", "PullThroughCache"],
      ["creationTemplates", "CreationTemplate"],
      ["accountSettings", "AccountSettings"],
    ] as const) {
      const keys = Object.keys(shapeOf(registry[part])).flatMap((key) => inSchema("", key));
      assert.deepEqual(Object.keys(types[`ecr:index:${type}`]?.properties ?? {}).sort(), keys.sort(), part);
    }
  });

  it("refers only to types that it has, and has only types that are referred to", () => {
    const text = JSON.stringify(schema);
    const referred = [...text.matchAll(/#\/types\/(ecr:index:\w+)/g)].map(([, token]) => token);
    assert.deepEqual([...new Set(referred)].sort(), Object.keys(types).sort());
  });

  it("marks passwords and tokens as secret", () => {
    const secrets = [...Object.entries(types), ...Object.entries(resources)].flatMap(([token, spec]) =>
      Object.entries(("inputProperties" in spec ? spec.inputProperties : spec.properties) ?? {})
        .filter(([, { secret }]) => secret)
        .map(([name]) => `${token.split(":").at(-1)}.${name}`),
    );
    assert.deepEqual(secrets.sort(), [
      "BuildSecret.value",
      "Login.password",
      "MirroredImage.password",
      "PullThroughCacheCredential.accessToken",
    ]);
  });

  it("accepts outputs exactly where the components accept inputs", () => {
    const { repositoryName, encryption, kmsKey, region, tags } =
      resources["ecr:index:PrivateRepository"]?.inputProperties ?? {};
    assert.deepEqual(
      [repositoryName, encryption, kmsKey, region, tags].map((spec) => spec?.plain === true),
      [false, true, false, false, false],
    );
    const { repositories } = resources["ecr:index:PushRole"]?.inputProperties ?? {};
    assert.deepEqual([repositories?.plain, repositories?.items?.plain], [true, undefined]);
  });
});
