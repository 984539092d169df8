import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import {
  canonicalReference,
  imageReferenceFaults,
  parseImageReference,
  printImageReference,
} from "../../ecr/imageReference";
import { imageTagFaults } from "../../ecr/imageTags";
import { typeFaults } from "../../ecr/typeFaults";
import { InputChecks } from "../inputChecks";
import { platformFaults } from "./buildPlatforms";
import { emptyFaults } from "./buildSettings";
import { publishImage } from "./imagePublication";
import type { ImageRepository } from "./imageRepository";
import { type ImageTarget, imageTargetFaults } from "./imageTargets";
import { copyMaker, localMaker } from "./mirrorMakers";

/** Which image is copied, how the copy is tagged and where it goes. */
export interface MirroredImageArgs {
  /**
   * An image in a registry, as `docker pull` takes it: `smlinux/petclinic:latest` for Docker Hub,
   * `quay.io/org/app:1.2`, `…@sha256:…`. A digest is the safest: the image is the same in every environment. Either this
   * or `localImage`.
   * @default none
   */
  source?: string;
  /**
   * An image that Docker holds where `pulumi up` runs, by name and tag: exported with the `docker` client, and pushed over
   * the registry protocol. Docker's containerd store gives an image or index as the very bytes; the classic store keeps no
   * compressed layers, and so no digest: they are compressed anew. Either this or `source`.
   * @default none
   */
  localImage?: string;
  /** Where the image goes, at least one. */
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
   * One image of an index of several platforms, such as `linux/arm64`; a single image must be for it.
   * @default the source as it is, with all of its platforms; of a local index that Docker holds in part, the one that is there
   */
  platform?: string;
  /**
   * Whether a repository is refused that has another image under this one's own tag than `source` names by its digest:
   * earlier versions copied by way of Docker, which may give a copy another digest. Not with `platform`.
   * @default false
   */
  exact?: boolean;
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
 * that moves at the source changes nothing until `refresh` does. What is copied are the very bytes, over the registry
 * protocol and without Docker: an image, an index with all of its platforms, or any other OCI artifact such as a Helm
 * chart, with its signatures, SBOMs and attestations. Its digest stays what it is. What a repository holds already is not
 * sent again, and an image that leaves the program stays in the registry.
 *
 * Throws InputRefused with every fault of the arguments before anything is registered; what the source's registry
 * refuses is refused in the preview.
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

    const image = { parent: this, name, subject, identity: mirrorTag(args) };
    this.tag = args.tag ?? image.identity;
    const published = publishImage({
      ...image,
      repositories: args.repositories,
      release: args.tag === undefined ? undefined : { tag: args.tag, path: "tag" },
      movingTags: args.tags ?? [],
      digest: args.exact ? parseImageReference(args.source ?? "").digest : undefined,
      maker:
        args.source === undefined
          ? localMaker(image, args.localImage ?? "", args, primary)
          : copyMaker(image, args.source, args, primary),
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
 * Why a MirroredImage with these arguments would be refused, as far as it is known before the source is asked.
 *
 * @example
 * const faults = mirroredImageFaults({ source: "smlinux/petclinic:latest", repositories: [repository] });
 */
export function mirroredImageFaults(
  args: Omit<MirroredImageArgs, "repositories"> & { repositories: readonly ImageTarget[] },
): Fault[] {
  const { source, localImage, repositories, tag, tags = [], platform, exact = false, refresh } = args;
  const faults = typeFaults(args, { repositories: "list", tags: "list", exact: "boolean" }, "");
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
  if (platform !== undefined) faults.push(...platformFaults(platform, "platform"));
  if (exact && (platform !== undefined || !source?.includes("@"))) {
    faults.push({
      path: "exact",
      value: exact,
      rule: "only a source with a digest says which image it is, and of an index the whole one.",
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
