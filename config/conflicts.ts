import type { Fault } from "../ecr/faults";

/** A config entry's claim to something that can exist only once. */
export interface Claim {
  /** Identifies what is claimed; equal strings from different entries conflict. */
  key: string;
  /** The claiming entry, as messages about other entries name it: `images.shop`. */
  entry: string;
  path: string;
  value: unknown;
  /** Why a second entry cannot claim it: a verb phrase that follows the first entry's name. */
  already: string;
  fix: string;
}

/** The parts of an image entry that conflict checks need. */
export interface PublishedImage {
  entry: string;
  repositories: readonly string[];
  /** Tags by the setting that defines them. */
  tags: TagSettings;
  /** Additional tags in the first repository only: the build cache's tag. */
  firstTags?: TagSettings;
  /**
   * Two images with the same identity in one repository are duplicates. A function, because it is computed only when
   * needed.
   */
  identity: () => string | undefined;
}

type TagSettings = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Reports entries that claim the same thing in AWS. Each entry is valid on its own, so a preview would show no problem,
 * but the update would fail halfway, or each update would undo the previous one.
 */
export function conflictFaults(claims: readonly Claim[]): Fault[] {
  const owners = new Map<string, Claim>();
  return claims.flatMap((claim) => {
    const owner = owners.get(claim.key);
    if (owner === undefined || owner.entry === claim.entry) {
      owners.set(claim.key, owner ?? claim);
      return [];
    }
    const { path, value, already, fix } = claim;
    return [{ path, value, rule: `${owner.entry} ${already}.`, fix }];
  });
}

/** Each image claims its tags in its repositories and, where repositories are shared, its identity. */
export function imageClaims(images: readonly PublishedImage[]): Claim[] {
  return images.flatMap((image) => [
    ...image.repositories.flatMap((repository, index) =>
      tagsOf({ ...image.tags, ...(index === 0 && image.firstTags) }).map((tag) => tagClaim(image, repository, tag)),
    ),
    ...image.repositories
      .filter((repository) => images.some((other) => other !== image && other.repositories.includes(repository)))
      .flatMap((repository) => identityClaim(image, repository)),
  ]);
}

function tagClaim({ entry }: PublishedImage, repository: string, { path, tag }: { path: string; tag: string }): Claim {
  return {
    key: `tag ${repository} ${tag}`,
    entry,
    path: `${entry}.${path}`,
    value: tag,
    already: `already puts this tag into ${repository}: a tag names one image of a repository`,
    fix: "give one of them another tag, or another repository.",
  };
}

function identityClaim({ entry, identity, repositories }: PublishedImage, repository: string): Claim[] {
  const image = identity();
  if (image === undefined) return [];
  return [
    {
      key: `image ${repository} ${image}`,
      entry,
      path: `${entry}.repositories[${repositories.indexOf(repository)}]`,
      value: repository,
      already: "already puts the same image into the repository",
      fix: "merge the tags of both into one entry, or remove the repository from one.",
    },
  ];
}

/** Each tag with its path in the entry. */
function tagsOf(settings: TagSettings): { path: string; tag: string }[] {
  return Object.entries(settings).flatMap(([path, given]) => {
    if (given === undefined) return [];
    return typeof given === "string"
      ? { path, tag: given }
      : given.map((tag, index) => ({ path: `${path}[${index}]`, tag }));
  });
}
