import * as pulumi from "@pulumi/pulumi";
import { isTagMutable } from "../../ecr/tags/tagMutability";
import type { StateResource } from "../stackState";
import { claimTags } from "./imageClaims";
import { ImageCopy, type ImageCopyArgs, imageCopyType } from "./imageCopy";
import type { ImageLogin } from "./imageLogin";
import { refuseDifferentImage, refuseTakenRelease } from "./imageRefusals";
import type { ImageRepositories, ImageRepository } from "./imageRepository";
import { type ImageState, knownValue, readImageState } from "./imageState";
import { ImageTags, imageTagsType } from "./imageTags";

/** An image to be published to its repositories: what ContainerImage and MirroredImage share. */
export interface Publication {
  /** The component that the image's resources belong to, and its name in the program. */
  parent: pulumi.ComponentResource;
  name: string;
  /** The subject of error messages, such as `ContainerImage "petclinic"`. */
  subject: string;
  /** At least one; the image is made for the first one. */
  repositories: Readonly<ImageRepositories>;
  /** Tag that identifies exactly this image: a repository with this tag has the image. */
  identity: string;
  /** A tag that must not move: if it already points to another image and is immutable, the image is refused. */
  release?: { tag: string /** The argument it came from. */; path: string };
  /** Tags that follow the image. */
  movingTags: readonly string[];
  /** The first repository's tag for the build cache. */
  cacheTag?: string;
  /** Required digest: a repository with another image under the identity is refused. Undefined: any digest. */
  digest?: string;
  /** Puts the image into its first repository when no registry has it. */
  maker: ImageMaker;
}

/** A way to put an image that no registry has into its first repository. */
export interface ImageMaker {
  /**
   * The resource that this stack used for it before.
   *
   * @param url The first repository's; a different one may have been first then. Undefined: not known yet.
   */
  findResource(state: ImageState, url: string | undefined): StateResource | undefined;
  /**
   * Registers that resource.
   *
   * @param made The one in the stack, which stays unchanged. Undefined: there is none, or its image is gone.
   */
  createResource(state: ImageState, made: StateResource | undefined): pulumi.Resource | Promise<pulumi.Resource>;
}

export interface PublishedImage {
  /** Digest in the first repository. */
  digest: pulumi.Output<string>;
  /** The image in the first repository: `<url>@<digest>`. */
  reference: pulumi.Output<string>;
  /** The image in each repository, in their order. */
  references: pulumi.Output<string>[];
}

/**
 * Puts an image into its repositories with all its tags. It is made once, for the first repository, and not at all when
 * a registry already has it; everything else uses the registry protocol. The stack's own state comes first in deciding
 * which resource puts it into the first repository, so that an unchanged stack stays unchanged whatever the registries
 * contain.
 */
export function publishImage(publication: Publication): PublishedImage {
  const { repositories, identity, release, movingTags, parent, name } = publication;
  const [primary, ...others] = repositories;
  claimTags(publication);
  const there = pulumi.output(ensureInPrimary(publication, primary));
  const image = pulumi.interpolate`${primary.url}:${identity}`;
  const copies = others.map((repository) =>
    copyTo(publication, repository, childName(publication, repository), {
      source: image,
      sourceLogin: loginOf(primary),
      dependsOn: there,
    }),
  );
  const tags = [...(release === undefined ? [] : [release.tag]), ...movingTags];
  const { digest } = new ImageTags(
    name,
    {
      image,
      repositories: repositories.map((repository) => ({
        url: repository.url,
        login: loginOf(repository),
        keptTags: tags.filter((tag) => repository.tagSettings && !isTagMutable(tag, repository.tagSettings)),
      })),
      tags,
    },
    {
      parent,
      dependsOn: there.apply((resources) => [...resources, ...copies]),
      replaceWith: repositories.map((each) => each.repository),
    },
  );
  const references = repositories.map(({ url }) => pulumi.interpolate`${url}@${digest}`);
  return { digest, reference: pulumi.interpolate`${primary.url}@${digest}`, references };
}

