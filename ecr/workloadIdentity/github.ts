import type { Fault } from "../faults";
import { typeFaults } from "../typeFaults";
import { refFaults, variableFaults } from "./refs";

/** Where GitHub's tokens come from (GitHub docs, configuring OpenID Connect in AWS). */
export const githubIssuer = "https://token.actions.githubusercontent.com";
/** The audience that aws-actions/configure-aws-credentials asks for. */
export const githubAudience = "sts.amazonaws.com";

/**
 * Workflows of GitHub Actions, in words. At least one of `branches`, `tags`, `environments` and `pullRequests` says which
 * runs are meant: a repository alone would let in every branch that anyone with write access can make.
 */
export interface GitHubWorkflows {
  /**
   * `owner/name`, in GitHub's own spelling: conditions tell upper case from lower. Repositories of github.com that were made,
   * renamed or transferred since 15 July 2026 have ids in the token's subject, and are written with them:
   * `owner@1234/name@5678` (GitHub docs, immutable subject claims; the repository's OIDC settings show it).
   * @default none: then `anyRepositoryOf` is given
   */
  repository?: string;
  /**
   * Instead of `repository`: all repositories of this owner, those too that are made later, with ids in their subjects or
   * without. `owner@1234`: only those with ids, and never those of whoever has the owner's name after it. @default none
   */
  anyRepositoryOf?: string;
  /**
   * Runs for these branches; `*` stands for any text: `main`, `release/*`. Not only pushes: what GitHub starts on the default
   * branch is a run for it too, whoever caused it (`pull_request_target`, `issue_comment`, `workflow_run`, `schedule`).
   * `workflows` or `environments` say it more narrowly. @default none
   */
  branches?: readonly string[];
  /** Runs for these tags: `v*`. @default none */
  tags?: readonly string[];
  /**
   * Jobs in these environments, whatever the branch: the environment's protection rules decide. A job in an environment
   * is only matched by it, never by its branch. No wildcards. @default none
   */
  environments?: readonly string[];
  /** Runs for pull requests, whatever they change. @default false */
  pullRequests?: boolean;
  /**
   * Of these runs, only jobs that are written in these workflow files: `release.yml`, in the same repository; one of another
   * repository that is called, with the place it is called at: `octo-org/shared/.github/workflows/push.yml@refs/heads/main`,
   * `…@refs/tags/v*` or `…@<commit>`. Compares the claim `job_workflow_ref`, for github.com alone. @default any workflow
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

/** Which repositories the subjects are of: an owner's older ones have their name there, later ones its id too. */
function subjectOwners(repository: string | undefined, owner = ""): string[] {
  if (repository !== undefined) return [repository];
  return owner.includes("@") ? [`${owner}/*`] : [`${owner}/*`, `${owner}@*/*`];
}

/**
 * The `job_workflow_ref` claims of these workflows' tokens, sorted (GitHub docs, OpenID Connect reference); `undefined` when
 * any workflow is meant. Of which branch the file is, the subject says; ids stand in subjects only.
 *
 * @param workflows Without faults: see {@link githubFaults}.
 */
export function githubWorkflowRefs({ repository, anyRepositoryOf, workflows }: GitHubWorkflows): string[] | undefined {
  const home = (repository ?? `${anyRepositoryOf}/*`).replace(/@[0-9]+/g, "");
  return workflows?.map((file) => (file.includes("/") ? file : `${home}/.github/workflows/${file}@*`)).sort();
}

/** Why these workflows cannot be told from others by their tokens. Never throws. */
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
      rule: "workflows belong to one repository, or to any of one owner.",
      fix: 'write repository: "owner/name", or anyRepositoryOf: "owner", and only one of them.',
    });
  }
  if (repository !== undefined) faults.push(...repositoryFaults(repository, `${path}.repository`));
  if (anyRepositoryOf !== undefined && !matches(ownerForm, anyRepositoryOf)) {
    faults.push({
      path: `${path}.anyRepositoryOf`,
      value: anyRepositoryOf,
      rule: "an owner is a user or an organization of GitHub, by its name.",
      fix: "write the name alone: letters, digits and hyphens.",
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
      rule: "it is said which runs of a repository are meant.",
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
        rule: "with no workflow named, no job gets in.",
        fix: "name the workflow files, or leave workflows out for any.",
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
        rule: "a workflow is a file of .github/workflows, or one of another repository with the place it is called at.",
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
      rule: "a repository of GitHub is named owner/name, without wildcards: one would let other repositories in.",
      fix: wildcard
        ? 'name each repository, or write anyRepositoryOf: "owner" when all of an owner are meant.'
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
        rule: "an environment is named whole: 1 to 255 characters, no * and no ?.",
        fix: "name each environment.",
      },
    ];
  }
  if (/%3a/i.test(environment)) {
    return [
      {
        path,
        value: environment,
        rule: "GitHub writes a colon in an environment's name as %3A: this one could not be told from the one with a colon.",
        fix: "write the colon where it is meant; else give the environment another name.",
      },
    ];
  }
  return variableFaults(environment, path);
}

function matches(form: RegExp, text: unknown): boolean {
  return typeof text === "string" && form.test(text);
}
