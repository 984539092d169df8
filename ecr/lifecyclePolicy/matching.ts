import { wildcardMatches } from "../wildcard";
import { storageClassOf } from "./ownership";
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
export function ruleMatches(rule: LifecycleRule, image: LifecycleImage): boolean {
  return imageStorageClass(image) === storageClassOf(rule) && tagMatcher(rule)(image.tags);
}

/** The storage class that an image is in. */
export function imageStorageClass(image: LifecycleImage): StorageClass {
  return image.storageClass ?? "standard";
}

/** The part of a rule's match that looks at tags, made ready for many images. */
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

/** Most patterns are a prefix and one `*`. */
function patternMatcher(pattern: string): (tag: string) => boolean {
  const star = pattern.indexOf("*");
  if (star === pattern.length - 1) {
    const prefix = pattern.slice(0, star);
    return (tag) => tag.startsWith(prefix);
  }
  return (tag) => wildcardMatches(pattern, tag);
}
