import type { Fault } from "../faults";
import { typeFaults } from "../typeFaults";
import { refFaults } from "./refs";

/** The issuer of gitlab.com's tokens; a self-managed GitLab has its own address. */
export const gitlabIssuer = "https://gitlab.com";

/** GitLab CI pipelines. At least one of `branches` and `tags` selects the pipelines. */
export interface GitLabPipelines {
  /**
   * `group/project` or `group/subgroup/project`, in GitLab's own spelling.
   * @default none: `anyProjectOf` is required
   */
  project?: string;
  /** Instead of `project`: all projects of this group and its subgroups, including future ones. @default none */
  anyProjectOf?: string;
  /**
   * Pipelines for these branches; `*` matches any characters. A merge request's pipeline counts for its source branch.
   * From a fork it counts as the fork's since GitLab 18.2.2; before that, a fork's branch named `main` matched, so
   * update. Protect the branches: the subject contains nothing else, and AWS reads no other claim of GitLab's. @default
   * none
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
 * The `sub` claims of these pipelines' tokens, sorted (GitLab docs, OpenID Connect in AWS); `*` in them is IAM's
 * wildcard.
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

/** Why these pipelines cannot be identified by their tokens. Never throws. */
export function gitlabFaults(pipelines: GitLabPipelines, path: string): Fault[] {
  const { project, anyProjectOf, branches = [], tags = [] } = pipelines;
  const faults = typeFaults(pipelines, { branches: "list", tags: "list" }, path);
  if (faults.length > 0) return faults;
  if ((project === undefined) === (anyProjectOf === undefined)) {
    faults.push({
      path: `${path}.project`,
      value: project,
      rule: "must name one project, or any project of one group.",
      fix: 'write either project: "group/project" or anyProjectOf: "group".',
    });
  }
  if (project !== undefined && !matches(projectForm, project)) {
    faults.push({
      path: `${path}.project`,
      value: project,
      rule: "a GitLab project must be its path without wildcards: a wildcard would admit other projects.",
      fix: /[*?]/.test(String(project))
        ? 'name each project, or write anyProjectOf: "group" to allow all of a group.'
        : 'write "group/project" as GitLab shows it.',
    });
  }
  if (anyProjectOf !== undefined && !matches(groupForm, anyProjectOf)) {
    faults.push({
      path: `${path}.anyProjectOf`,
      value: anyProjectOf,
      rule: "must be the path of a GitLab group.",
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
      rule: "must say which pipelines of the project are allowed.",
      fix: 'write branches or tags; branches: ["*"] for any branch.',
    });
  }
  return faults;
}

function matches(form: RegExp, text: unknown): boolean {
  return typeof text === "string" && form.test(text);
}
