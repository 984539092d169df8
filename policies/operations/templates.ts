import { isObject } from "../../ecr/values/jsonObjects";

/** What a CloudFormation template creates. */
export interface TemplateContent {
  /** The ECR types among its resources, each once: `AWS::ECR::Repository`. */
  ecrTypes: readonly string[];
  /** Paths where it includes templates from elsewhere: `Resources.Network.Properties.TemplateURL`. */
  elsewhere: readonly string[];
}

/** Types whose resources come from another template, and the properties with its URL or its content. */
const nested: Readonly<Record<string, { addresses: readonly string[]; texts: readonly string[] }>> = {
  "AWS::CloudFormation::Stack": { addresses: ["TemplateURL"], texts: [] },
  "AWS::CloudFormation::StackSet": { addresses: ["TemplateURL"], texts: ["TemplateBody"] },
  "AWS::Serverless::Application": { addresses: ["Location"], texts: [] },
};

/** Maximum nesting of templates; a deeper one counts as one from elsewhere. */
const deepest = 5;

/**
 * Parses a JSON or YAML template: a type that is only mentioned, in a description or a property, creates nothing.
 *
 * @returns `undefined` when the string is not a template; AWS rejects it too. Never throws.
 */
export function templateContent(template: unknown, depth = 0): TemplateContent | undefined {
  const document = typeof template === "string" ? parsed(template) : template;
  if (!isObject(document)) {
    return undefined;
  }
  const ecrTypes = new Set<string>();
  const elsewhere: string[] = [];
  for (const [path, resource] of resourcesOf(document["Resources"], "Resources")) {
    const type = String(resource["Type"]);
    const properties = isObject(resource["Properties"]) ? resource["Properties"] : {};
    if (type.startsWith("AWS::ECR::")) {
      ecrTypes.add(type);
    }
    const { addresses, texts } = (Object.hasOwn(nested, type) && nested[type]) || { addresses: [], texts: [] };
    elsewhere.push(
      ...addresses.filter((each) => properties[each] !== undefined).map((each) => `${path}.Properties.${each}`),
    );
    for (const each of texts.filter((name) => properties[name] !== undefined)) {
      const inner = depth < deepest ? templateContent(properties[each], depth + 1) : undefined;
      const at = `${path}.Properties.${each}`;
      for (const innerType of inner?.ecrTypes ?? []) ecrTypes.add(innerType);
      elsewhere.push(...(inner?.elsewhere.map((place) => `${at}: ${place}`) ?? [at]));
    }
  }
  return { ecrTypes: [...ecrTypes], elsewhere: [...elsewhere, ...transforms(document)] };
}

/** A template's resources with their paths, including those in `Fn::ForEach` loops. */
function resourcesOf(resources: unknown, path: string): [path: string, resource: Record<string, unknown>][] {
  return Object.entries(isObject(resources) ? resources : {}).flatMap(([name, each]) => {
    const at = `${path}.${name}`;
    if (name.startsWith("Fn::ForEach::")) {
      return Array.isArray(each) ? resourcesOf(each[2], at) : [];
    }
    return isObject(each) ? [[at, each] as [string, Record<string, unknown>]] : [];
  });
}

/** Places where AWS includes a file from S3, at the top level or within the resources. */
function transforms(document: Record<string, unknown>): string[] {
  const places = {
    Transform: document["Transform"],
    "Resources.Fn::Transform": isObject(document["Resources"]) ? document["Resources"]["Fn::Transform"] : undefined,
  };
  return Object.entries(places).flatMap(([path, each]) =>
    [each].flat().some((transform) => isObject(transform) && transform["Name"] === "AWS::Include") ? [path] : [],
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Loaded on first use: few stacks contain a template.
    const { parse } = require("yaml") as typeof import("yaml");
    try {
      // Without warnings about CloudFormation's own tags (`!Ref`, `!Sub`).
      return parse(text, { logLevel: "silent" });
    } catch {
      return undefined;
    }
  }
}
