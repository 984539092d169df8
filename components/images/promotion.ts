import type * as pulumi from "@pulumi/pulumi";
import { privateCredentials } from "./ecrLogin";
import type { ImageRepository } from "./imageRepository";
import { MirroredImage } from "./mirroredImage";

/** Which image of another environment is copied, and where. */
export interface PromotionArgs {
  /** The image in the previous environment: `<url>@<digest>`. */
  source: string;
  /**
   * The private registry of the source. A source at another address is refused, because it would receive this account's
   * credentials. Undefined for a public source, which needs none.
   */
  sourceRegistry:
    | {
        /** Account, twelve digits. */
        registryId: string;
        /** For example `eu-central-1`. */
        region: string;
      }
    | undefined;
  /** Where the copy goes, at least one. */
  repositories: ImageRepository[];
  /** Release tag, which must not move. @default none */
  tag?: string;
  /** Tags that follow the image. @default none */
  tags?: string[];
}

/** The copy. */
export interface PromotedImage {
  /** The release tag, otherwise the tag derived from the request (`mirror-<16 digits>`). */
  tag: string;
  /** The source's digest. */
  digest: pulumi.Output<string>;
  /** `<url>@<digest>` in each repository, in their order. */
  references: pulumi.Output<string>[];
}

/**
 * Copies the exact image that was tested in another environment: its digest is unchanged, and a repository that has a
 * different image in its place is refused before anything is tagged. The account needs permission to pull from the
 * source: another account's repository must grant it (`pullFrom`).
 *
 * @example
 * promoteImage("petclinic", {
 *   source: "210987654321.dkr.ecr.eu-central-1.amazonaws.com/petclinic@sha256:…",
 *   sourceRegistry: { registryId: "210987654321", region: "eu-central-1" },
 *   repositories: [repository],
 * });
 */
export function promoteImage(
  name: string,
  { source, sourceRegistry, ...copy }: PromotionArgs,
  opts?: pulumi.ComponentResourceOptions,
): PromotedImage {
  const { username, password } =
    sourceRegistry === undefined ? {} : privateCredentials(sourceRegistry, source, { parent: opts?.parent });
  const image = new MirroredImage(name, { ...copy, source, exact: true, username, password }, opts);
  return { tag: image.tag, digest: image.digest, references: image.references };
}
