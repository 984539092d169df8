import * as http from "node:http";
import type { ProviderDefinition, ResourceHandler } from "../../../provider/protocol/definition";

/** Holds the URL of the test's Gate, which a gated provider asks before and after each change. */
export const gateVariable = "TEST_GATE_URL";

/** A provider that asks the gate before each create, update and delete, and again before it returns the result. */
export function gated<Config>(definition: ProviderDefinition<Config>): ProviderDefinition<Config> {
  return { ...definition, resources: definition.resources.map(gatedResource) };
}

function gatedResource<Config>(handler: ResourceHandler<Config>): ResourceHandler<Config> {
  const passed = async <T>(operation: string, urn: string, preview: boolean, action: () => Promise<T>): Promise<T> => {
    if (preview) return action();
    await ask("before", operation, urn);
    const result = await action();
    await ask("after", operation, urn);
    return result;
  };
  return {
    ...handler,
    create: (inputs, config, context) =>
      passed("create", context.urn, context.preview, () => handler.create(inputs, config, context)),
    update: (request, config, context) =>
      passed("update", context.urn, context.preview, () => handler.update(request, config, context)),
    delete: (request, config, context) =>
      passed("delete", context.urn, context.preview, () => handler.delete(request, config, context)),
  };
}

/** Resolves when the gate lets the call pass; rejects when the gate is closed. */
function ask(moment: string, operation: string, urn: string): Promise<void> {
  const gate = process.env[gateVariable];
  // A command outside the gated run, such as the cleanup.
  if (gate === undefined) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const request = http.request(gate, { method: "POST" }, (response) => {
      response.resume();
      response.on("end", () => (response.statusCode === 204 ? resolve() : reject(new Error("the gate is closed"))));
    });
    request.on("error", reject);
    request.end(JSON.stringify({ moment, operation, urn }));
  });
}
