import { wildcardMatches } from "../tags/wildcard";
import type { LifecycleRule, StorageClass } from "./lifecycleDocument";
import { storageClassOf } from "./ownership";

/** An image, as lifecycle rules see it. */
export interface LifecycleImage {
  digest: string;
  /** Empty for an untagged image. */
  tags: readonly string[];
  pushedAt: Date;
  /** @default never pulled */
  lastPulledAt?: Date;
  /** When it was last archived. @default never */
  archivedAt?: Date;
  /** When it was last restored from the archive; its age counts from then. @default never */
  activatedAt?: Date;
  /** @default "standard" */
  storageClass?: StorageClass;
  /** Digests of the indexes (manifest lists) in the same repository that contain it. @default none */
  parents?: readonly string[];
  /** The digest of the image it refers to, for a signature, an SBOM, or another reference artifact. @default none */
  subject?: string;
  /** @default not known */
  sizeBytes?: number;
}

/**
 * Whether a rule's selection matches an image: tag status, tags, and storage class, regardless of its count. Each entry
 * of a list needs a matching tag; different tags may match different entries. Source: ECR user guide, "Lifecycle policy
 * properties".
 */
export function ruleMatches(rule: LifecycleRule, image: LifecycleImage): boolean {
  return imageStorageClass(image) === storageClassOf(rule) && tagMatcher(rule)(image.tags);
}

/** The storage class that an image is in. */
export function imageStorageClass(image: LifecycleImage): StorageClass {
  return image.storageClass ?? "standard";
}

/** The part of a rule's match that depends on tags, prepared for many images. */
export function tagMatcher({ selection }: LifecycleRule): (tags: readonly string[]) => boolean {
  const { tagStatus, tagPrefixList = [], tagPatternList = [] } = selection;
  if (tagStatus === "any") {
    return () => true;
  }
  if (tagStatus === "untagged") {
    return (tags) => tags.length === 0;
  }
  const entries = [
    ...tagPrefixList.map((prefix) => (tag: string) => tag.startsWith(prefix)),
    ...tagPatternList.map(patternMatcher),
  ];
  return (tags) => {
    for (const entry of entries) {
      if (!tags.some(entry)) {
        return false;
      }
    }
    return tags.length > 0;
  };
}

/** Most patterns are a prefix followed by one `*`. */
function patternMatcher(pattern: string): (tag: string) => boolean {
  const star = pattern.indexOf("*");
  if (star === pattern.length - 1) {
    const prefix = pattern.slice(0, star);
    return (tag) => tag.startsWith(prefix);
  }
  return (tag) => wildcardMatches(pattern, tag);
}
