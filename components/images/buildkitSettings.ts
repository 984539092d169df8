import * as fs from "node:fs";
import * as path from "node:path";
import { type Fault, InvalidInputError } from "../../ecr/faults";
import { imageTagFaults } from "../../ecr/tags/imageTags";
import { isTagMutable } from "../../ecr/tags/tagMutability";
import { type BuildSecret, buildIdFaults, buildSecretFaults, expandHome } from "./buildSecrets";
import type { BuildSettings } from "./buildSettings";
import { type ContextPaths, contextFiles, pathInContext, resolvesWithin } from "./contextFiles";
import type { ImageTarget } from "./imageTargets";

/** The builder of an image, and the settings that only BuildKit supports. */
export interface BuildkitSettings {
  /**
   * What builds: `docker` is the engine's own builder through Pulumi's Docker provider; `buildkit` is BuildKit through
   * Pulumi's docker-build provider, in a builder of `docker buildx` (one is created if there is none). BuildKit
   * supports `secrets`, `ssh` and `cacheTo`, builds all `platforms` in one build, and does not need Docker in previews.
   * Changing the builder does not build again.
   * @default "docker"
   */
  builder?: "docker" | "buildkit";
  /**
   * Secrets by the id that the Dockerfile mounts them with (`RUN --mount=type=secret,id=npm_token`). They are not part
   * of the tag or of any layer, and are encrypted in the state; a new value does not build again. `builder: "buildkit"`
   * only.
   * @default none
   */
  secrets?: Record<string, BuildSecret>;
  /**
   * SSH by the id that the Dockerfile mounts it with (`RUN --mount=type=ssh`, whose id is `default`): paths of private
   * keys, or of an agent's socket; an empty list means the agent of `SSH_AUTH_SOCK`. The provider looks for them in
   * each run. `builder: "buildkit"` only.
   * @default none
   */
  ssh?: Record<string, string[]>;
  /**
   * Tag of the first repository under which a build stores the cache of all its stages, and from which the next build
   * reads it, on any machine. It moves with each build. `builder: "buildkit"` only.
   * @default none: the builder's own cache
   */
  cacheTo?: string;
}

type Settings = BuildkitSettings & Pick<BuildSettings, "builders" | "network">;

/** What messages call the BuildKit-only settings. */
const buildkitOnly = { secrets: "secrets", ssh: "SSH keys", cacheTo: "a registry's cache to write to" } as const;

/**
 * Faults of these settings; empty when there are none.
 *
 * @param paths undefined when there is no readable build context
 */
export function buildkitFaults(
  settings: Settings,
  primary: ImageTarget | undefined,
  imageTags: readonly string[],
  paths: ContextPaths | undefined,
): Fault[] {
  const { builder = "docker", secrets = {}, ssh = {}, cacheTo } = settings;
  return [
    ...(builder === "buildkit" ? withBuildkitFaults(settings, paths) : withoutBuildkitFaults(settings)),
    ...(paths === undefined ? [] : buildSecretFaults(secrets, paths)),
    ...Object.entries(ssh).flatMap(([id, sources]) => sshFaults(id, sources)),
    ...(cacheTo === undefined ? [] : cacheFaults(cacheTo, primary, imageTags)),
  ];
}

function withoutBuildkitFaults({ builder = "docker", ...settings }: Settings): Fault[] {
  if (builder !== "docker") {
    return [{ path: "builder", value: builder, rule: 'must be "docker" or "buildkit".', fix: "write one of them." }];
  }
  return Object.entries(buildkitOnly).flatMap(([path, what]) => {
    const value = settings[path as keyof typeof buildkitOnly];
    if (value === undefined) return [];
    const rule = `Pulumi's Docker provider does not support ${what.replace(/^a /, "")}.`;
    return [
      {
        path,
        value: path === "secrets" ? "(hidden)" : value,
        rule,
        fix: `write builder: "buildkit", or remove ${path}.`,
      },
    ];
  });
}

