import { isExcused } from "./exceptions";
import type { Findings } from "./findings";
import { securityHub } from "./frameworks";
import { LifecycleOwners, type Match, type Placed, placed } from "./lifecycleOwners";
import { lookup } from "./lookup";
import { repositoryNames } from "./parameters";
import { isNamed, labelled, resourceTypes } from "./resources";
import { stackRule } from "./rule";
import { Unknown } from "./unknowns";

const name = "ecr-lifecycle-policy";

interface Config {
  exempt: string[];
}

export const lifecyclePolicy = stackRule<Config>({
  name,
  displayName: "ECR repositories have a lifecycle policy",
  description: "Every private repository of the stack has a lifecycle policy, and one only.",
  severity: "medium",
  framework: securityHub("ECR.3", "ECR repositories should have at least one lifecycle policy configured", {
    nist: ["CA-9(1)", "CM-2", "CM-2(2)"],
  }),
  tags: ["cost", "lifecycle"],
  remediationSteps: "Add an aws.ecr.LifecyclePolicy for the repository to the stack.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
  parameters: { exempt: repositoryNames("Repositories that need no lifecycle policy.") },
  types: [resourceTypes.repository],
  judge: (stack, config, findings) => {
    const repositories = stack.ofType(resourceTypes.repository).map((each) => placed(each, "name"));
    const policies = stack.ofType(resourceTypes.lifecyclePolicy).map((each) => placed(each, "repository"));
    judge(repositories, policies, config, findings);
  },
});

function judge(repositories: readonly Placed[], policies: readonly Placed[], config: Config, findings: Findings): void {
  const owners = new LifecycleOwners(repositories);
  const matches = policies.map((policy) => owners.match(policy));
  judgeSeveral(matches, findings);
  const covered = new Set(matches.flatMap((each) => each.certain));
  const floating = lookup(matches, ({ possible }) => possible);
  const listsOf = lookup(new Set(matches.flatMap(({ possible }) => possible)), (list) => list);
  const open: Open[] = [];
  for (const repository of repositories.filter((each) => !covered.has(each))) {
    const exempt = isNamed(repository.name, config.exempt);
    const lists = listsOf(repository);
    if (exempt === true) {
      continue;
    }
    if (exempt instanceof Unknown) {
      findings.unjudged(
        `${label(repository)} has no lifecycle policy that is known yet, and its name, which may be exempt, is not known either.`,
        exempt,
        repository.resource,
      );
    } else if (lists.length > 0) {
      open.push({ repository, policies: lists.map(floating) });
    } else {
      findings.violation(
        `lifecyclePolicy: ${label(repository)} has none, so it keeps every image for ever; ${fix(repository)}`,
        repository.resource,
      );
    }
  }
  judgeOpen(
    open.filter(({ repository }) => !isExcused(name, repository.resource)),
    findings,
  );
}

/** A repository has one lifecycle policy: of two, the one that is written last is in force, and each update writes either. */
function judgeSeveral(matches: readonly Match[], findings: Findings): void {
  const first = new Map<Placed, Placed>();
  for (const { policy, certain } of matches) {
    for (const repository of certain) {
      const other = first.get(repository);
      if (other === undefined) {
        first.set(repository, policy);
        continue;
      }
      findings.violation(
        `repository: "${policy.resource.name}" is a second lifecycle policy for ${label(repository)}, which has ` +
          `"${other.resource.name}"; the one that is written last replaces the other. Must be one policy for each repository. ` +
          "Put the rules of both into one document.",
        policy.resource,
      );
    }
  }
}

/** A repository that lifecycle policies may be for whose own repository is not known yet. */
interface Open {
  repository: Placed;
  /** Those policies, as lists that repositories have in common. */
  policies: readonly (readonly Match[])[];
}

/** Policies that a message names for a repository. */
const shown = 3;

/**
 * Each policy is for one repository, so when there are fewer of them than repositories, some have none, whatever the names turn
 * out to be.
 */
function judgeOpen(open: readonly Open[], findings: Findings): void {
  const floating = new Set([...new Set(open.flatMap(({ policies }) => policies))].flat());
  const without = open.length - floating.size;
  const [first] = open;
  if (first !== undefined && without > 0) {
    findings.violation(
      `lifecyclePolicy: at least ${without} of ${open.map(({ repository }) => label(repository)).join(", ")} has none, as only ` +
        `${floating.size} of the stack's lifecycle policies can be for them; ${fix(first.repository)}`,
    );
    return;
  }
  for (const { repository, policies } of open) {
    const some = policies.flatMap((list) => list.slice(0, shown)).slice(0, shown);
    const more = policies.reduce((sum, list) => sum + list.length, 0) - some.length;
    const names = some.map(({ policy }) => `"${policy.resource.name}"`);
    const unknown = some.find((each) => each.unknown !== undefined)?.unknown;
    if (unknown !== undefined) {
      findings.unjudged(
        `Whether ${label(repository)} has a lifecycle policy is not known yet: ` +
          `${[...names, ...(more > 0 ? [`${more} more`] : [])].join(" or ")} may be for it.`,
        unknown,
        repository.resource,
      );
    }
  }
}

function fix({ resource }: Placed): string {
  // This project's component makes one by itself unless it is told not to.
  const first =
    resource.parent?.type === "ecr:index:PrivateRepository"
      ? `Leave "lifecyclePolicy: false" out of ${JSON.stringify(resource.parent.name)}, or write `
      : "Write ";
  return (
    `each private repository needs one. ${first}` +
    `new aws.ecr.LifecyclePolicy("${resource.name}", { repository: <the repository>.name, policy: … }) in this stack.`
  );
}

function label({ resource, name: repositoryName }: Placed): string {
  return labelled("repository", repositoryName, resource);
}
