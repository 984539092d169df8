import type { CallContext } from "../../../provider/protocol/definition";
import type { PropertyMap } from "../../../provider/protocol/values";
import { restartAdvice } from "../../restartAdvice";
import { startBuildSession } from "./buildSession";
import { contextArchive } from "./contextArchive";
import { type Credentials, encodeAuth, findCredentials } from "./credentials";
import { DaemonError, DaemonGone, type DockerEngine } from "./dockerEngine";
import { type BuildInputs, readBuild, readFlag, readRegistry, stringOf } from "./imageInputs";
import { readMessage, statusWriter } from "./progress";
import { formatReference, parseImageName } from "./references";

/** Builds an image and pushes it, unless this is a preview or `skipPush` is set. Returns the resource's outputs. */
export async function buildImage(
  inputs: PropertyMap,
  engine: DockerEngine,
  context: CallContext,
): Promise<PropertyMap> {
  const imageName = stringOf(inputs["imageName"]) ?? "";
  const build = readBuild(inputs["build"]);
  const registry = readRegistry(inputs["registry"]);
  const skipPush = readFlag(inputs["skipPush"]);
  const credentials = findCredentials(registry, imageName, build.cachedImages.length > 0 || !skipPush);
  for (const warning of credentials.warnings) context.log("warning", warning);

  for (const image of build.cachedImages) await pullCacheImage(image, build, engine, credentials, context);
  context.status("Starting Docker build");
  const { imageId, dockerfile } = await runBuild(imageName, build, engine, credentials, context);
  context.status(`Image built successfully, local id "${imageId}"`);
  const outputs = {
    dockerfile,
    context: build.context,
    baseImageName: imageName,
    registryServer: registry.server,
    imageName,
    platform: build.platform,
  };
  if (skipPush || context.preview) {
    const { Id } = await engine.json<{ Id: string }>("GET", `/images/${imagePath(imageName)}/json`, {
      signal: context.signal,
    });
    return { ...outputs, repoDigest: Id };
  }
  context.status("Pushing Image to the registry");
  return { ...outputs, repoDigest: await push(imageName, imageId, engine, credentials, context) };
}

/** How a build fails when BuildKit in Docker 20.10 confuses it with a simultaneous build of the same context. */
const lostContext = /build-context-\w+": context not found/;

/** Retries once when Docker lost the context, which is not a fault of the build. */
async function runBuild(...build: Parameters<typeof runBuildAttempt>): ReturnType<typeof runBuildAttempt> {
  try {
    return await runBuildAttempt(...build);
  } catch (error) {
    if (!lostContext.test(errorMessage(error))) throw error;
    return await runBuildAttempt(...build);
  }
}

async function runBuildAttempt(
  imageName: string,
  build: BuildInputs,
  engine: DockerEngine,
  credentials: Credentials,
  context: CallContext,
): Promise<{ imageId: string; dockerfile: string }> {
  const archive = contextArchive(build.context, build.dockerfile);
  const session = build.builder === "2" ? await startBuildSession(engine, credentials.all) : undefined;
  const output: string[] = [];
  const show = statusWriter((text) => context.status(text));
  let imageId = "";
  try {
    await engine.stream(
      "POST",
      "/build",
      {
        query: {
          version: build.builder,
          t: imageName,
          dockerfile: archive.dockerfile,
          buildargs: JSON.stringify(build.args),
          cachefrom: JSON.stringify(build.cachedImages),
          // The classic builder must not leave its intermediate containers behind.
          rm: "1",
          forcerm: "1",
          ...(build.platform !== "" && { platform: build.platform.toLowerCase() }),
          ...(build.target !== "" && { target: build.target }),
          ...(build.network !== "" && { networkmode: build.network }),
          ...(build.extraHosts.length > 0 && { extrahosts: build.extraHosts }),
          ...(session && { session: session.id, buildid: session.id }),
        },
        headers: { "Content-Type": "application/x-tar", "X-Registry-Config": encodeAuth(credentials.all) },
        body: archive.stream,
        signal: context.signal,
      },
      (raw) => {
        const message = readMessage(raw);
        const { text, aux, progress } = message;
        const id = (aux as { ID?: unknown } | undefined)?.ID;
        if (typeof id === "string") imageId = id;
        if (text !== "" && !progress) output.push(text);
        show(message);
      },
    );
  } catch (error) {
    // The daemon's error only names the step that failed; the reason is in the step's output.
    const tail = output.join("\n").split("\n").slice(-30).join("\n");
    if (tail !== "" && !context.signal.aborted) context.log("info", `Build output:\n${tail}`);
    throw new Error(`${prefix(error, "error building image: ", "error reading build output: ")}${errorMessage(error)}`);
  } finally {
    session?.close();
  }
  if (imageId === "") throw new Error("no image id found in build output");
  return { imageId, dockerfile: archive.relativeDockerfile };
}

