import { lifecyclePresets } from "../../ecr/lifecyclePolicy";
import { type ComponentName, componentOutputs, optionalOutputs } from "../../provider/components/outputs";
import { version } from "../../provider/package.json";
import { resourceSchema } from "../../provider/resources/schema";
import { ComponentSource, type ComponentTypes } from "./componentSource";
import {
  any,
  type ComplexTypeSpec,
  local,
  PackageTypes,
  type Properties,
  type PropertySpec,
  type TypeSpec,
  text,
} from "./packageTypes";

/** A resource in the package schema. */
export interface ResourceSpec {
  description: string;
  isComponent?: boolean;
  inputProperties: Properties;
  requiredInputs: string[];
  properties: Properties;
  required: string[];
}

export interface PackageSpec {
  types: Record<string, ComplexTypeSpec>;
  resources: Record<string, ResourceSpec>;
}

const component = (name: ComponentName): TypeSpec => ({ $ref: `#/resources/ecr:index:${name}` });
const document: TypeSpec = { oneOf: [text, { type: "object", additionalProperties: any }] };

/** Types that have another form in the schema. */
const replaced: Record<string, TypeSpec> = {
  ImageRepository: {
    oneOf: [
      component("PrivateRepository"),
      component("PublicRepository"),
      component("ExistingPrivateRepository"),
      component("ExistingPublicRepository"),
    ],
  },
  // Functions are available to TypeScript programs only.
  Transform: { type: "object", additionalProperties: any },
  PolicyStatement: { type: "object", additionalProperties: any },
  PolicyDocument: { type: "object", additionalProperties: any },
};

/** Unions that the schema language cannot express become separate properties: see provider/components/spelling.ts. */
const expanded: Record<string, (property: string, spec: PropertySpec) => Properties> = {
  LifecycleInput: (_, { description }) => ({
    lifecyclePreset: {
      type: "string",
      plain: true,
      description: `What expires: ${[...Object.keys(lifecyclePresets), "none"].map((name) => `\`${name}\``).join(", ")}. Not with \`lifecycleRules\` or \`lifecycleDocument\`. ${defaultOf(description)}`,
    },
    lifecycleRules: {
      type: "array",
      items: { ...local("LifecycleRule"), plain: true },
      plain: true,
      description: "What expires, in words. Default: `lifecyclePreset`.",
    },
    lifecycleDocument: {
      type: "string",
      plain: true,
      description: "What expires, as ECR's own document: JSON text. Default: `lifecyclePreset`.",
    },
  }),
  "Registry.scanning": (name, { description }) => ({
    [name]: { ...local("RegistryScanning"), plain: true, description },
    leaveScanning: {
      type: "boolean",
      plain: true,
      description: "Leave the registry's scanning configuration as it is. Not with `scanning`. Default: false.",
    },
  }),
  "RegistryEvents.findingsFrom": (name, { description }) => ({
    [name]: { type: "string", plain: true, description: description?.replace("`false`", "`NONE`") },
  }),
  "RegistryEvents.repositories": (name, { description }) => ({
    [name]: { type: "array", items: text, plain: true, description },
  }),
  "PushRole.repositories": (name, { description }) => ({
    [name]: { type: "array", items: text, plain: true, description: description?.replace("components or ", "") },
  }),
  "Registry.policy": (name, spec) => ({ [name]: { ...document, ...spec } }),
  "CreationTemplate.repositoryPolicy": (name, spec) => ({ [name]: { ...document, ...spec } }),
  "Registry.pullTimeExclusions": (name, spec) => ({
    [name]: { type: "object", additionalProperties: text, plain: true, ...spec },
  }),
};

/** Inputs that are always secret. */
const secrets: readonly string[] = [
  "BuildSecret.value",
  "MirroredImage.password",
  "PullThroughCacheCredential.accessToken",
];

/**
 * The schema of the Pulumi package `ecr`: the components, from their TypeScript types and docstrings, and the resources
 * that carry images.
 */
export function packageSchema(): PackageSpec {
  const source = new ComponentSource();
  const types = new PackageTypes(source.checker, replaced, expanded);
  const names = Object.keys(componentOutputs) as ComponentName[];
  const components = Object.fromEntries(
    names.map((name) => [`ecr:index:${name}`, componentSpec(name, source.component(name), types)]),
  );
  types.add("LifecycleRule", source.exported("LifecycleRuleInput"));
  types.add("RegistryScanning", source.exported("RegistryScanningArgs"));
  const carrying = resourceSchema(version) as PackageSpec;
  const named = Object.entries(types.types).map(([name, type]): [string, ComplexTypeSpec] => [
    `ecr:index:${name}`,
    type,
  ]);
  const all = {
    ...carrying,
    description:
      "Amazon ECR as code: private and public repositories, images and their rules, and images carried from registry to registry",
    keywords: ["pulumi", "aws", "ecr", "category/cloud", "kind/component"],
    language: {
      csharp: { respectSchemaVersion: true },
      // Without these, the generated code refers to classes that are never generated: those of objects that occur only
      // in lists.
      go: { respectSchemaVersion: true, generateExtraInputTypes: true },
      nodejs: { respectSchemaVersion: true },
      python: { respectSchemaVersion: true, pyproject: { enabled: true } },
    },
    types: sorted({ ...carrying.types, ...Object.fromEntries(named) }),
    resources: sorted({ ...carrying.resources, ...components }),
  };
  for (const secret of secrets) markSecret(all, secret);
  return all;
}

function componentSpec(
  name: ComponentName,
  { symbol, args, members }: ComponentTypes,
  types: PackageTypes,
): ResourceSpec {
  const { properties: inputProperties, required: requiredInputs } = types.propertiesOf([args], name);
  const outputs: readonly string[] = componentOutputs[name];
  return {
    description: types.describe(symbol),
    isComponent: true,
    inputProperties,
    requiredInputs,
    properties: Object.fromEntries(outputs.map((output) => [output, types.outputOf(members(output))])),
    required: outputs.filter((output) => !optionalOutputs.includes(output)),
  };
}

/** What follows the last sentence of a description. */
function defaultOf(description = ""): string {
  return /Default: .*$/.exec(description)?.[0] ?? "";
}

function sorted<T>(entries: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function markSecret(schema: PackageSpec, place: string): void {
  const [owner = "", property = ""] = place.split(".");
  const token = `ecr:index:${owner}`;
  const found = (schema.resources[token]?.inputProperties ?? schema.types[token]?.properties)?.[property];
  if (found === undefined) throw new Error(`there is no ${place} to be kept secret`);
  found.secret = true;
}
