import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import {
  canonicalReference,
  imageReferenceFaults,
  parseImageReference,
  printImageReference,
  registryHost,
} from "../../ecr/imageReference";
import { imageTagFaults } from "../../ecr/imageTags";
import { type Credentials, RegistryLogin } from "../../ecr/registryLogin";
import { typeFaults } from "../../ecr/typeFaults";
import { InputChecks, refuseInput } from "../inputChecks";
import { emptyFaults, platformFaults } from "./buildSettings";
import { dockerDaemonFaults } from "./dockerDaemon";
import { type Build, copyBuild, fetchImage, publishImage } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";
import { type ImageTarget, imageTargetFaults } from "./imageTargets";
import { findLocalImage } from "./localImage";
import { findSourceImage, type SourceImage } from "./sourceImage";

/** Which image is copied, how the copy is tagged and where it goes. */
export interface MirroredImageArgs {
  /**
   * An image in a registry, as `docker pull` takes it: `smlinux/petclinic:latest` for Docker Hub,
   * `quay.io/org/app:1.2`, `…@sha256:…`. A digest is the safest: the image is the same in every environment. Either this
   * or `localImage`.
   * @default none
   */
  source?: string;
  /** An image that Docker holds where `pulumi up` runs, by name and tag. Either this or `source`. @default none */
  localImage?: string;
  /** Where the image goes, at least one. It is pushed to the first; the others get a copy with the same digest. */
  repositories: ImageRepository[];
  /**
   * A tag to be given once, such as the source's version; one that names another image already and cannot be moved is
   * refused. The image has the tag `mirror-<16 digits>` too, which stands for source, platform and `refresh`.
   * @default none
   */
  tag?: string;
  /** Tags that follow the image, such as `latest`. An immutable repository needs an exclusion filter for each. @default none */
  tags?: string[];
  /**
   * Which image of an index of several platforms, such as `linux/arm64`; a single image must be for it. Without it an
   * index of several platforms is refused.
   * @default the only platform that there is
   */
  platform?: string;
  /** Any text. Another one has the source looked up again, so that the image follows a tag that was moved. @default none */
  refresh?: string;
  /** Login for the source's registry, with `password`. @default what `docker login` left there, else anonymous */
  username?: pulumi.Input<string>;
  /** Kept as a secret. @default as `username` */
  password?: pulumi.Input<string>;
}

/**
 * An existing image, copied into one or several repositories without a build.
 *
 * The source is looked up once, when the first repository does not hold the image yet, and is pinned from then on: a tag
 * that moves at the source changes nothing until `refresh` does. Layers and configuration stay as they are; the digest
 * does too when the registries agree on the manifest's form and compression (Docker pushes its own form of it, so that
 * it can differ from the source's). As with ContainerImage a tag that is there is not pushed again, and an image that
 * leaves the program stays in the registry.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered; what the source's registry
 * refuses, and an index without a chosen platform, is refused in the preview.
 *
 * @example
 * const image = new MirroredImage("petclinic", { source: "smlinux/petclinic:latest", repositories: [repository] });
 * export const reference = image.reference; // …/petclinic@sha256:…
 */
export class MirroredImage extends pulumi.ComponentResource {
  /** The image's own tag: the one that was asked for, else `mirror-<16 digits>`. */
  readonly tag: string;
  /** Digest of the image's manifest, as the first repository's registry says it. */
  readonly digest: pulumi.Output<string>;
  /** The image in the first repository: `<url>@<digest>`. What consumers should use. */
  readonly reference: pulumi.Output<string>;
  /** The image in each repository, in their order: `<url>@<digest>`. */
  readonly references: pulumi.Output<string>[];

