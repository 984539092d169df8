import type { Fault } from "../faults";
import { typeFaults } from "../typeFaults";
import { refFaults } from "./refs";

/** Where the tokens of gitlab.com come from; a GitLab of one's own has its own address. */
export const gitlabIssuer = "https://gitlab.com";

/**
 * Pipelines of GitLab CI, in words. At least one of `branches` and `tags` says which pipelines are meant.
 */
export interface GitLabPipelines {
  /** `group/project` or `group/subgroup/project`, in GitLab's own spelling. @default none: then `anyProjectOf` is given */
  project?: string;
  /** Instead of `project`: all projects of this group and below it, those too that are made later. @default none */
  anyProjectOf?: string;
  /**
   * Pipelines for these branches; `*` stands for any text. A merge request's pipeline is one for its source branch. From a fork
   * it counts as the fork's since GitLab 18.2.2; before, a fork's branch called `main` got in, so update. Protect the branches:
   * the subject does not say more, and AWS reads no other claim of GitLab's. @default none
   */
  branches?: readonly string[];
  /** Pipelines for these tags. @default none */
  tags?: readonly string[];
}

/** A part of a project's path (GitLab docs, reserved project and group names). */
const part = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?";
const projectForm = new RegExp(`^${part}(?:/${part})+$`);
const groupForm = new RegExp(`^${part}(?:/${part})*$`);

/**
 * The `sub` claims of these pipelines' tokens, sorted (GitLab docs, OpenID Connect in AWS); `*` in them is IAM's wildcard.
 *
 * @param pipelines Without faults: see {@link gitlabFaults}.
 */
export function gitlabSubjects(pipelines: GitLabPipelines): string[] {
  const { project, anyProjectOf, branches = [], tags = [] } = pipelines;
  const subject = `project_path:${project ?? `${anyProjectOf}/*`}`;
  return [
    ...branches.map((branch) => `${subject}:ref_type:branch:ref:${branch}`),
    ...tags.map((tag) => `${subject}:ref_type:tag:ref:${tag}`),
  ].sort();
}

/** Why these pipelines cannot be told from others by their tokens. Never throws. */
export function gitlabFaults(pipelines: GitLabPipelines, path: string): Fault[] {
  const { project, anyProjectOf, branches = [], tags = [] } = pipelines;
  const faults = typeFaults(pipelines, { branches: "list", tags: "list" }, path);
  if (faults.length > 0) return faults;
  if ((project === undefined) === (anyProjectOf === undefined)) {
    faults.push({
      path: `${path}.project`,
      value: project,
      rule: "pipelines belong to one project, or to any of one group.",
      fix: 'write project: "group/project", or anyProjectOf: "group", and only one of them.',
    });
  }
  if (project !== undefined && !matches(projectForm, project)) {
    faults.push({
      path: `${path}.project`,
      value: project,
      rule: "a project of GitLab is named by its path, without wildcards: one would let other projects in.",
      fix: /[*?]/.test(String(project))
        ? 'name each project, or write anyProjectOf: "group" when all of a group are meant.'
        : 'write "group/project" as GitLab shows it.',
    });
  }
  if (anyProjectOf !== undefined && !matches(groupForm, anyProjectOf)) {
    faults.push({
      path: `${path}.anyProjectOf`,
      value: anyProjectOf,
      rule: "a group of GitLab is named by its path.",
      fix: 'write "group" or "group/subgroup".',
    });
  }
  branches.forEach((branch, index) => {
    faults.push(...refFaults(branch, `${path}.branches[${index}]`));
  });
  tags.forEach((tag, index) => {
    faults.push(...refFaults(tag, `${path}.tags[${index}]`));
  });
  if (branches.length + tags.length === 0) {
    faults.push({
      path: `${path}.branches`,
      value: branches,
      rule: "it is said which pipelines of a project are meant.",
      fix: 'write branches or tags; branches: ["*"] for any branch.',
    });
  }
  return faults;
}

function matches(form: RegExp, text: unknown): boolean {
  return typeof text === "string" && form.test(text);
}