function withBuildkitFaults({ builders, network }: Settings, paths: ContextPaths | undefined): Fault[] {
  const faults: Fault[] = [];
  if (builders !== undefined) {
    faults.push({
      path: "builders",
      value: builders,
      rule: "must not be set with BuildKit, which builds all platforms in one build with one builder of `docker buildx`.",
      fix: "remove builders; `docker buildx create --append --platform …` adds machines for platforms to that builder.",
    });
  }
  if (network !== undefined && !["default", "none", "host"].includes(network)) {
    faults.push({
      path: "network",
      value: network,
      rule: "BuildKit does not know Docker's networks. Allowed: default, none, host.",
      fix: "write one of them, or remove it.",
    });
  }
  return [...faults, ...(paths === undefined ? [] : contextLinkFaults(paths))];
}

function sshFaults(id: string, sources: unknown): Fault[] {
  const at = `ssh.${id}`;
  if (
    !Array.isArray(sources) ||
    sources.some((each) => typeof each !== "string" || each === "" || each.includes(","))
  ) {
    const rule = "must be a list of paths of private keys, or of an agent's socket.";
    return [
      { path: at, value: sources, rule, fix: 'write [] for the agent of SSH_AUTH_SOCK, or ["~/.ssh/id_ed25519"].' },
    ];
  }
  return buildIdFaults(id, at);
}

function cacheFaults(cacheTo: string, primary: ImageTarget | undefined, imageTags: readonly string[]): Fault[] {
  const path = "cacheTo";
  const faults = imageTagFaults(cacheTo, path);
  if (faults.length > 0) return faults;
  if (imageTags.includes(cacheTo)) {
    const rule = "a build cache is not an image, and `tags` or `tagFrom` gives this tag to the image.";
    return [{ path, value: cacheTo, rule, fix: 'give the cache its own tag, such as "buildcache".' }];
  }
  const { tagSettings } = primary ?? {};
  if (primary === undefined || tagSettings === undefined || isTagMutable(cacheTo, tagSettings)) return [];
  return [
    {
      path,
      value: cacheTo,
      rule: `the ${primary.kind} repository ${JSON.stringify(primary.logicalName)} is ${tagSettings.imageTagMutability}: it does not allow the next build to overwrite its cache.`,
      fix: `add ${JSON.stringify(cacheTo)} to the repository's exclusionFilters, or remove cacheTo.`,
    },
  ];
}

/**
 * The docker-build provider hashes a link's target, while Docker is sent the link itself: a broken link makes it fail,
 * and a change of a target would push again under an unchanged tag.
 */
function contextLinkFaults(paths: ContextPaths): Fault[] {
  let files: string[];
  try {
    files = contextFiles(paths);
  } catch (error) {
    // Unreadable files are reported when the tag is computed from the same files.
    if (error instanceof InvalidInputError) return [];
    throw error;
  }
  const sent = new Set(files);
  return files.flatMap((file) => {
    const link = pathInContext(paths.context, file);
    if (!fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return [];
    const target = targetOf(link);
    if (target?.isDirectory() || (target && resolvesWithin(sent, paths.context, file))) return [];
    return [
      {
        path: "context",
        value: path.join(paths.context, file),
        rule: `Pulumi's docker-build provider follows links, and this one ${target ? "leads to a file that is not sent to Docker" : "leads nowhere"}.`,
        fix: "create the link in the Dockerfile (RUN ln -s), or exclude it with .dockerignore.",
      },
    ];
  });
}

/** A link's target, if it exists; a circular link has none. */
function targetOf(link: string | Buffer): fs.Stats | undefined {
  try {
    return fs.statSync(link);
  } catch {
    return undefined;
  }
}

/** Why the provider would not find an SSH agent or key: it looks for them on each run, even in a preview. */
export function missingSshFaults(ssh: Readonly<Record<string, string[]>>): Fault[] {
  return Object.entries(ssh).flatMap(([id, sources]): Fault[] => {
    if (sources.length === 0) {
      if (process.env["SSH_AUTH_SOCK"]) return [];
      const rule = "the build uses the SSH agent, but SSH_AUTH_SOCK is not set.";
      return [
        {
          path: `ssh.${id}`,
          value: sources,
          rule,
          fix: "start an agent (eval $(ssh-agent), ssh-add), or name a key file.",
        },
      ];
    }
    return sources.flatMap((source, index) => {
      if (fs.existsSync(expandHome(source))) return [];
      const rule = "the build uses this key, but there is no such file.";
      return [
        {
          path: `ssh.${id}[${index}]`,
          value: source,
          rule,
          fix: "create it where `pulumi up` runs, or name another file.",
        },
      ];
    });
  });
}