  constructor(name: string, args: MirroredImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `MirroredImage ${JSON.stringify(name)}`;
    const checks = new InputChecks(subject);
    checks.add(mirroredImageFaults(args));
    checks.refuse();
    super("ecr:index:MirroredImage", name, {}, opts);
    const [primary] = args.repositories;
    if (primary === undefined) throw new Error("unreachable: refused above");

    const identity = mirrorTag(args);
    const login = pulumi
      .all([args.username, args.password])
      .apply(([username = "", password = ""]) => (username === "" ? undefined : { username, password }));
    // Looked up when it is needed, and then once.
    const find = login.apply((known) => once(() => findSource(args, known, subject)));
    const copyOfSource = find.apply((findOnce) => async (): Promise<Build> => {
      const { reference, platform } = await findOnce();
      return copyBuild(reference, platform);
    });
    const platform = args.platform ?? platformOf(primary, identity, find, subject);
    const fetched = this.fetchSource(name, args, { identity, primary, find, platform });
    this.tag = args.tag ?? identity;
    const published = publishImage({
      parent: this,
      name,
      subject,
      repositories: args.repositories,
      identity,
      release: args.tag === undefined ? undefined : { tag: args.tag, path: "tag" },
      movingTags: args.tags ?? [],
      platform,
      make: copyOfSource,
      dependsOn: fetched,
    });
    this.digest = published.digest;
    this.reference = published.reference;
    this.references = published.references;
    this.registerOutputs({
      tag: this.tag,
      digest: this.digest,
      reference: this.reference,
      references: this.references,
    });
  }

  /**
   * With a login of its own the source is first brought into Docker, since a push has room for the target's login only;
   * an image that the repository holds already is brought from there.
   */
  private fetchSource(
    name: string,
    { source, username, password }: MirroredImageArgs,
    to: {
      identity: string;
      primary: ImageRepository;
      find: pulumi.Output<() => Promise<SourceImage>>;
      platform: pulumi.Input<string>;
    },
  ): pulumi.Resource[] {
    if (source === undefined || username === undefined || password === undefined) return [];
    const { registry, repository } = canonicalReference(parseImageReference(source));
    const own = { server: registryHost(registry) ?? "", username, password: pulumi.secret(password) };
    const held = to.primary.findDigest(to.identity).apply((digest) => digest !== undefined);
    const local = printImageReference({ registry, repository, tag: to.identity });
    const inRegistry = pulumi
      .all([held, to.find])
      .apply(async ([isThere, find]) => (isThere ? "" : (await find()).reference));
    const place = pulumi.interpolate`${to.primary.url}:${to.identity}`;
    const whereHeld = <T>(there: pulumi.Output<T>, elsewhere: pulumi.Output<T>): pulumi.Output<T> =>
      held.apply((isThere) => (isThere ? there : elsewhere));
    const fetched = fetchImage(
      { parent: this, platform: to.platform },
      { name: `${name}-source-${to.identity}` },
      {
        source: whereHeld(place, inRegistry),
        localName: whereHeld(place, pulumi.output(local)),
        credentials: whereHeld(pulumi.output({ ...to.primary.credentials() }), pulumi.output(own)),
        replaceWith: [to.primary.repository],
      },
    );
    return [fetched];
  }
}

/**
 * Why a MirroredImage with these arguments would be refused, as far as it is known before the source is asked.
 *
 * @example
 * const faults = mirroredImageFaults({ source: "smlinux/petclinic:latest", repositories: [repository] });
 */
