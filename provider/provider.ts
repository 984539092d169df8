import * as fs from "node:fs";
import * as path from "node:path";
import type { ProviderDefinition } from "./protocol/definition";
import { imageCopy } from "./resources/imageCopy";
import { imageIndex } from "./resources/imageIndex";
import { imageTags } from "./resources/imageTags";
import { imageUpload } from "./resources/imageUpload";

/**
 * The provider `ecr`: transfers images between registries over the registry protocol, without Docker, and offers the
 * components to programs in every language.
 *
 * @param folder Output of provider/build.mjs, with the components' program and the schema. Omitted: neither is
 * available.
 */
export function ecrProvider(version: string, folder?: string): ProviderDefinition<void> {
  return {
    name: "ecr",
    version,
    checkConfig: async () => [],
    configure: async () => {},
    resources: [imageCopy, imageIndex, imageTags, imageUpload],
    functions: [],
    ...(folder !== undefined && {
      schema: () => fs.readFileSync(path.join(folder, "schema.json"), "utf8"),
      components: path.join(folder, "components.js"),
    }),
  };
}
