import * as pulumi from "@pulumi/pulumi";
import { isTagMutable } from "../../ecr/tagMutability";
import type { StateResource } from "../stackState";
import { claimTags } from "./imageClaims";
import { ImageCopy, type ImageCopyArgs, imageCopyType } from "./imageCopy";
import type { ImageLogin } from "./imageLogin";
import { refuseOther, refuseTakenRelease } from "./imageRefusals";
import type { ImageRepository } from "./imageRepository";
import { type ImageState, knownValue, readImageState } from "./imageState";
import { ImageTags, imageTagsType } from "./imageTags";

/** One image on its way to its repositories: what ContainerImage and MirroredImage have in common. */
export interface Publication {
  /** The component that the image's resources belong to, and its name in the program. */
  parent: pulumi.ComponentResource;
  name: string;
  /** What errors are about, such as `ContainerImage "petclinic"`. */
  subject: string;
  /** At least one; the first is the one that the image is made for. */
  repositories: readonly ImageRepository[];
  /** Tag that names exactly this image: a repository that holds it holds the image. */
  identity: string;
  /** A tag to be given once: where it names another image already and cannot be moved, the image is refused. */
  release?: { tag: string /** The argument that it came from. */; path: string };
  /** Tags that follow the image. */
  movingTags: readonly string[];
  /** Digest that it must have: a repository with another image under the identity is refused. Undefined: whichever it is. */
  digest?: string;
  /** How the image comes into its first repository when no registry holds it. */
  maker: ImageMaker;
}

/** A way to put an image that no registry holds into its first repository. */
export interface ImageMaker {
  /**
   * The resource with which this stack did so before.
   *
   * @param url of the first repository: another one may have been the first then. Undefined: not known yet
   */
  findMade(state: ImageState, url: string | undefined): StateResource | undefined;
  /**
   * Registers that resource.
   *
   * @param made the one that the stack has, which stays as it is. Undefined: there is none, or what it made is gone
   */
  make(state: ImageState, made: StateResource | undefined): pulumi.Resource | Promise<pulumi.Resource>;
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
 * Puts an image into its repositories, under all its tags. It is made once, for the first repository, and not at all when
 * a registry holds it; everything after that goes over the registry protocol. Which resource brings it into the first
 * repository depends on the stack's own state first, so that an unchanged stack is left unchanged by whatever the
 * registries hold.
 */
export function publishImage(publication: Publication): PublishedImage {
  const { repositories, identity, release, movingTags, parent, name } = publication;
  const [primary, ...others] = repositories;
  if (primary === undefined) throw new Error("unreachable: refused before");
  claimTags(publication);
  const there = pulumi.output(bringToFirst(publication, primary));
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

/** @returns What has brought it there, if it was not there already. */
async function bringToFirst(publication: Publication, primary: ImageRepository): Promise<pulumi.Resource[]> {
  const { maker, name, identity, parent, repositories, release } = publication;
  const state = await readImageState(parent);
  const tagged = state(imageTagsType).find((each) => each.name === name && tagOf(each.outputs["image"]) === identity);
  const url = await knownValue(primary.url);
  const made = maker.findMade(state, url);
  const copied = findMade(state, imageCopyType, { name, identity }, url);
  if (tagged !== undefined) refuseOther(publication, [tagged.outputs["digest"]]);
  if (release !== undefined && !listOf(tagged?.outputs["tags"]).includes(release.tag)) {
    await refuseTakenRelease(publication, release);
  }
  // A resource that made it is replaced together with its repository: then the image is made again, unasked.
  if (tagged !== undefined && made !== undefined) return [await maker.make(state, made)];
  if (tagged !== undefined && copied !== undefined) return [copyAgain(publication, primary, copied)];
  const held = await Promise.all(repositories.map((repository) => knownValue(repository.findDigest(identity))));
  refuseOther(publication, held);
  const holder = held.findIndex((digest) => digest !== undefined);
  const [repository, digest] = [repositories[holder], held[holder]];
  if (repository === undefined) return [await maker.make(state, undefined)];
  if (repository !== primary) {
    const source = pulumi.interpolate`${repository.url}@${digest}`;
    return [copyTo(publication, primary, name, { source, sourceLogin: loginOf(repository) })];
  }
  if (made !== undefined) return [await maker.make(state, made)];
  return copied === undefined ? [] : [copyAgain(publication, primary, copied)];
}

/** The resource of a type that brought the image into the first repository. */
export function findMade(
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

/** Registers a copy as the stack has it. */
function copyAgain(publication: Publication, primary: ImageRepository, copied: StateResource): ImageCopy {
  const source = String(copied.outputs["source"]);
  const holders = publication.repositories.map((each) => ({ url: each.url, login: each.credentials() }));
  const held = pulumi.output(holders).apply((all) => all.find(({ url }) => source.startsWith(`${url}@`))?.login);
  const sourceLogin = {
    username: held.apply((login) => login?.username ?? ""),
    password: held.apply((login) => login?.password ?? ""),
  };
  return copyTo(publication, primary, publication.name, { source, sourceLogin });
}

/** Registers a copy of the image into one of its repositories, under the tag that is its identity. */
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

/** Keeps an image's copies apart: neither a repository's name nor a kind holds a `:`. */
function childName({ name }: Publication, { kind, logicalName }: ImageRepository): string {
  return `${name}:${kind}:${logicalName}`;
}

/** A repository's login, as the provider takes it. */
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
