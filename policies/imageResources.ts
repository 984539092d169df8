import { type ImageReference, imageReferenceFaults, parseImageReference } from "../ecr/imageReference";
import { exportedNames, type PushedName } from "./buildExports";
import { resourceTypes } from "./resources";
import type { Subject } from "./rule";
import { Unknown } from "./unknowns";

/** Resources that build images. */
export const buildTypes: readonly string[] = [resourceTypes.image, resourceTypes.builtImage];

/** Resources that push images: those that build or copy them, and those that put a tag on what is there. */
export const pushTypes: readonly string[] = [
  ...buildTypes,
  resourceTypes.registryImage,
  resourceTypes.imageIndex,
  resourceTypes.imageCopy,
  resourceTypes.imageTags,
  resourceTypes.imageUpload,
  resourceTypes.platformIndex,
];

/** A resource that builds an image, and pushes it unless told not to. */
export interface ImageBuild {
  /** Its property with the build arguments: `build.args` or `buildArgs`. */
  argsPath: string;
  args: Record<string, unknown> | Unknown;
  /** Where the context is; a URL for one that is fetched. */
  context: unknown;
  /** Path of the Dockerfile; without one, the context's own. */
  dockerfile: unknown;
  /** A Dockerfile given as text. */
  inline: unknown;
  platformPath: string;
  platforms: unknown;
  /** Other contexts by name, each with where it is: they take the place of stages and images of that name. */
  contexts: Readonly<Record<string, unknown>> | Unknown;
}

/** How a resource builds its image; `undefined` when it builds none, an Unknown when nothing is known of it. */
export function imageBuild(resource: Subject): ImageBuild | Unknown | undefined {
  if (resource.type === resourceTypes.builtImage) {
    const context = object(resource.read("context"));
    const dockerfile = object(resource.read("dockerfile"));
    return {
      argsPath: "buildArgs",
      args: object(resource.read("buildArgs")),
      context: context instanceof Unknown ? context : context["location"],
      dockerfile: dockerfile instanceof Unknown ? dockerfile : dockerfile["location"],
      inline: dockerfile instanceof Unknown ? dockerfile : dockerfile["inline"],
      platformPath: "platforms",
      platforms: resource.read("platforms"),
      contexts: context instanceof Unknown ? context : locations(object(context["named"])),
    };
  }
  const build = resource.read("build");
  if (build === undefined || build instanceof Unknown) {
    return build;
  }
  const { args, context, dockerfile, platform } = object(build) as Record<string, unknown>;
  return {
    argsPath: "build.args",
    args: object(args),
    context: typeof build === "string" ? build : context,
    dockerfile,
    inline: undefined,
    platformPath: "build.platform",
    platforms: platform,
    contexts: {},
  };
}

function locations(named: Record<string, unknown> | Unknown): ImageBuild["contexts"] {
  return named instanceof Unknown
    ? named
    : Object.fromEntries(
        Object.entries(named).map(([name, each]) => {
          const context = object(each);
          return [name, context instanceof Unknown ? context : context["location"]];
        }),
      );
}

function object(value: unknown): Record<string, unknown> | Unknown {
  return value instanceof Unknown
    ? value
    : typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : {};
}

/** The names under which a resource pushes an image, for as far as it pushes at all. */
export function pushedNames(resource: Subject): PushedName[] {
  switch (resource.type) {
    case resourceTypes.builtImage:
      return exportedNames(resource);
    case resourceTypes.imageIndex:
      return resource.read("push") === false ? [] : [{ path: "tag", name: resource.read("tag") }];
    case resourceTypes.imageCopy:
    case resourceTypes.imageUpload:
    case resourceTypes.platformIndex:
      return named("tag", resource.read("repository"), resource.read("tag"));
    case resourceTypes.imageTags:
      // The name that the image has already counts too.
      return [
        { path: "image", name: resource.read("image") },
        ...taggedNames(resource.read("repositories"), resource.read("tags")),
      ];
    case resourceTypes.registryImage:
      return [{ path: "name", name: resource.read("name") }];
    default:
      if (resource.read("skipPush") === true) return [];
      return [{ path: "imageName", name: resource.read("imageName") }];
  }
}

/** A tag in a repository; none where there is no tag. */
function named(path: string, repository: unknown, tag: unknown): PushedName[] {
  const open = [repository, tag].find((each) => each instanceof Unknown);
  if (open !== undefined) {
    return [{ path, name: open }];
  }
  return tag === undefined ? [] : [{ path, name: `${repository}:${tag}` }];
}

function taggedNames(repositories: unknown, tags: unknown): PushedName[] {
  const open = [repositories, tags].find((each) => each instanceof Unknown);
  if (open !== undefined) {
    return [{ path: "tags", name: open }];
  }
  const urls = (Array.isArray(repositories) ? repositories : []).map((each) => (each as { url?: unknown }).url);
  return (Array.isArray(tags) ? tags : []).flatMap((tag, index) =>
    urls.flatMap((url) => named(`tags[${index}]`, url, tag)),
  );
}

/** Takes a reference apart; `undefined` when it is none. */
export function readReference(text: unknown): ImageReference | undefined {
  return typeof text === "string" && imageReferenceFaults(text, "").length === 0
    ? parseImageReference(text)
    : undefined;
}
