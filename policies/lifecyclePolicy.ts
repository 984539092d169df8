import { isExcused } from "./exceptions";
import type { Findings } from "./findings";
import { securityHub } from "./frameworks";
import { repositoryNames } from "./parameters";
import { isNamed, labelled, regionOf, resourceTypes } from "./resources";
import { type StackSubject, stackRule } from "./rule";
import { Unknown } from "./unknowns";

const name = "ecr-lifecycle-policy";

interface Config {
  exempt: string[];
}

export const lifecyclePolicy = stackRule<Config>({
  name,
  displayName: "ECR repositories have a lifecycle policy",
  description: "Every private repository of the stack has a lifecycle policy.",
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

interface Placed {
  resource: StackSubject;
  /** The repository's name. */
  name: unknown;
  region: unknown;
  account: unknown;
}

function placed(resource: StackSubject, property: string): Placed {
  const [named, own, account] = [property, "region", "registryId"].map((each) => resource.read(each));
  return { resource, name: named, region: regionOf(own, resource.provider?.props) ?? own, account };
}

function judge(repositories: readonly Placed[], policies: readonly Placed[], config: Config, findings: Findings): void {
  const matches = policies.map((policy) => match(policy, repositories));
  const covered = new Set(matches.flatMap((each) => each.certain));
  const open: { repository: Placed; unknown: Unknown }[] = [];
  for (const repository of repositories.filter((each) => !covered.has(each))) {
    const exempt = isNamed(repository.name, config.exempt);
    const unknown = matches.map((each) => each.possible.get(repository)).find((each) => each !== undefined);
    if (exempt === true) {
      continue;
    }
    if (exempt instanceof Unknown) {
      findings.unjudged(
        `${label(repository)} has no lifecycle policy that is known yet, and its name, which may be exempt, is not known either.`,
        exempt,
        repository.resource,
      );
    } else if (unknown !== undefined) {
      open.push({ repository, unknown });
    } else {
      findings.violation(
        `lifecyclePolicy: ${label(repository)} has none, so it keeps every image for ever; ${fix(repository)}`,
        repository.resource,
      );
    }
  }
  judgeOpen(
    open.filter(({ repository }) => !isExcused(name, repository.resource)),
    matches,
    findings,
  );
}

/**
 * Repositories that a policy may be for whose own repository is not known yet. Each policy is for one repository, so when
 * there are fewer of them than repositories, some have none, whatever the names turn out to be.
 */
function judgeOpen(
  open: readonly { repository: Placed; unknown: Unknown }[],
  matches: readonly Match[],
  findings: Findings,
): void {
  const floating = matches.filter(({ possible }) => open.some(({ repository }) => possible.has(repository)));
  const without = open.length - floating.length;
  const [first] = open;
  if (first !== undefined && without > 0) {
    findings.violation(
      `lifecyclePolicy: at least ${without} of ${open.map(({ repository }) => label(repository)).join(", ")} has none, as only ` +
        `${floating.length} of the stack's lifecycle policies can be for them; ${fix(first.repository)}`,
    );
    return;
  }
  for (const { repository, unknown } of open) {
    const names = floating
      .filter(({ possible }) => possible.has(repository))
      .map(({ policy }) => `"${policy.resource.name}"`);
    findings.unjudged(
      `Whether ${label(repository)} has a lifecycle policy is not known yet: ${names.join(" or ")} may be for it.`,
      unknown,
      repository.resource,
    );
  }
}

function fix({ resource }: Placed): string {
  return (
    "each private repository needs one. Write " +
    `new aws.ecr.LifecyclePolicy("${resource.name}", { repository: <the repository>.name, policy: … }) in this stack.`
  );
}

function label({ resource, name: repositoryName }: Placed): string {
  return labelled("repository", repositoryName, resource);
}

interface Match {
  policy: Placed;
  /** Repositories that the policy is for: one, but for two of the same place and name. */
  certain: readonly Placed[];
  /** Those that it may be for, with what is not known yet. */
  possible: ReadonlyMap<Placed, Unknown>;
}

/** Which repositories a lifecycle policy is for: by what it depends on, by name and place, or by its parent. */
function match(policy: Placed, repositories: readonly Placed[]): Match {
  const named = policy.name;
  const wholly = (certain: readonly Placed[]): Match => ({ policy, certain, possible: new Map() });
  const source = policy.resource.dependencies("repository");
  const referred = repositories.filter(({ resource }) => source.some((each) => each.urn === resource.urn));
  const [only, ...others] = referred;
  // The name that a dependency on a repository gives is that repository's, unless a known name says otherwise.
  if (
    only !== undefined &&
    others.length === 0 &&
    (named instanceof Unknown || only.name instanceof Unknown || only.name === named)
  ) {
    return wholly([only]);
  }
  if (!(named instanceof Unknown)) {
    return byName(policy, repositories);
  }
  if (referred.length > 0) {
    return { policy, certain: [], possible: new Map(referred.map((each) => [each, named])) };
  }
  const { parent } = policy.resource;
  const siblings = repositories.filter(({ resource }) => isComponent(parent) && resource.parent?.urn === parent?.urn);
  if (siblings.length === 1) {
    return wholly(siblings);
  }
  return { policy, certain: [], possible: new Map(repositories.map((each) => [each, named])) };
}

/** A parent that says which resources belong together; the stack is everything's parent. */
function isComponent(parent: StackSubject["parent"]): boolean {
  return parent !== undefined && parent.type !== "pulumi:pulumi:Stack";
}

function byName(policy: Placed, repositories: readonly Placed[]): Match {
  const certain: Placed[] = [];
  const possible = new Map<Placed, Unknown>();
  for (const repository of repositories) {
    const here = samePlace(policy, repository);
    if (here === false) {
      continue;
    }
    if (repository.name instanceof Unknown) {
      possible.set(repository, repository.name);
    } else if (repository.name === policy.name) {
      if (here === true) {
        certain.push(repository);
      } else {
        possible.set(repository, here);
      }
    }
  }
  return { policy, certain, possible };
}

/** A name is a repository's own within one account and region only. */
function samePlace(a: Placed, b: Placed): boolean | Unknown {
  const differ = (x: unknown, y: unknown) => typeof x === "string" && typeof y === "string" && x !== y;
  if (differ(a.region, b.region) || differ(a.account, b.account)) {
    return false;
  }
  if (a.resource.provider?.urn === b.resource.provider?.urn) {
    return true;
  }
  // Two providers may be for two accounts or regions; what is not known yet tells.
  const open = [a.account, b.account, a.region, b.region].find((each) => each instanceof Unknown);
  return open instanceof Unknown ? open : true;
}
