import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import {
  canonicalReference,
  imageReferenceFaults,
  parseImageReference,
  printImageReference,
} from "../../ecr/names/imageReference";
import { imageTagFaults } from "../../ecr/tags/imageTags";
import { typeFaults } from "../../ecr/typeFaults";
import { InputChecks } from "../inputChecks";
import { platformFaults } from "./buildPlatforms";
import { emptyFaults } from "./buildSettings";
import { publishImage } from "./imagePublication";
import type { ImageRepositories, ImageRepository } from "./imageRepository";
import { type ImageTarget, imageTargetFaults } from "./imageTargets";
import { copyMaker, localMaker } from "./mirrorMakers";

/** Which image is copied, how the copy is tagged and where it goes. */
export interface MirroredImageArgs {
  /**
   * An image in a registry, as `docker pull` accepts it: `smlinux/petclinic:latest` for Docker Hub,
   * `quay.io/org/app:1.2`, `…@sha256:…`. A digest is the safest: the image is the same in every environment. Either
   * this or `localImage`.
   * @default none
   */
  source?: string;
  /**
   * An image that Docker has where `pulumi up` runs, by name and tag: exported with the `docker` client, and pushed
   * over the registry protocol. Docker's containerd store exports an image or index byte for byte; the classic store
   * keeps no compressed layers, and so no digest: they are compressed again. Either this or `source`.
   * @default none
   */
  localImage?: string;
  /** Where the image goes, at least one. */
  repositories: ImageRepository[];
  /**
   * A tag that must not move, such as the source's version: the image is refused if the tag already points to another
   * one and is immutable. The image also has the tag `mirror-<16 digits>`, which is derived from source, platform and
   * `refresh`.
   * @default none
   */
  tag?: string;
  /**
   * Tags that follow the image, such as `latest`. An immutable repository needs an exclusion filter for each.
   * @default none
   */
  tags?: string[];
  /**
   * Platform to select from an index, such as `linux/arm64`, or that a single image must have.
   * @default the source as it is, with all of its platforms; for a local index of which Docker has only some platforms,
   * the one it has
   */
  platform?: string;
  /**
   * Refuse a repository that has a different image under this image's own tag than the digest in `source`: earlier
   * versions copied through Docker, which can give a copy a different digest. Not with `platform`.
   * @default false
   */
  exact?: boolean;
  /**
   * Any string. A new value looks up the source again, so that the image follows a moved tag.
   * @default none
   */
  refresh?: string;
  /** User name for the source's registry, with `password`. @default its `docker login`, or anonymous */
  username?: pulumi.Input<string>;
  /** Kept as a secret. @default as `username` */
  password?: pulumi.Input<string>;
}

/**
 * An existing image, copied into one or several repositories without a build.
 *
 * The source is looked up once, when the first repository does not have the image yet, and is pinned from then on: a
 * tag that moves at the source changes nothing until `refresh` does. It is copied byte for byte over the registry
 * protocol and without Docker: an image, an index with all of its platforms, or any other OCI artifact such as a Helm
 * chart, with its signatures, SBOMs and attestations. Its digest is unchanged. Content that a repository already
 * has is not sent again, and an image that is removed from the program stays in the registry.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered; what the source's registry
 * rejects is refused in the preview.
 *
 * @example
 * const image = new MirroredImage("petclinic", { source: "smlinux/petclinic:latest", repositories: [repository] });
 * export const reference = image.reference; // …/petclinic@sha256:…
 */
export class MirroredImage extends pulumi.ComponentResource {
  /** The image's own tag: the requested one, otherwise `mirror-<16 digits>`. */
  readonly tag: string;
  /** Digest of the image's manifest, as the first repository's registry reports it. */
  readonly digest: pulumi.Output<string>;
  /** The image in the first repository: `<url>@<digest>`. Consumers should use this. */
  readonly reference: pulumi.Output<string>;
  /** The image in each repository, in their order: `<url>@<digest>`. */
  readonly references: pulumi.Output<string>[];

  constructor(name: string, args: MirroredImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `MirroredImage ${JSON.stringify(name)}`;
    const checks = new InputChecks(subject);
    checks.add(mirroredImageFaults(args));
    checks.refuse();
    super("ecr:index:MirroredImage", name, {}, opts);
    // Without faults there is at least one.
    const repositories = args.repositories as ImageRepositories;

    const image = { parent: this, name, subject, identity: mirrorTag(args) };
    this.tag = args.tag ?? image.identity;
    const published = publishImage({
      ...image,
      repositories,
      release: args.tag === undefined ? undefined : { tag: args.tag, path: "tag" },
      movingTags: args.tags ?? [],
      digest: args.exact ? parseImageReference(args.source ?? "").digest : undefined,
      maker:
        args.source === undefined
          ? localMaker(image, args.localImage ?? "", args, repositories[0])
          : copyMaker(image, args.source, args, repositories[0]),
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
}

/**
 * Faults of a MirroredImage with these arguments, as far as they are known before the source is looked up.
 *
 * @example
 * const faults = mirroredImageFaults({ source: "smlinux/petclinic:latest", repositories: [repository] });
 */
export function mirroredImageFaults(
  args: Omit<MirroredImageArgs, "repositories"> & { repositories: readonly ImageTarget[] },
): Fault[] {
  const { source, localImage, repositories = [], tag, tags = [], platform, exact = false, refresh } = args;
  const faults = typeFaults(args, { repositories: "list", tags: "list", exact: "boolean" }, "");
  if (faults.length > 0) return faults;
  if ((source === undefined) === (localImage === undefined)) {
    faults.push({
      path: "source",
      value: source,
      rule: "must set exactly one of `source`, an image in a registry, and `localImage`, an image in Docker.",
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
      rule: `the tag ${JSON.stringify(tag)} must be given once (\`tag\`) or follow the image (\`tags\`), not both.`,
      fix: "remove it from one of them.",
    });
  }
  if (platform !== undefined) faults.push(...platformFaults(platform, "platform"));
  if (exact && (platform !== undefined || !source?.includes("@"))) {
    faults.push({
      path: "exact",
      value: exact,
      rule: "needs a source with a digest, and the whole image.",
      fix: 'write the source as "…@sha256:…" without platform, or leave exact out.',
    });
  }
  return [
    ...faults,
    ...emptyFaults("refresh", refresh),
    ...loginFaults(args),
    ...imageTargetFaults(repositories, tags),
  ];
}

function loginFaults({
  localImage,
  username,
  password,
}: Pick<MirroredImageArgs, "localImage" | "username" | "password">) {
  if (username === undefined && password === undefined) return [];
  const fault = (path: string, rule: string, fix: string): Fault[] => [{ path, value: undefined, rule, fix }];
  if (localImage !== undefined) {
    return fault(
      "username",
      "must not be set for a `localImage`, which needs no login.",
      "remove username and password.",
    );
  }
  if (username !== undefined && password !== undefined) return [];
  const missing = username === undefined ? "username" : "password";
  return fault(missing, "a login must have both a user name and a password.", `set ${missing}, or remove both.`);
}

const mirrorTagPrefix = "mirror-";

/** The tag derived from the request: source, platform, and `refresh`. */
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
