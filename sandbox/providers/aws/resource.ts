import type { CallContext, Failure, PropertyChange, ResourceHandler } from "../../../provider/protocol/definition";
import { containsUnknown, isMap, type PropertyMap, type PropertyValue } from "../../../provider/protocol/values";
import { autoName } from "../protocol/autoName";
import { checkInputs, inputNames, isInternal, type Schema } from "../protocol/schema";
import { diffState, importedInputs, inputsFromState } from "../protocol/schemaDiff";
import type { AwsConnection } from "./clients";
import { mergedTags } from "./tags";

/** The connection and region of one operation. */
export interface Scope {
  readonly connection: AwsConnection;
  readonly region: string;
  readonly context: CallContext;
}

/** The specifics of one resource type; {@link awsResource} does what all types share. */
export interface AwsResource {
  readonly type: string;
  readonly schema: Schema;
  /** The property that gets an automatic name when it is omitted. */
  readonly naming?: { readonly property: string; readonly transform: (name: string) => string };
  /** Set when two cannot coexist, whatever their names. */
  readonly deleteBeforeReplace?: boolean;
  /** Rules that involve several properties or the region. */
  rules?(inputs: PropertyMap, region: PropertyValue): Failure[];
  /** Returns the ID. */
  create(inputs: PropertyMap, scope: Scope): Promise<string>;
  /**
   * Properties from the service; undefined when the resource no longer exists. `known` is the last state, or the inputs
   * of a new resource.
   */
  read(id: string, known: PropertyMap, scope: Scope): Promise<PropertyMap | undefined>;
  /** Absent when every change replaces. `changed` tells whether a top-level property differs from the last state. */
  update?(
    id: string,
    olds: PropertyMap,
    news: PropertyMap,
    changed: (key: string) => boolean,
    scope: Scope,
  ): Promise<void>;
  delete(id: string, outputs: PropertyMap, scope: Scope): Promise<void>;
}

export function awsResource(resource: AwsResource): ResourceHandler<AwsConnection> {
  const { type, schema } = resource;
  const tagged = "tagsAll" in schema;
  // IAM resources belong to an account, not to a region.
  const regional = "region" in schema;
  const inRegion = (state: PropertyMap, region: PropertyValue): PropertyMap =>
    regional ? { ...state, region } : state;
  const supported = inputNames(schema).filter((name) => name !== "tagsAll");

  const differences = (outputs: PropertyMap, news: PropertyMap, connection: AwsConnection) => {
    const region = outputs["region"] === undefined ? undefined : (news["region"] ?? connection.region);
    return diffState(schema, outputs, region === undefined ? news : { ...news, region });
  };

  const readState = async (id: string, known: PropertyMap, scope: Scope): Promise<PropertyMap | undefined> => {
    const state = await resource.read(id, known, scope);
    return state && inRegion({ ...inputsOnly(schema, known), ...state }, scope.region);
  };

  return {
    type,

    async check(request, connection, context) {
      const { tagsAll, ...news } = request.news;
      void tagsAll;
      const { inputs, failures } = checkInputs(type, schema, news, supported);
      if (resource.naming) {
        const fault = autoName(request, context.urn, inputs, resource.naming.property, resource.naming.transform);
        if (fault) failures.push(fault);
      }
      if (tagged) inputs["tagsAll"] = mergedTags(inputs["tags"], connection.settings);
      failures.push(...(resource.rules?.(inputs, inputs["region"] ?? connection.region) ?? []));
      return { inputs, failures };
    },

    async diff(request, connection) {
      const changes = Object.fromEntries(
        Object.entries(differences(request.oldOutputs, request.news, connection)).filter(
          ([path]) => !request.ignoreChanges.some((ignored) => covers(ignored, path)),
        ),
      );
      const replaces = Object.values(changes).some((change) => change.replace);
      return {
        changes,
        deleteBeforeReplace:
          replaces && (resource.deleteBeforeReplace === true || keepsName(resource, request.oldOutputs, request.news)),
      };
    },

    async create(inputs, connection, context) {
      const region = regionOf(inputs, connection);
      const plain = withoutInternal(inputs);
      if (context.preview) return { id: "", outputs: inRegion(plain, region) };
      const scope: Scope = { connection, region: String(region), context };
      const id = await resource.create(inputs, scope);
      const outputs = await readState(id, plain, scope);
      if (!outputs) throw new Error(`${type} ${id}: not found right after it was created`);
      return { id, outputs };
    },

    async read({ id, inputs, outputs }, connection, context) {
      const imported = Object.keys(inputs).length === 0 && Object.keys(outputs).length === 0;
      const target = imported && regional ? splitRegion(id) : { id };
      const region = target.region ?? String(outputs["region"] ?? regionOf(inputs, connection));
      const known = Object.keys(outputs).length > 0 ? outputs : withoutInternal(inputs);
      const state = await readState(target.id, known, { connection, region, context });
      if (!state) return undefined;
      const found = Object.keys(inputs).length === 0;
      return {
        id: target.id,
        outputs: state,
        inputs: found ? importedInputs(schema, state) : inputsFromState(schema, inputs, state),
      };
    },

    async update({ id, oldOutputs, news }, connection, context) {
      const plain = withoutInternal(news);
      if (context.preview) return planned(schema, oldOutputs, plain);
      const region = String(oldOutputs["region"] ?? regionOf(news, connection));
      const scope: Scope = { connection, region, context };
      const changes = differences(oldOutputs, news, connection);
      await resource.update?.(id, oldOutputs, news, (key) => touches(changes, key), scope);
      const outputs = await readState(id, planned(schema, oldOutputs, plain), scope);
      if (!outputs) throw new Error(`${type} ${id}: deleted during the update; run \`pulumi refresh\``);
      return outputs;
    },

    async delete({ id, outputs }, connection, context) {
      const region = String(outputs["region"] ?? connection.region);
      await resource.delete(id, outputs, { connection, region, context });
    },
  };
}

