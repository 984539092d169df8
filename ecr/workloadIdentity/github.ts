import type { Fault } from "../faults";
import { typeFaults } from "../typeFaults";
import { refFaults, variableFaults } from "./refs";

/** The issuer of GitHub's tokens (GitHub docs, configuring OpenID Connect in AWS). */
export const githubIssuer = "https://token.actions.githubusercontent.com";
/** The audience that aws-actions/configure-aws-credentials requests. */
export const githubAudience = "sts.amazonaws.com";

/**
 * GitHub Actions workflows. At least one of `branches`, `tags`, `environments`, and `pullRequests` selects the runs: a
 * repository alone would allow every branch that anyone with write access can create.
 */
export interface GitHubWorkflows {
  /**
   * `owner/name`, in GitHub's own spelling: conditions are case-sensitive. Repositories on github.com that were
   * created, renamed, or transferred since 15 July 2026 have IDs in the token's subject, and are written with them:
   * `owner@1234/name@5678` (GitHub docs, immutable subject claims; the repository's OIDC settings show it).
   * @default none: `anyRepositoryOf` is required
   */
  repository?: string;
  /**
   * Instead of `repository`: all repositories of this owner, including future ones, with or without IDs in their
   * subjects. `owner@1234`: only those with IDs, so that nobody who later gets the owner's name matches. @default none
   */
  anyRepositoryOf?: string;
  /**
   * Runs for these branches; `*` matches any characters: `main`, `release/*`. Not only pushes: workflows that GitHub
   * runs on the default branch count, whoever triggered them (`pull_request_target`, `issue_comment`, `workflow_run`,
   * `schedule`). Use `workflows` or `environments` to restrict them. @default none
   */
  branches?: readonly string[];
  /** Runs for these tags: `v*`. @default none */
  tags?: readonly string[];
  /**
   * Jobs in these environments, on any branch: the environment's protection rules decide. A job in an environment only
   * matches by environment, never by branch. No wildcards. @default none
   */
  environments?: readonly string[];
  /** Runs for pull requests, whatever they change. @default false */
  pullRequests?: boolean;
  /**
   * Of these runs, only jobs defined in these workflow files: `release.yml`, in the same repository; a reusable
   * workflow in another repository with its ref: `octo-org/shared/.github/workflows/push.yml@refs/heads/main`,
   * `…@refs/tags/v*` or `…@<commit>`. Compares the claim `job_workflow_ref`, for github.com only. @default any workflow
   */
  workflows?: readonly string[];
}

const ownerName = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,37}[A-Za-z0-9_])?(?:@[0-9]+)?";
const ownerForm = new RegExp(`^${ownerName}$`);
const repositoryForm = new RegExp(`^${ownerName}/(?!\\.{1,2}(?:@|$))[A-Za-z0-9._-]{1,100}(?:@[0-9]+)?$`);

/**
 * The `sub` claims of these workflows' tokens, sorted; `*` in them is IAM's wildcard.
 *
 * @param workflows Without faults: see {@link githubFaults}.
 */
export function githubSubjects(workflows: GitHubWorkflows): string[] {
  const { repository, anyRepositoryOf, branches = [], tags = [], environments = [], pullRequests } = workflows;
  return subjectOwners(repository, anyRepositoryOf)
    .flatMap((owner) => [
      ...branches.map((branch) => `repo:${owner}:ref:refs/heads/${branch}`),
      ...tags.map((tag) => `repo:${owner}:ref:refs/tags/${tag}`),
      // GitHub writes a colon in an environment's name as %3A.
      ...environments.map((environment) => `repo:${owner}:environment:${environment.replaceAll(":", "%3A")}`),
      ...(pullRequests ? [`repo:${owner}:pull_request`] : []),
    ])
    .sort();
}

/** Owners in the subjects: older repositories of an owner have its name there, newer ones also its ID. */
function subjectOwners(repository: string | undefined, owner = ""): string[] {
  if (repository !== undefined) return [repository];
  return owner.includes("@") ? [`${owner}/*`] : [`${owner}/*`, `${owner}@*/*`];
}

/**
 * The `job_workflow_ref` claims of these workflows' tokens, sorted (GitHub docs, OpenID Connect reference); `undefined`
 * when any workflow is allowed. The subject already restricts the branch; only subjects contain IDs.
 *
 * @param workflows Without faults: see {@link githubFaults}.
 */
export function githubWorkflowRefs({ repository, anyRepositoryOf, workflows }: GitHubWorkflows): string[] | undefined {
  const home = (repository ?? `${anyRepositoryOf}/*`).replace(/@[0-9]+/g, "");
  return workflows?.map((file) => (file.includes("/") ? file : `${home}/.github/workflows/${file}@*`)).sort();
}

