import { isExcused } from "../engine/exceptions";
import type { Findings } from "../engine/findings";
import { lookup } from "../engine/lookup";
import { repositoryNames } from "../engine/parameters";
import { stackRule } from "../engine/rule";
import { Unknown } from "../engine/unknowns";
import { isNamed, labelled, resourceTypes } from "../resources/resourceTypes";
import { LifecycleOwners, type LocatedResource, locateResource, type PolicyMatch } from "./lifecycleOwners";
import { lifecycleControl } from "./ruleMetadata";

const name = "ecr-lifecycle-policy";

interface Config {
  exempt: string[];
}

export const lifecyclePolicy = stackRule<Config>({
  name,
  displayName: "ECR repositories have a lifecycle policy",
  description: "Every private repository of the stack has exactly one lifecycle policy.",
  severity: "medium",
  framework: lifecycleControl,
  tags: ["cost", "lifecycle"],
  remediationSteps: "Add an aws.ecr.LifecyclePolicy for the repository to the stack.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
  parameters: { exempt: repositoryNames("Repositories that do not need a lifecycle policy.") },
  types: [resourceTypes.repository],
  judge: (stack, config, findings) => {
    const repositories = stack.ofType(resourceTypes.repository).map((each) => locateResource(each, "name"));
    const policies = stack.ofType(resourceTypes.lifecyclePolicy).map((each) => locateResource(each, "repository"));
    judge(repositories, policies, config, findings);
  },
});

function judge(
  repositories: readonly LocatedResource[],
  policies: readonly LocatedResource[],
  config: Config,
  findings: Findings,
): void {
  const owners = new LifecycleOwners(repositories);
  const matches = policies.map((policy) => owners.match(policy));
  judgeSeveral(matches, findings);
  const covered = new Set(matches.flatMap((each) => each.certain));
  const floating = lookup(matches, ({ possible }) => possible);
  const listsOf = lookup(new Set(matches.flatMap(({ possible }) => possible)), (list) => list);
  const open: UnresolvedRepository[] = [];
  for (const repository of repositories.filter((each) => !covered.has(each))) {
    const exempt = isNamed(repository.name, config.exempt);
    const lists = listsOf(repository);
    if (exempt === true) {
      continue;
    }
    if (exempt instanceof Unknown) {
      findings.unjudged(
        `${label(repository)} has no known lifecycle policy, and its name is not known yet; config may exempt it.`,
        exempt,
        repository.resource,
      );
    } else if (lists.length > 0) {
      open.push({ repository, policies: lists.map(floating) });
    } else {
      findings.violation(
        `lifecyclePolicy: ${label(repository)} has no lifecycle policy, so it keeps every image forever. ${fix(repository)}`,
        repository.resource,
      );
    }
  }
  judgeUnresolved(
    open.filter(({ repository }) => !isExcused(name, repository.resource)),
    findings,
  );
}

/**
 * A repository has one lifecycle policy: of two, the one written last takes effect, and each update may write either
 * last.
 */
function judgeSeveral(matches: readonly PolicyMatch[], findings: Findings): void {
  const first = new Map<LocatedResource, LocatedResource>();
  for (const { policy, certain } of matches) {
    for (const repository of certain) {
      const other = first.get(repository);
      if (other === undefined) {
        first.set(repository, policy);
        continue;
      }
      findings.violation(
        `repository: "${policy.resource.name}" is a second lifecycle policy for ${label(repository)}, which has ` +
          `"${other.resource.name}": the one that is written last replaces the other. Must be one policy per repository. ` +
          "Merge the rules of both into one document.",
        policy.resource,
      );
    }
  }
}

/** A repository whose lifecycle policy may be one of those whose repository is not known yet. */
interface UnresolvedRepository {
  repository: LocatedResource;
  /** Those policies, as lists that repositories share. */
  policies: readonly (readonly PolicyMatch[])[];
}

/** How many policies a message names for a repository. */
const maximumShown = 3;

/**
 * Each policy belongs to one repository: with fewer policies than repositories, some repositories have none, whatever
 * the names turn out to be.
 */
function judgeUnresolved(open: readonly UnresolvedRepository[], findings: Findings): void {
  const floating = new Set([...new Set(open.flatMap(({ policies }) => policies))].flat());
  const without = open.length - floating.size;
  const [first] = open;
  if (first !== undefined && without > 0) {
    findings.violation(
      `lifecyclePolicy: at least ${without} of ${open.map(({ repository }) => label(repository)).join(", ")} has no lifecycle policy, as ` +
        `only ${floating.size} of the stack's lifecycle policies can belong to them. ${fix(first.repository)}`,
    );
    return;
  }
  for (const { repository, policies } of open) {
    const some = policies.flatMap((list) => list.slice(0, maximumShown)).slice(0, maximumShown);
    const more = policies.reduce((sum, list) => sum + list.length, 0) - some.length;
    const names = some.map(({ policy }) => `"${policy.resource.name}"`);
    const unknown = some.find((each) => each.unknown !== undefined)?.unknown;
    if (unknown !== undefined) {
      findings.unjudged(
        `Whether ${label(repository)} has a lifecycle policy is not known yet: ` +
          `${[...names, ...(more > 0 ? [`${more} more`] : [])].join(" or ")} may belong to it.`,
        unknown,
        repository.resource,
      );
    }
  }
}

function fix({ resource }: LocatedResource): string {
  // This project's component creates one unless told not to.
  const first =
    resource.parent?.type === "ecr:index:PrivateRepository"
      ? `Remove "lifecyclePolicy: false" from ${JSON.stringify(resource.parent.name)}, or write `
      : "Write ";
  return (
    `Must have one. ${first}` +
    `new aws.ecr.LifecyclePolicy("${resource.name}", { repository: <the repository>.name, policy: … }) in this stack.`
  );
}

function label({ resource, name: repositoryName }: LocatedResource): string {
  return labelled("repository", repositoryName, resource);
}
