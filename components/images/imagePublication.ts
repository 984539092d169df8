import * as path from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { isTagMutable } from "../../ecr/tagMutability";
import { refuseInput } from "../inputChecks";
import { madeOutputs } from "../madeOutputs";
import type { ImageRepository, RegistryCredentials } from "./imageRepository";

/** A build as docker.Image takes it. */
export type Build = docker.types.input.DockerBuild;

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
  platform: pulumi.Input<string>;
  /** How the image is made; called only when no repository holds it yet. */
  make: pulumi.Input<() => Build | Promise<Build>>;
  /** What has to be there before. */
  dependsOn?: pulumi.Resource[];
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
 * Puts an image into its repositories, under all its tags. It is made once, for the first repository; every other address
 * gets a copy with the same digest. The same resources are registered whatever the registries hold.
 */
export function publishImage(publication: Publication): PublishedImage {
  const { repositories, identity, release, movingTags } = publication;
  const [primary, ...others] = repositories;
  if (primary === undefined) throw new Error("unreachable: refused before");
  const found = repositories.map((repository) => repository.findDigest(identity));
  const releases = new Map(
    release === undefined ? [] : repositories.map((each) => [each, releaseIsThere(publication, release, each, found)]),
  );

  const first = pushFirst(publication, primary, found, [...releases.values()]);
  const digest = digestAfter(publication, primary, first);
  const copies = others.map((repository, index) => {
    const image = copyTo(publication, repository, { repository: primary, digest }, first, found[index + 1]);
    return { repository, image, digest: digestAfter(publication, repository, image) };
  });
  const reference = pulumi.interpolate`${primary.url}@${digest}`;
  const placed = [{ repository: primary, image: first, digest }, ...copies];
  // From the repository's own image, after it: its layers are there, and its own login is enough.
  for (const each of placed) {
    const source = pulumi.interpolate`${each.repository.url}@${each.digest}`;
    const tag = (text: string, skipPush: pulumi.Input<boolean> = false) =>
      push(publication, childNames(publication.name, each.repository, `${text}-${identity}`), each.repository, {
        tag: text,
        build: copyBuild(source, publication.platform),
        skipPush,
        dependsOn: [each.image],
      });
    if (release !== undefined) tag(release.tag, releases.get(each.repository));
    for (const text of movingTags) tag(text);
  }
  return {
    digest,
    reference,
    references: placed.map((each) => pulumi.interpolate`${each.repository.url}@${each.digest}`),
  };
}

type Found = readonly pulumi.Output<string | undefined>[];

/** Makes the image for its first repository, unless a registry holds it: then it is fetched, not made again. */
function pushFirst(
  publication: Publication,
  primary: ImageRepository,
  found: Found,
  releases: readonly pulumi.Output<boolean>[],
): docker.Image {
  const { repositories, identity, platform } = publication;
  const held = found[0]?.apply((digest) => digest !== undefined) ?? pulumi.output(false);
  // Making it anew could give another digest than the one that is out already. Anyone can pull from a public repository;
  // another private one would need its own login.
  const sources = repositories.map((repository, index) => ({ repository, found: found[index] }));
  const build = pulumi
    .all([sources.map((source) => source.found), publication.make, releases])
    .apply(async ([digests, make]): Promise<Build> => {
      const index = digests.findIndex(
        (digest, at) => digest !== undefined && (at === 0 || repositories[at]?.kind === "public"),
      );
      const source = repositories[index];
      if (source === undefined) return make();
      if (source === primary) return fetchBuild(pulumi.interpolate`${primary.url}:${identity}`, platform);
      return copyBuild(pulumi.interpolate`${source.url}@${digests[index]}`, platform);
    });
  return push(publication, { name: `${publication.name}-${identity}` }, primary, {
    tag: identity,
    build,
    skipPush: held,
    dependsOn: publication.dependsOn ?? [],
  });
}

/** Copies the image to another repository, by way of Docker: first it is fetched there with its own registry's login. */
function copyTo(
  publication: Publication,
  to: ImageRepository,
  from: { repository: ImageRepository; digest: pulumi.Output<string> },
  after: docker.Image,
  found: pulumi.Output<string | undefined> | undefined,
): docker.Image {
  const { name, identity, platform } = publication;
  const source = pulumi.interpolate`${from.repository.url}@${from.digest}`;
  const fetched = fetchImage(publication, childNames(`${name}-fetch`, to, identity), {
    source,
    localName: pulumi.interpolate`${from.repository.url}:${identity}`,
    credentials: from.repository.credentials(),
    replaceWith: [from.repository.repository, to.repository],
    dependsOn: [after],
  });
  return push(publication, childNames(name, to, identity), to, {
    tag: identity,
    build: copyBuild(source, platform),
    skipPush: found?.apply((digest) => digest !== undefined) ?? false,
    dependsOn: [fetched],
  });
}

