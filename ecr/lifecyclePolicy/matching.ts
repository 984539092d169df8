import { wildcardMatches } from "../wildcard";
import type { LifecycleRule, StorageClass } from "./types";

/** An image as lifecycle rules see it. */
export interface LifecycleImage {
  digest: string;
  /** None: untagged. */
  tags: readonly string[];
  pushedAt: Date;
  /** @default never pulled */
  lastPulledAt?: Date;
  /** When it went to the archive last. @default never */
  archivedAt?: Date;
  /** When it came back from the archive last; its age counts from then. @default never */
  activatedAt?: Date;
  /** @default "standard" */
  storageClass?: StorageClass;
  /** Digests of the indexes (manifest lists) of the same repository that name it. @default none */
  parents?: readonly string[];
  /** The digest of the image that it is a signature, an SBOM or another reference artifact of. @default none */
  subject?: string;
  /** @default not known */
  sizeBytes?: number;
}

/**
 * Whether a rule's selection fits an image: tag status, tags and storage class, whatever it counts. Each entry of a list
 * needs a tag that fits it; different tags may fit different entries. Source: ECR user guide, "Lifecycle policy properties".
 */
export function ruleMatches({ selection }: LifecycleRule, image: LifecycleImage): boolean {
  if ((selection.storageClass ?? "standard") !== (image.storageClass ?? "standard")) {
    return false;
  }
  const { tags } = image;
  switch (selection.tagStatus) {
    case "any":
      return true;
    case "untagged":
      return tags.length === 0;
    case "tagged":
      return (
        (selection.tagPrefixList ?? []).every((prefix) => tags.some((tag) => tag.startsWith(prefix))) &&
        (selection.tagPatternList ?? []).every((pattern) => tags.some((tag) => wildcardMatches(pattern, tag))) &&
        tags.length > 0
      );
  }
}