/** @returns The resources that put it there, unless it was there already. */
async function ensureInPrimary(publication: Publication, primary: ImageRepository): Promise<pulumi.Resource[]> {
  const { maker, name, identity, parent, repositories, release } = publication;
  const state = await readImageState(parent);
  const tagged = state(imageTagsType).find((each) => each.name === name && tagOf(each.outputs["image"]) === identity);
  const url = await knownValue(primary.url);
  const made = maker.findResource(state, url);
  const copied = findImageResource(state, imageCopyType, { name, identity }, url);
  if (tagged !== undefined) refuseDifferentImage(publication, [tagged.outputs["digest"]]);
  if (release !== undefined && !listOf(tagged?.outputs["tags"]).includes(release.tag)) {
    await refuseTakenRelease(publication, release);
  }
  // A resource that made the image is replaced with its repository, so the image is made again without asking the
  // registry.
  if (tagged !== undefined && made !== undefined) return [await maker.createResource(state, made)];
  if (tagged !== undefined && copied !== undefined) return [reregisterCopy(publication, primary, copied)];
  const held = await Promise.all(repositories.map((repository) => knownValue(repository.findDigest(identity))));
  refuseDifferentImage(publication, held);
  const holder = held.findIndex((digest) => digest !== undefined);
  const [repository, digest] = [repositories[holder], held[holder]];
  if (repository === undefined) return [await maker.createResource(state, undefined)];
  if (repository !== primary) {
    const source = pulumi.interpolate`${repository.url}@${digest}`;
    return [copyTo(publication, primary, name, { source, sourceLogin: loginOf(repository) })];
  }
  if (made !== undefined) return [await maker.createResource(state, made)];
  return copied === undefined ? [] : [reregisterCopy(publication, primary, copied)];
}

/** The resource of a type that put the image into the first repository. */
export function findImageResource(
  state: ImageState,
  type: string,
  { name, identity }: Pick<Publication, "name" | "identity">,
  url: string | undefined,
): StateResource | undefined {
  return state(type).find(
    ({ name: each, outputs }) =>
      each === name && outputs["tag"] === identity && (url === undefined || outputs["repository"] === url),
  );
}

/** Registers a copy as it is in the stack. */
function reregisterCopy(publication: Publication, primary: ImageRepository, copied: StateResource): ImageCopy {
  const source = String(copied.outputs["source"]);
  const holders = publication.repositories.map((each) => ({ url: each.url, login: each.credentials() }));
  const held = pulumi.output(holders).apply((all) => all.find(({ url }) => source.startsWith(`${url}@`))?.login);
  const sourceLogin = {
    username: held.apply((login) => login?.username ?? ""),
    password: held.apply((login) => login?.password ?? ""),
  };
  return copyTo(publication, primary, publication.name, { source, sourceLogin });
}

/** Registers a copy of the image to one of its repositories, under its identity tag. */
export function copyTo(
  { parent, identity }: Pick<Publication, "parent" | "identity">,
  repository: ImageRepository,
  name: string,
  {
    dependsOn,
    ...source
  }: Pick<ImageCopyArgs, "source" | "sourceLogin"> & {
    dependsOn?: pulumi.Input<pulumi.Resource[]>;
  },
): ImageCopy {
  return new ImageCopy(
    name,
    { ...source, repository: repository.url, repositoryLogin: loginOf(repository), tag: identity },
    { parent, dependsOn, replaceWith: [repository.repository] },
  );
}

/** Unique among an image's copies: neither a repository's name nor a kind contains `:`. */
function childName({ name }: Publication, { kind, logicalName }: ImageRepository): string {
  return `${name}:${kind}:${logicalName}`;
}

/** A repository's credentials in the provider's format. */
export function loginOf(repository: ImageRepository): ImageLogin {
  const { username, password } = repository.credentials();
  return { username, password };
}

function tagOf(image: unknown): string {
  return /:([^/:@]+)$/.exec(String(image))?.[1] ?? "";
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
