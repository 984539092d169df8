import { type ImageReference, imageReferenceFaults, parseImageReference } from "../../ecr/names/imageReference";
import type { Subject } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { exportedNames, type PushedName } from "./buildExports";
import { resourceTypes } from "./resourceTypes";

/** Resources that build images. */
export const buildTypes: readonly string[] = [resourceTypes.image, resourceTypes.builtImage];

/** Resources that push images: those that build or copy them, and those that tag existing ones. */
export const pushTypes: readonly string[] = [
  ...buildTypes,
  resourceTypes.registryImage,
  resourceTypes.imageIndex,
  resourceTypes.imageCopy,
  resourceTypes.imageTags,
  resourceTypes.imageUpload,
  resourceTypes.platformIndex,
];

/** How a resource builds its image. */
export interface ImageBuild {
  /** The property with the build arguments: `build.args` or `buildArgs`. */
  argsPath: string;
  args: Record<string, unknown> | Unknown;
  /** Path of the context; a URL for a remote one. */
  context: unknown;
  /** Path of the Dockerfile; `undefined` for `Dockerfile` in the context. */
  dockerfile: unknown;
  /** The content of the Dockerfile, where it is given inline. */
  inline: unknown;
  platformPath: string;
  platforms: unknown;
  /** Named contexts with their locations; they replace stages and images of the same name. */
  contexts: Readonly<Record<string, unknown>> | Unknown;
}

/**
 * How a resource builds its image; `undefined` when it does not build one, an Unknown when nothing is known about it.
 */
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
      contexts: context instanceof Unknown ? context : contextLocations(object(context["named"])),
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

function contextLocations(named: Record<string, unknown> | Unknown): ImageBuild["contexts"] {
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

/** The names that a resource pushes an image under; none when it does not push. */
export function pushedNames(resource: Subject): PushedName[] {
  switch (resource.type) {
    case resourceTypes.builtImage:
      return exportedNames(resource);
    case resourceTypes.imageIndex:
      return resource.read("push") === false ? [] : [{ path: "tag", name: resource.read("tag") }];
    case resourceTypes.imageCopy:
    case resourceTypes.imageUpload:
    case resourceTypes.platformIndex:
      return taggedName("tag", resource.read("repository"), resource.read("tag"));
    case resourceTypes.imageTags:
      // The name that the image already has counts too.
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

/** A tag in a repository; none when there is no tag. */
function taggedName(path: string, repository: unknown, tag: unknown): PushedName[] {
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
    urls.flatMap((url) => taggedName(`tags[${index}]`, url, tag)),
  );
}

/** Parses an image reference; `undefined` when the value is not one. */
export function readReference(text: unknown): ImageReference | undefined {
  return typeof text === "string" && imageReferenceFaults(text, "").length === 0
    ? parseImageReference(text)
    : undefined;
}