/** If a cache image cannot be pulled, the build is only slower. */
async function pullCacheImage(
  image: string,
  build: BuildInputs,
  engine: DockerEngine,
  credentials: Credentials,
  context: CallContext,
): Promise<void> {
  const show = statusWriter((text) => context.status(text));
  context.status(`Pulling cached image ${image}`);
  try {
    const { domain, path, tag, digest } = parseImageName(image);
    await engine.stream(
      "POST",
      "/images/create",
      {
        query: {
          fromImage: formatReference({ domain, path }),
          tag: digest ?? tag ?? "latest",
          ...(build.platform !== "" && { platform: build.platform.toLowerCase() }),
        },
        headers: credentials.own ? { "X-Registry-Auth": encodeAuth(credentials.own) } : {},
        signal: context.signal,
      },
      (raw) => show(readMessage(raw)),
    );
  } catch (error) {
    if (context.signal.aborted) throw error;
    context.log("info", `cacheFrom image ${image} not available: ${errorMessage(error)}`);
  }
}

/** Pushes the image with its tag; returns the registry's reference by digest. */
async function push(
  imageName: string,
  imageId: string,
  engine: DockerEngine,
  credentials: Credentials,
  context: CallContext,
): Promise<string> {
  const { domain, path, tag } = parseImageName(imageName);
  const show = statusWriter((text) => context.status(text));
  let digest = "";
  try {
    await engine.stream(
      "POST",
      `/images/${imagePath(familiar(domain, path))}/push`,
      {
        query: { tag: tag ?? "latest" },
        headers: { "X-Registry-Auth": encodeAuth(credentials.own ?? {}) },
        signal: context.signal,
      },
      (raw) => {
        const message = readMessage(raw);
        const pushed = (message.aux as { Digest?: unknown } | undefined)?.Digest;
        if (typeof pushed === "string") {
          digest = pushed;
          context.status(`Pushed image with digest ${pushed}`);
        } else show(message);
      },
    );
  } catch (error) {
    throw new Error(
      `${prefix(error, "", "error reading push output: ")}${errorMessage(error)}${registryAdvice(domain, error)}`,
    );
  }
  const repository = formatReference({ domain, path });
  if (digest !== "") return `${repository}@${digest}`;
  context.log("warning", "Push completed without reporting a digest; falling back to local image inspect");
  const { RepoDigests } = await engine.json<{ RepoDigests?: string[] }>("GET", `/images/${imageId}/json`, {
    signal: context.signal,
  });
  return RepoDigests?.find((name) => name.startsWith(`${familiar(domain, path)}@`)) ?? "<none>@<none>";
}

/** The released provider has different messages for a refused request and one that failed in transit. */
function prefix(error: unknown, refused: string, failed: string): string {
  return error instanceof DaemonError ? refused : failed;
}

/**
 * A registry at the loopback address is the sandbox's. Docker reports only that nothing responds or the status code,
 * never the message: 503 means that the registry's storage does not respond.
 */
function registryAdvice(domain: string, error: unknown): string {
  if (!domain.startsWith("127.0.0.1:") || error instanceof DaemonGone) return "";
  const text = errorMessage(error);
  if (/connection refused|connection reset|EOF$/.test(text)) {
    return `: the sandbox's gateway did not answer; ${restartAdvice}`;
  }
  return text.includes("503 Service Unavailable")
    ? `: the sandbox's image storage did not answer; ${restartAdvice}`
    : "";
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Docker Hub names without the domain, as the daemon lists them. */
function familiar(domain: string, path: string): string {
  return domain === "docker.io" ? path.replace(/^library\//, "") : `${domain}/${path}`;
}

function imagePath(name: string): string {
  return name
    .split("/")
    .map((part) => encodeURIComponent(part).replaceAll("%3A", ":").replaceAll("%40", "@"))
    .join("/");
}
