import { isObject } from "../ecr/jsonObjects";

/** What a CloudFormation template makes, as far as it matters here. */
export interface TemplateContent {
  /** ECR's types of its resources, each once: `AWS::ECR::Repository`. */
  ecrTypes: readonly string[];
  /** Where it takes others in, which are somewhere else: `Resources.Network.Properties.TemplateURL`. */
  elsewhere: readonly string[];
}

/** Types whose resources are made from another template, and the properties with its address or its text. */
const nested: Readonly<Record<string, { addresses: readonly string[]; texts: readonly string[] }>> = {
  "AWS::CloudFormation::Stack": { addresses: ["TemplateURL"], texts: [] },
  "AWS::CloudFormation::StackSet": { addresses: ["TemplateURL"], texts: ["TemplateBody"] },
  "AWS::Serverless::Application": { addresses: ["Location"], texts: [] },
};

/** Templates in templates; a deeper one is taken for one that is somewhere else. */
const deepest = 5;

/**
 * Reads a template, JSON or YAML, as data: what only mentions a type, in a description or a property, makes nothing.
 *
 * @returns `undefined` when the text is no template; AWS refuses it too. Never throws.
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

/** A template's resources with their paths, those of the language extension's loops too. */
function resourcesOf(resources: unknown, path: string): [path: string, resource: Record<string, unknown>][] {
  return Object.entries(isObject(resources) ? resources : {}).flatMap(([name, each]) => {
    const at = `${path}.${name}`;
    if (name.startsWith("Fn::ForEach::")) {
      return Array.isArray(each) ? resourcesOf(each[2], at) : [];
    }
    return isObject(each) ? [[at, each] as [string, Record<string, unknown>]] : [];
  });
}

/** Parts that AWS puts in from a file in S3, at the top or within the resources. */
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
    // Loaded when first needed: few stacks hold a template.
    const { parse } = require("yaml") as typeof import("yaml");
    try {
      // CloudFormation's own tags (`!Ref`, `!Sub`) are no others' business here.
      return parse(text, { logLevel: "silent" });
    } catch {
      return undefined;
    }
  }
}