function regionOf(inputs: PropertyMap, connection: AwsConnection): PropertyValue {
  return inputs["region"] ?? connection.region;
}

/** The released provider accepts `<id>@<region>` for imports. */
function splitRegion(id: string): { id: string; region?: string } {
  const match = /^(.+)@([a-z]{2}(?:-[a-z]+)+-\d+)$/.exec(id);
  return match?.[1] !== undefined ? { id: match[1], region: match[2] } : { id };
}

/** A replacement with a fixed name needs the old resource deleted first. */
function keepsName(resource: AwsResource, outputs: PropertyMap, news: PropertyMap): boolean {
  const property = resource.naming?.property;
  if (property === undefined) return false;
  const defaults = news["__defaults"];
  const chosen = Array.isArray(defaults) && defaults.includes(property);
  return !chosen && !containsUnknown(news[property]) && news[property] === outputs[property];
}

/** The predicted result of an update: the last state with the new inputs; computed properties keep their values. */
function planned(schema: Schema, outputs: PropertyMap, news: PropertyMap): PropertyMap {
  const result: PropertyMap = { ...outputs };
  for (const [key, property] of Object.entries(schema)) {
    if (property.output || property.computed) continue;
    if (!(key in news)) delete result[key];
  }
  return { ...result, ...news };
}

/** Properties that the service does not return keep the user's values. */
function inputsOnly(schema: Schema, known: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(known).filter(([key]) => key in schema && !schema[key]?.output));
}

/** The objects in a list, as the user wrote them; empty when the list is absent. */
export function asMaps(value: PropertyValue | undefined): PropertyMap[] {
  return Array.isArray(value) ? value.filter(isMap).map(withoutInternal) : [];
}

/** Removes the bridge's internal properties at any depth: the state does not contain them. */
export function withoutInternal(map: PropertyMap): PropertyMap {
  const strip = (value: PropertyValue): PropertyValue => {
    if (Array.isArray(value)) return value.map(strip);
    return isMap(value) ? withoutInternal(value) : value;
  };
  return Object.fromEntries(
    Object.entries(map)
      .filter(([key]) => !isInternal(key))
      .map(([key, value]) => [key, strip(value)]),
  );
}

function covers(ignored: string, path: string): boolean {
  return ignored === "*" || path === ignored || path.startsWith(`${ignored}.`) || path.startsWith(`${ignored}[`);
}

function touches(changes: Record<string, PropertyChange>, key: string): boolean {
  return Object.keys(changes).some((path) => covers(key, path));
}