export function mirroredImageFaults(
  args: Omit<MirroredImageArgs, "repositories"> & { repositories: readonly ImageTarget[] },
): Fault[] {
  const { source, localImage, repositories, tag, tags = [], platform, refresh } = args;
  const faults = typeFaults(args, { repositories: "list", tags: "list" }, "");
  if (faults.length > 0) return faults;
  if ((source === undefined) === (localImage === undefined)) {
    faults.push({
      path: "source",
      value: source,
      rule: "an image comes from a registry or from Docker: one of `source` and `localImage` is given.",
      fix: 'write source: "smlinux/petclinic:latest", or localImage: "petclinic:latest".',
    });
  }
  if (source !== undefined) faults.push(...imageReferenceFaults(source, "source"));
  if (localImage !== undefined) faults.push(...imageReferenceFaults(localImage, "localImage"));
  if (tag !== undefined) faults.push(...imageTagFaults(tag, "tag"));
  if (tag !== undefined && tags.includes(tag)) {
    faults.push({
      path: "tags",
      value: tags,
      rule: `the tag ${JSON.stringify(tag)} is given once (\`tag\`) or follows the image (\`tags\`), not both.`,
      fix: "leave it out of one of them.",
    });
  }
  if (platform !== undefined) faults.push(...platformFaults(platform));
  faults.push(...emptyFaults("refresh", refresh), ...loginFaults(args), ...imageTargetFaults(repositories, tags));
  // A preview needs no Docker; an update that is going to need it must not find out half-way.
  return pulumi.runtime.isDryRun() ? faults : [...faults, ...dockerDaemonFaults()];
}

function loginFaults({
  localImage,
  username,
  password,
}: Pick<MirroredImageArgs, "localImage" | "username" | "password">) {
  if (username === undefined && password === undefined) return [];
  const fault = (path: string, rule: string, fix: string): Fault[] => [{ path, value: undefined, rule, fix }];
  if (localImage !== undefined) {
    return fault("username", "an image that Docker holds needs no login.", "leave username and password out.");
  }
  if (username !== undefined && password !== undefined) return [];
  const missing = username === undefined ? "username" : "password";
  return fault(missing, "a login is a user name and a password.", `set ${missing}, or leave both out.`);
}

const mirrorTagPrefix = "mirror-";

/** The tag that stands for what was asked for: source, platform and `refresh`. */
export function mirrorTag({
  source,
  localImage,
  platform,
  refresh,
}: Pick<MirroredImageArgs, "source" | "localImage" | "platform" | "refresh">): string {
  const name = source === undefined ? ["docker", canonical(localImage ?? "")] : ["registry", canonical(source)];
  const request = JSON.stringify([...name, platform ?? null, refresh ?? null]);
  return mirrorTagPrefix + createHash("sha256").update(request).digest("hex").slice(0, 16);
}

function canonical(reference: string): string {
  return printImageReference(canonicalReference(parseImageReference(reference)));
}

/** The source as it is now; refused when there is none, or not just one. */
async function findSource(
  { source, localImage, platform }: MirroredImageArgs,
  login: Credentials | undefined,
  subject: string,
): Promise<SourceImage> {
  const found =
    source === undefined
      ? findLocalImage(localImage ?? "", platform)
      : await findSourceImage(source, platform, login && loginFor(source, login));
  if (!("faults" in found)) return found;
  refuseInput(subject, found.faults);
  throw new Error("unreachable: refused above");
}

/** What was given for an image's registry is for that registry. */
function loginFor(source: string, credentials: Credentials): RegistryLogin {
  const { registry } = canonicalReference(parseImageReference(source));
  return RegistryLogin.ofHost(registryHost(registry) ?? "", credentials);
}

/** The platform of the image that the repository holds, else of the source. */
function platformOf(
  repository: ImageRepository,
  identity: string,
  find: pulumi.Output<() => Promise<SourceImage>>,
  subject: string,
): pulumi.Output<string> {
  const { username, password } = repository.credentials();
  const held = pulumi.all([repository.findDigest(identity), repository.url, username, password]);
  const platform = pulumi.all([held, find]).apply(async ([[digest, url, ...login], findOnce]) => {
    if (digest === undefined) return (await findOnce()).platform;
    const [user, secret] = login;
    const held = `${url}@${digest}`;
    const found = await findSourceImage(held, undefined, loginFor(held, { username: user, password: secret }));
    if (!("faults" in found)) return found.platform;
    refuseInput(subject, found.faults);
    throw new Error("unreachable: refused above");
  });
  // It is made with a password, and says nothing of it.
  return pulumi.unsecret(platform);
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}
