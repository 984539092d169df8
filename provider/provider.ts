import type { ProviderDefinition } from "./protocol/definition";
import { imageCopy } from "./resources/imageCopy";
import { imageIndex } from "./resources/imageIndex";
import { imageTags } from "./resources/imageTags";
import { imageUpload } from "./resources/imageUpload";
import { schema } from "./schema";

/** The provider `ecr`: images carried from registry to registry over the registry protocol, without Docker. */
export function ecrProvider(version: string): ProviderDefinition<void> {
  return {
    name: "ecr",
    version,
    checkConfig: async () => [],
    configure: async () => {},
    resources: [imageCopy, imageIndex, imageTags, imageUpload],
    functions: [],
    schema: JSON.stringify(schema(version)),
  };
}