/** Brings an image into Docker with a login that is not the one of the registry that it is going to be pushed to. */
export function fetchImage(
  { parent, platform }: Pick<Publication, "parent" | "platform">,
  { name, aliases }: ChildNames,
  fetch: {
    source: pulumi.Input<string>;
    /** The tag that the image gets in Docker. */
    localName: pulumi.Input<string>;
    credentials: pulumi.Input<docker.types.input.Registry> | RegistryCredentials;
    replaceWith?: pulumi.Resource[];
    dependsOn?: pulumi.Resource[];
  },
): docker.Image {
  return new docker.Image(
    name,
    {
      imageName: fetch.localName,
      build: fetchBuild(fetch.source, platform),
      registry: fetch.credentials,
      skipPush: true,
    },
    {
      parent,
      aliases,
      dependsOn: fetch.dependsOn,
      replaceWith: fetch.replaceWith,
      // What it once fetched, it need not fetch again.
      ignoreChanges: ["build", "imageName", "registry"],
    },
  );
}

function push(
  { parent }: Publication,
  { name, aliases }: ChildNames,
  to: ImageRepository,
  image: {
    tag: string;
    build: pulumi.Input<Build>;
    skipPush: pulumi.Input<boolean>;
    dependsOn: pulumi.Resource[];
  },
): docker.Image {
  return new docker.Image(
    name,
    {
      imageName: pulumi.interpolate`${to.url}:${image.tag}`,
      build: image.build,
      registry: { ...to.credentials() },
      // A preview pushes nothing, and the released provider cannot have this one unknown.
      skipPush: pulumi.runtime.isDryRun() ? false : image.skipPush,
    },
    {
      parent,
      aliases,
      dependsOn: image.dependsOn,
      // The logical name holds the identity, so another image is another resource. All else that could differ is no
      // change: where the project lies (part of the provider's digest of links), and whether the tag is there.
      ignoreChanges: ["build", "skipPush"],
      replaceWith: [to.repository],
    },
  );
}

/** Found by package.json's `imports`, since a compiled program does not know where each of its sources was. */
const copyContext = path.dirname(require.resolve("#imageCopy/Dockerfile"));

/**
 * A build that gives the very image that it names, digest included, and pulls it when Docker does not hold it: the
 * classic builder makes of a Dockerfile with one FROM the image itself.
 */
export function copyBuild(source: pulumi.Input<string>, platform: pulumi.Input<string>) {
  const context = path.relative(process.cwd(), copyContext);
  return {
    context,
    dockerfile: path.join(context, "Dockerfile"),
    args: { SOURCE: source },
    builderVersion: docker.BuilderVersion.BuilderV1,
    platform,
  };
}

/** The same for an image that is not going to be pushed: only with `cacheFrom` the provider logs in to pull it. */
function fetchBuild(source: pulumi.Input<string>, platform: pulumi.Input<string>) {
  return { ...copyBuild(source, platform), cacheFrom: { images: [source] } };
}

/** What a resource of an image is called in the program, and was. */
export interface ChildNames {
  name: string;
  aliases?: { name: string }[];
}

/**
 * Keeps the names of an image's resources apart, repository by repository: neither a repository's name nor a tag holds a
 * `:`. Version 0.1.0 joined all with `-`, so that the tag `dev` in `shop-dev` and `dev-dev` in `shop` were one.
 */
function childNames(name: string, { kind, logicalName, formerNames }: ImageRepository, what: string): ChildNames {
  const joined = (repository: string, separator: string) => `${name}-${kind}-${repository}${separator}${what}`;
  return {
    name: joined(logicalName, ":"),
    aliases: [
      { name: joined(logicalName, "-") },
      ...formerNames.flatMap((former) => [{ name: joined(former, ":") }, { name: joined(former, "-") }]),
    ],
  };
}

/** The digest that the registry gave the image, which it must hold by now. */
function digestAfter(publication: Publication, repository: ImageRepository, image: docker.Image) {
  const { subject, name, identity } = publication;
  const { pushed } = madeOutputs(image, { pushed: image.repoDigest });
  return repository.findDigest(identity, pushed).apply((digest) => {
    if (digest !== undefined) return digest;
    // Deleted by hand or by a lifecycle policy: the state says that it was pushed.
    refuseInput(subject, [
      {
        path: "repositories",
        value: repository.logicalName,
        rule: `the ${repository.kind} repository holds no image tagged ${identity}: it was deleted after it had been pushed.`,
        fix: `push it again with \`pulumi up --refresh --replace '**::${name}-**'\`; that makes its repository anew too, if it is gone.`,
      },
    ]);
    throw new Error("unreachable: refused above");
  });
}

/** Whether a repository holds the release tag for this very image; refused when it holds it for another one for ever. */
function releaseIsThere(
  { subject }: Publication,
  release: NonNullable<Publication["release"]>,
  repository: ImageRepository,
  found: Found,
): pulumi.Output<boolean> {
  return pulumi.all([repository.findDigest(release.tag), found]).apply(([released, own]) => {
    if (released === undefined || own.includes(released)) return released !== undefined;
    const { kind, logicalName, tagSettings } = repository;
    if (tagSettings !== undefined && !isTagMutable(release.tag, tagSettings)) {
      refuseInput(subject, [
        {
          path: release.path,
          value: release.tag,
          rule: `the ${kind} repository ${JSON.stringify(logicalName)} holds another image under this tag (${released}), and its tags cannot be moved.`,
          fix: "give this image a tag of its own, such as the next version.",
        },
      ]);
    }
    return false;
  });
}
