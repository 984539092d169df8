import { type Fault, InvalidInputError } from "../../ecr/faults";
import { contentTagPrefix } from "../../ecr/lifecyclePolicy";
import { imageTagFaults, imageTagMaximumLength } from "../../ecr/tags/imageTags";
import { type BuildInputs, contentDigest } from "./buildContext";
import { readGitRevision } from "./gitRevision";

/**
 * How an image's own tag is derived:
 *
 * | value | tag | stands for |
 * |---|---|---|
 * | `"content"` | `src-<16 digits>` | the content |
 * | `"git"` | `git-<commit>-<16 digits>`, `git-<commit>-dirty-<16 digits>` | commit (12 digits) and content |
 * | `{ git: { dirtyTree: "refuse" } }` | the same | a dirty tree is refused, not marked |
 * | `{ fixed: "1.2.3" }` | `1.2.3`, and `1.2.3-src-<16 digits>` | a release |
 *
 * The tag is never the commit alone: with build arguments, or files that Git ignores and Docker does not, the same
 * commit can give different images. A tree is dirty when a file sent to Docker was changed, deleted, or is not
 * committed.
 *
 * A fixed tag never moves. If the registry has it with the same content, nothing is pushed; if it has different content
 * and the tag is immutable, the image is refused. The second tag identifies the content on any machine.
 */
export type TagFrom =
  | "content"
  | "git"
  | {
      /** Commit and content, and what to do when the working tree differs from the commit. */
      git: {
        /** `mark` adds `dirty` to the tag, as `"git"` does; `refuse` makes it a fault. */
        dirtyTree: "mark" | "refuse";
      };
    }
  | {
      /** A release tag, which never moves: at most 107 letters, digits, `.`, `_` and `-`. */
      fixed: string;
    };

/** An image's tags according to its tag strategy. */
export interface StrategyTags {
  /** Identifies exactly this content: if the registry has this tag, the image need not be built or pushed. */
  identity: string;
  /** The tag to show: the release tag if there is one, otherwise the identity. */
  tag: string;
  /** A tag that never moves, in addition to the identity. */
  releaseTag?: string;
}

/** Short enough to read, long enough for repositories of any size. */
const commitDigits = 12;
/** The identity adds `-src-` and 16 digits to a fixed tag. */
const identitySuffixLength = 1 + contentTagPrefix.length + 16;

/** The image's tags, or the faults, including unreadable files. Expects inputs that pass buildContextFaults. */
export function strategyTags(inputs: BuildInputs, tagFrom: TagFrom): StrategyTags | { faults: Fault[] } {
  let digest: string;
  try {
    digest = contentDigest(inputs);
  } catch (error) {
    if (error instanceof InvalidInputError) return { faults: [...error.faults] };
    throw error;
  }
  if (tagFrom === "content") return identityOnly(contentTagPrefix + digest);
  if (tagFrom !== "git" && "fixed" in tagFrom) {
    const releaseTag = tagFrom.fixed;
    return { identity: `${releaseTag}-${contentTagPrefix}${digest}`, tag: releaseTag, releaseTag };
  }
  const revision = readGitRevision(inputs);
  if ("faults" in revision) return revision;
  const commit = revision.commit.slice(0, commitDigits);
  if (revision.dirty.length === 0) return identityOnly(`git-${commit}-${digest}`);
  if (tagFrom !== "git" && tagFrom.git.dirtyTree === "refuse") return { faults: [dirtyTreeFault(revision.dirty)] };
  return identityOnly(`git-${commit}-dirty-${digest}`);
}

function identityOnly(identity: string): StrategyTags {
  return { identity, tag: identity };
}

const shownFiles = 5;

function dirtyTreeFault(dirty: readonly string[]): Fault {
  const more = dirty.length > shownFiles ? ` and ${dirty.length - shownFiles} more` : "";
  return {
    path: "tagFrom.git",
    value: { dirtyTree: "refuse" },
    rule: `these files of the build differ from the commit: ${dirty.slice(0, shownFiles).join(", ")}${more}.`,
    fix: 'commit them, exclude them with .dockerignore, or allow a dirty tree with dirtyTree: "mark".',
  };
}

/** Why a tag strategy would be refused, without reading any file. Never throws. */
export function tagFromFaults(tagFrom: unknown): Fault[] {
  if (tagFrom === "content" || tagFrom === "git") return [];
  const { git, fixed, ...others } = (typeof tagFrom === "object" && tagFrom !== null ? tagFrom : {}) as {
    git?: { dirtyTree?: unknown };
    fixed?: unknown;
  };
  const isOne = (git === undefined) !== (fixed === undefined) && Object.keys(others).length === 0;
  if (isOne && fixed !== undefined) return fixedTagFaults(fixed);
  if (isOne && (git?.dirtyTree === "mark" || git?.dirtyTree === "refuse")) return [];
  return [
    {
      path: "tagFrom",
      value: tagFrom,
      rule: "an image's own tag must come from its content or its Git commit, or be fixed.",
      fix: 'write "content", "git", { git: { dirtyTree: "refuse" } } or { fixed: "1.2.3" }.',
    },
  ];
}

function fixedTagFaults(fixed: unknown): Fault[] {
  const path = "tagFrom.fixed";
  const faults = imageTagFaults(fixed, path);
  const maximum = imageTagMaximumLength - identitySuffixLength;
  if (faults.length > 0 || typeof fixed !== "string" || fixed.length <= maximum) return faults;
  return [
    {
      path,
      value: fixed,
      rule: `a fixed tag can have at most ${maximum} characters, because the content tag is derived from it; this one has ${fixed.length}.`,
      fix: `shorten it by ${fixed.length - maximum}.`,
    },
  ];
}
