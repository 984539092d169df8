import { type Fault, InvalidInputError } from "../../ecr/faults";
import { imageTagFaults, imageTagMaximumLength } from "../../ecr/imageTags";
import { contentTagPrefix } from "../../ecr/lifecyclePolicy";
import { type BuildInputs, contentDigest } from "./buildContext";
import { readGitRevision } from "./gitRevision";

/**
 * What an image's own tag is made from:
 *
 * | value | tag | stands for |
 * |---|---|---|
 * | `"content"` | `src-<16 digits>` | the content |
 * | `"git"` | `git-<commit>-<16 digits>`, `git-<commit>-dirty-<16 digits>` | commit (12 digits) and content |
 * | `{ git: { dirtyTree: "refuse" } }` | the same | a dirty tree is refused, not marked |
 * | `{ fixed: "1.2.3" }` | `1.2.3`, and `1.2.3-src-<16 digits>` | a release |
 *
 * The commit alone never is the tag: build arguments, and files that Git ignores and Docker does not, make another image
 * of the same commit. A tree is dirty when a file that Docker gets was changed, deleted or is not committed.
 *
 * A fixed tag is given once. Where the registry holds it with the same content, nothing is pushed; where it holds it with
 * another and it cannot be moved, the image is refused. The second tag is how the content is known again on any machine.
 */
export type TagFrom =
  | "content"
  | "git"
  | {
      /** Commit and content, with a word on a tree that is not as the commit has it. */
      git: {
        /** `mark` writes `dirty` into the tag, as `"git"` does; `refuse` makes it a fault. */
        dirtyTree: "mark" | "refuse";
      };
    }
  | {
      /** A release tag: at most 107 letters, digits, `.`, `_` and `-`, given once. */
      fixed: string;
    };

/** The tags of an image, by its tag strategy. */
export interface OwnTags {
  /** Names exactly this content: what the registry holds under it need not be built or pushed. */
  identity: string;
  /** The tag to speak of: the release tag when there is one, else the identity. */
  tag: string;
  /** Given once to an image, beside its identity. */
  releaseTag?: string;
}

/** Short enough to read, long enough for repositories of any size. */
const commitDigits = 12;
/** What follows a fixed tag in its identity: `-src-` and 16 digits. */
const identitySuffixLength = 1 + contentTagPrefix.length + 16;

/** The image's tags, or why there are none: what cannot be read too. Expects inputs without faults of buildContextFaults. */
export function ownTags(inputs: BuildInputs, tagFrom: TagFrom): OwnTags | { faults: Fault[] } {
  let digest: string;
  try {
    digest = contentDigest(inputs);
  } catch (error) {
    if (error instanceof InvalidInputError) return { faults: [...error.faults] };
    throw error;
  }
  if (tagFrom === "content") return sole(contentTagPrefix + digest);
  if (tagFrom !== "git" && "fixed" in tagFrom) {
    const releaseTag = tagFrom.fixed;
    return { identity: `${releaseTag}-${contentTagPrefix}${digest}`, tag: releaseTag, releaseTag };
  }
  const revision = readGitRevision(inputs);
  if ("faults" in revision) return revision;
  const commit = revision.commit.slice(0, commitDigits);
  if (revision.dirty.length === 0) return sole(`git-${commit}-${digest}`);
  if (tagFrom !== "git" && tagFrom.git.dirtyTree === "refuse") return { faults: [dirtyTreeFault(revision.dirty)] };
  return sole(`git-${commit}-dirty-${digest}`);
}

function sole(identity: string): OwnTags {
  return { identity, tag: identity };
}

const shownFiles = 5;

function dirtyTreeFault(dirty: readonly string[]): Fault {
  const more = dirty.length > shownFiles ? ` and ${dirty.length - shownFiles} more` : "";
  return {
    path: "tagFrom.git",
    value: { dirtyTree: "refuse" },
    rule: `these files of the build are not as the commit has them: ${dirty.slice(0, shownFiles).join(", ")}${more}.`,
    fix: 'commit them, keep them from Docker with .dockerignore, or allow a dirty tree with dirtyTree: "mark".',
  };
}

/** Why a tag strategy would be refused, before anything is read. Never throws. */
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
      rule: "an image's own tag is made from its content, from its Git commit, or is fixed.",
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
      rule: `a fixed tag has at most ${maximum} characters, since the tag of its content is made from it; this one has ${fixed.length}.`,
      fix: `shorten it by ${fixed.length - maximum}.`,
    },
  ];
}