/** Why these workflows cannot be identified by their tokens. Never throws. */
export function githubFaults(workflows: GitHubWorkflows, path: string): Fault[] {
  const { repository, anyRepositoryOf, branches = [], tags = [], environments = [], pullRequests } = workflows;
  const faults = typeFaults(
    workflows,
    { branches: "list", tags: "list", environments: "list", pullRequests: "boolean", workflows: "list" },
    path,
  );
  if (faults.length > 0) return faults;
  if ((repository === undefined) === (anyRepositoryOf === undefined)) {
    faults.push({
      path: `${path}.repository`,
      value: repository,
      rule: "must name one repository, or any repository of one owner.",
      fix: 'write either repository: "owner/name" or anyRepositoryOf: "owner".',
    });
  }
  if (repository !== undefined) faults.push(...repositoryFaults(repository, `${path}.repository`));
  if (anyRepositoryOf !== undefined && !matches(ownerForm, anyRepositoryOf)) {
    faults.push({
      path: `${path}.anyRepositoryOf`,
      value: anyRepositoryOf,
      rule: "must be the name of a GitHub user or organization.",
      fix: "write only the name: letters, digits and hyphens.",
    });
  }
  branches.forEach((branch, index) => {
    faults.push(...refFaults(branch, `${path}.branches[${index}]`));
  });
  tags.forEach((tag, index) => {
    faults.push(...refFaults(tag, `${path}.tags[${index}]`));
  });
  environments.forEach((environment, index) => {
    faults.push(...environmentFaults(environment, `${path}.environments[${index}]`));
  });
  if (workflows.workflows !== undefined) faults.push(...fileFaults(workflows.workflows, `${path}.workflows`));
  if (branches.length + tags.length + environments.length === 0 && pullRequests !== true) {
    faults.push({
      path: `${path}.branches`,
      value: branches,
      rule: "must say which runs of the repository are allowed.",
      fix: 'write branches, tags, environments or pullRequests: true; branches: ["*"] for any branch.',
    });
  }
  return faults;
}

const fileForm = /^[A-Za-z0-9_-][A-Za-z0-9._-]*\.ya?ml$/;
const calledForm =
  /^([^*?@/:]+\/[^*?@/:]+)\/\.github\/workflows\/([^*?@/:]+)@(?:[0-9a-f]{40}|refs\/(?:heads|tags)\/(.+))$/;

function fileFaults(files: readonly string[], path: string): Fault[] {
  if (files.length === 0) {
    return [
      {
        path,
        value: files,
        rule: "an empty list of workflows would admit no job.",
        fix: "name the workflow files, or leave workflows out to allow any.",
      },
    ];
  }
  return files.flatMap((file, index) => {
    if (matches(fileForm, file)) return [];
    const [, repository, name, ref] = (typeof file === "string" && calledForm.exec(file)) || [];
    const at = `${path}[${index}]`;
    if (repository !== undefined && matches(repositoryForm, repository) && matches(fileForm, name)) {
      return ref === undefined ? [] : refFaults(ref, at);
    }
    return [
      {
        path: at,
        value: file,
        rule: "a workflow must be a file in .github/workflows, or a reusable workflow of another repository with its ref.",
        fix: 'write "release.yml", or "owner/name/.github/workflows/push.yml@refs/heads/main".',
      },
    ];
  });
}

function repositoryFaults(repository: unknown, path: string): Fault[] {
  if (matches(repositoryForm, repository)) return [];
  const wildcard = typeof repository === "string" && /[*?]/.test(repository);
  return [
    {
      path,
      value: repository,
      rule: "a GitHub repository must be owner/name without wildcards: a wildcard would admit other repositories.",
      fix: wildcard
        ? 'name each repository, or write anyRepositoryOf: "owner" to allow all of an owner.'
        : 'write "owner/name" as GitHub shows it, without https:// and .git.',
    },
  ];
}

function environmentFaults(environment: unknown, path: string): Fault[] {
  if (typeof environment !== "string" || !/^[^*?\p{Cc}]{1,255}$/u.test(environment)) {
    return [
      {
        path,
        value: environment,
        rule: "must be the full name of an environment: 1 to 255 characters, no * and no ?.",
        fix: "name each environment.",
      },
    ];
  }
  if (/%3a/i.test(environment)) {
    return [
      {
        path,
        value: environment,
        rule: "GitHub writes a colon in an environment's name as %3A: this name could not be told from the one with a colon.",
        fix: "write the colon if you mean it; otherwise give the environment another name.",
      },
    ];
  }
  return variableFaults(environment, path);
}

function matches(form: RegExp, text: unknown): boolean {
  return typeof text === "string" && form.test(text);
}
