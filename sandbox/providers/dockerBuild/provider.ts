import type { ProviderDefinition } from "../../../provider/protocol/definition";
import { isSet } from "../../../provider/protocol/values";
import { notSupported } from "../protocol/notSupported";
import { type Builder, sandboxBuilder } from "./builder";
import { image } from "./image";

/** Settings for the released plugin's own daemon; accepted and ignored. */
const ignored = ["host", "version", "pluginDownloadURL"];

/**
 * The stand-in for `pulumi-resource-docker-build`: `docker-build.Image` on BuildKit itself, where the released plugin
 * uses the code of `docker buildx` with BuildKit in a container.
 */
export function dockerBuildProvider(version: string, builder: Builder = sandboxBuilder()): ProviderDefinition<Builder> {
  return {
    name: "docker-build",
    version,
    async checkConfig(news) {
      const foreign = Object.keys(news).filter((key) => !ignored.includes(key) && isSet(news[key]));
      return foreign.map((key) => ({
        property: key,
        reason: notSupported(`provider configuration ${key} is`, ["host"]),
      }));
    },
    // Like the released plugin, it does not look for a daemon before it builds.
    configure: async () => builder,
    resources: [image],
    functions: [],
    unsupported: notSupported,
  };
}
