import { countText, sizeText } from "../quantities";
import { textTable } from "../table";
import type { PreviewedImage, RepositoryPreview } from "./previewModel";
import { type Bucket, buckets } from "./previewModel";

const headings: Record<Bucket, string> = {
  0: "today",
  7: "in 7 d",
  30: "in 30 d",
  90: "in 90 d",
  later: "later",
  never: "stays",
};

export interface TextOptions {
  /** Number of images to show for each repository. */
  limit: number;
  /** Deployed images that are soon deleted or archived. */
  deployed: readonly PreviewedImage[];
  /** Images with a release tag that are soon deleted. */
  releases: readonly PreviewedImage[];
}

/** Formats one repository's preview for people. */
export function previewText(preview: RepositoryPreview, options: TextOptions): string {
  const lines = [`${preview.name} (${preview.registryId}, ${preview.region}): ${countText(preview.images, "image")}`];
  if (!preview.hasPolicy) {
    lines.push("  no lifecycle policy: every image stays");
  } else {
    lines.push(rulesTable(preview), ...eventsTable(preview, options.limit), ...changeLines(preview));
  }
  for (const image of options.deployed) {
    lines.push(
      `  DEPLOYED: ${verb(image)} ${nameOf(image)} ${actionDate(image)}, which is run by ${image.deployedBy.join(" and ")}`,
    );
  }
  for (const image of options.releases) {
    lines.push(
      `  RELEASE: ${verb(image)} ${nameOf(image)} ${actionDate(image)}, which has the tag ${image.releaseTags.join(", ")}`,
    );
  }
  for (const hint of preview.hints) {
    lines.push(`  CHECK: ${hint}`);
  }
  for (const unknown of preview.unknown) {
    lines.push(`  not known: ${unknown}`);
  }
  return lines.join("\n");
}

function verb({ rule, action }: PreviewedImage): string {
  return `${rule === undefined ? "the policy" : `rule ${rule}`} ${action === "expire" ? "deletes" : "archives"}`;
}

/** Each column counts what happens after the previous one, so that a row's numbers add up. */
function rulesTable({ rules }: RepositoryPreview): string {
  return textTable(
    [
      { heading: "rule" },
      { heading: "what it does", wraps: true },
      ...buckets.map((bucket) => ({ heading: headings[bucket], numeric: true })),
      { heading: "deletes", numeric: true },
    ],
    rules.map(({ rule, description, images, deletedBytes }) => [
      rule === undefined ? "-" : String(rule),
      description,
      ...buckets.map((bucket) => String(images[bucket] || "")),
      deletedBytes > 0 ? sizeText(deletedBytes) : "",
    ]),
  );
}

function eventsTable({ events }: RepositoryPreview, limit: number): string[] {
  if (events.length === 0) {
    return ["  nothing is deleted or archived within 90 days unless something is pushed"];
  }
  const table = textTable(
    [
      { heading: "image" },
      { heading: "tags", wraps: true },
      { heading: "pushed" },
      { heading: "size", numeric: true },
      { heading: "what" },
      { heading: "when" },
      { heading: "why", wraps: true },
    ],
    events
      .slice(0, limit)
      .map((image) => [
        shortDigest(image.digest),
        tagsText(image.tags),
        image.pushedAt.toISOString().slice(0, 10),
        image.sizeBytes === undefined ? "" : sizeText(image.sizeBytes),
        image.action,
        actionDate(image),
        reasonText(image),
      ]),
  );
  const more = events.length - limit;
  return [table, ...(more > 0 ? [`  and ${more} more; --limit ${events.length} shows them all`] : [])];
}

function changeLines({ expiresMore, expiresFewer }: RepositoryPreview): string[] {
  if (expiresMore === undefined || expiresFewer === undefined) {
    return [];
  }
  return [
    `  within 90 days, this policy deletes ${countText(expiresMore.length, "image")} that the one in force keeps, and keeps ${expiresFewer.length} that it deletes`,
  ];
}

/** Explains an image's outcome. */
export function reasonText({ reason, rule, decidedBy }: PreviewedImage): string {
  const image = decidedBy === undefined ? "" : shortDigest(decidedBy);
  switch (reason) {
    case "age":
      return `rule ${rule}: past its age limit`;
    case "count":
      return `rule ${rule}: beyond the newest`;
    case "newest":
      return `rule ${rule}: among the newest`;
    case "noRule":
      return "no rule matches";
    case "index":
      return `rule ${rule}: part of the index ${image}`;
    case "subject":
      return `belongs to ${image}`;
  }
}

function actionDate({ at, bucket }: PreviewedImage): string {
  return at === undefined ? "" : bucket === 0 ? "today" : at.toISOString().slice(0, 10);
}

function nameOf({ digest, tags }: PreviewedImage): string {
  return tags.length === 0 ? shortDigest(digest) : `${tagsText(tags)} (${shortDigest(digest)})`;
}

function tagsText(tags: readonly string[]): string {
  return tags.length > 3 ? `${tags.slice(0, 3).join(", ")} and ${tags.length - 3} more` : tags.join(", ");
}

/** The first 12 digits, as shown by `docker images`. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, "").slice(0, 12);
}
