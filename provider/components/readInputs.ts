import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { isObject } from "../../ecr/values/jsonObjects";
import { oneOf } from "../../ecr/values/nearestWord";
import { repositoryFaults } from "./repositories";
import { type ObjectSpec, packageSchema, type TypeSpec } from "./schema";

type Values = Record<string, unknown>;

/** Undocumented members of `pulumi.Output` that the SDK's own provider server also uses. */
interface Deferred {
  promise(): Promise<unknown>;
  readonly isKnown: Promise<boolean>;
  readonly isSecret: Promise<boolean>;
}

const kinds: Record<string, { holds: (value: unknown) => boolean; rule: string; fix: string }> = {
  string: { holds: (value) => typeof value === "string", rule: "must be a string.", fix: "quote it." },
  boolean: {
    holds: (value) => typeof value === "boolean",
    rule: "must be true or false.",
    fix: "write true or false, without quotes.",
  },
  integer: { holds: Number.isInteger, rule: "must be a whole number.", fix: "write digits, without quotes." },
  array: { holds: Array.isArray, rule: "must be a list.", fix: "write a list, even for one entry." },
  object: { holds: isObject, rule: "must be an object.", fix: "write its properties under it." },
};

/** Validates a component's inputs against the package's schema. */
export async function readInputs(
  resource: { inputProperties: ObjectSpec["properties"]; requiredInputs: readonly string[] } | undefined,
  inputs: Values,
): Promise<{ values: Values; faults: Fault[] }> {
  const reader = new InputReader();
  const spec = { properties: resource?.inputProperties, required: resource?.requiredInputs };
  const values = await reader.object(spec, inputs, "");
  return { values, faults: reader.faults };
}

/**
 * Reads inputs as described by the schema: values that must be known before the update are resolved, references become
 * the repositories they refer to, and values that a language's own checks do not catch are faults with a path.
 */
class InputReader {
  readonly faults: Fault[] = [];

  async object(spec: ObjectSpec, given: Values, path: string): Promise<Values> {
    const { properties = {}, required = [] } = spec;
    const at = (key: string) => (path === "" ? key : `${path}.${key}`);
    const values: Values = {};
    for (const [key, value] of Object.entries(given)) {
      const property = properties[key];
      if (property === undefined) {
        const fix = `${oneOf(key, Object.keys(properties))}`;
        this.faults.push({ path: at(key), value, rule: "there is no such property.", fix });
      } else if (value !== undefined && value !== null) {
        values[key] = await this.value(property, value, at(key));
      }
    }
    for (const key of required) {
      if (given[key] !== undefined && given[key] !== null) continue;
      this.faults.push({ path: at(key), value: undefined, rule: "is required.", fix: "set it." });
    }
    return values;
  }

  private async value(spec: TypeSpec, given: unknown, path: string): Promise<unknown> {
    const isDeferred = pulumi.Output.isInstance(given) || pulumi.isUnknown(given);
    const isReference = spec.$ref?.startsWith("#/resources/") ?? spec.oneOf?.[0]?.$ref?.startsWith("#/resources/");
    if (isDeferred && !spec.plain && !isReference) return pulumi.output(given);
    const value = isDeferred ? await this.known(pulumi.output(given), spec, path) : given;
    if (value === undefined) return undefined;
    if (isReference) {
      this.faults.push(...repositoryFaults(value, path));
      return value;
    }
    return this.plainValue(spec, value, path);
  }

  private async plainValue(spec: TypeSpec, value: unknown, path: string): Promise<unknown> {
    const { $ref = "", oneOf: alternatives } = spec;
    if ($ref === "pulumi.json#/Any") return value;
    if (alternatives !== undefined) {
      const isText = typeof value === "string";
      const chosen = alternatives.find((each) => (each.type === "string") === isText);
      return this.plainValue(chosen ?? {}, value, path);
    }
    const type = packageSchema.types[$ref.replace("#/types/", "")];
    const kind = type === undefined ? spec.type : type.properties === undefined ? "string" : "object";
    const { holds, rule, fix } = kinds[kind ?? "object"] ?? kinds["object"] ?? { holds: isObject, rule: "", fix: "" };
    if (!holds(value)) {
      this.faults.push({ path, value, rule, fix });
      return undefined;
    }
    if (kind === "array") {
      const items = (value as unknown[]).map((each, index) => this.value(spec.items ?? {}, each, `${path}[${index}]`));
      return Promise.all(items);
    }
    if (kind === "object") {
      return type === undefined ? this.map(spec, value as Values, path) : this.object(type, value as Values, path);
    }
    return spec.secret ? pulumi.secret(value) : value;
  }

  private async map(spec: TypeSpec, given: Values, path: string): Promise<Values> {
    const values: Values = {};
    for (const [key, value] of Object.entries(given)) {
      values[key] = await this.value(spec.additionalProperties ?? {}, value, `${path}.${key}`);
    }
    return values;
  }

  /** Resolves an output that the component must know before the update. */
  private async known(output: pulumi.Output<unknown>, spec: TypeSpec, path: string): Promise<unknown> {
    const deferred = output as unknown as Deferred;
    if (!(await deferred.isKnown)) {
      this.faults.push({
        path,
        value: undefined,
        rule: "must be known before the update, because it decides which resources are created.",
        fix: "write the value in the program, or take it from the config or from existing resources.",
      });
      return undefined;
    }
    if ((await deferred.isSecret) && !holdsSecret(spec)) {
      this.faults.push({
        path,
        value: "[secret]",
        rule: "must not be a secret: it would be stored in plain text in the state.",
        fix: "pass it as a plain value if it is not a secret; otherwise remove it.",
      });
      return undefined;
    }
    return deferred.promise();
  }
}

/** Whether a part of it is secret; some SDKs then pass the whole value as a secret. */
function holdsSecret(spec: TypeSpec): boolean {
  if (spec.secret) return true;
  const { properties = {} } = packageSchema.types[spec.$ref?.replace("#/types/", "") ?? ""] ?? {};
  return [spec.items, spec.additionalProperties, ...Object.values(properties)].some(
    (part) => part !== undefined && holdsSecret(part),
  );
}
