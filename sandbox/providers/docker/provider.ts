import * as os from "node:os";
import type { Failure, ProviderDefinition } from "../../../provider/protocol/definition";
import { isSet, type PropertyMap } from "../../../provider/protocol/values";
import { restartAdvice } from "../../restartAdvice";
import { notSupported } from "../protocol/notSupported";
import { DockerEngine } from "./dockerEngine";
import { image } from "./image";

const supported = ["host", "registryAuth"];

/** The stand-in for `pulumi-resource-docker`: `docker.Image`, over the Docker Engine API. */
export function dockerProvider(version: string): ProviderDefinition<DockerEngine> {
  return {
    name: "docker",
    version,
    checkConfig: async (news) => checkDockerConfig(news),
    configure: async (config, context) => connect(config, context.signal),
    resources: [image],
    unsupported: (what, supported) =>
      supported.length > 0
        ? notSupported(what, supported)
        : `${what} not supported by the sandbox's stand-in, which has no functions; use the released plugin with SANDBOX_PLUGINS=released`,
    functions: [],
  };
}

function checkDockerConfig(news: PropertyMap): Failure[] {
  const failures: Failure[] = [];
  const foreign = Object.entries(news)
    .filter(
      ([key, value]) => !supported.includes(key) && !["version", "pluginDownloadURL"].includes(key) && isSet(value),
    )
    .map(([key]) => key);
  if (foreign.length > 0) {
    const subject = `provider configuration ${foreign.join(", ")} ${foreign.length === 1 ? "is" : "are"}`;
    failures.push({ property: foreign[0] ?? "", reason: notSupported(subject, supported) });
  }
  const { host } = news;
  if (typeof host === "string" && host !== "") {
    try {
      new DockerEngine(host);
    } catch (error) {
      failures.push({ property: "host", reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return failures;
}

/**
 * `registryAuth` is ignored: it is for resources that the stand-in does not have, and an image has its own credentials.
 */
async function connect(config: PropertyMap, signal: AbortSignal): Promise<DockerEngine> {
  const configured = typeof config["host"] === "string" ? config["host"] : "";
  const explicit = configured || process.env["DOCKER_HOST"] || "";
  const hosts =
    explicit !== ""
      ? [explicit]
      : [
          "unix:///var/run/docker.sock",
          `unix://${os.homedir()}/.docker/run/docker.sock`,
          `unix://${os.homedir()}/.docker/desktop/docker.sock`,
        ];
  const tried: string[] = [];
  for (const host of hosts) {
    const engine = new DockerEngine(host);
    try {
      await engine.connect(signal);
      return engine;
    } catch (error) {
      tried.push(`${host}: ${describe(error)}`);
    }
  }
  throw new Error(
    `failed to connect to any docker daemon (${tried.join("; ")}); start Docker, or set DOCKER_HOST or docker:host to its address; ` +
      `if the sandbox had started it, ${restartAdvice}`,
  );
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "TimeoutError" ? "no answer within 10 s" : error.message;
}
