import type { PolicyResource, ReportViolation, StackValidationPolicy } from "@pulumi/policy";
import { securityHub } from "./frameworks";
import { type Parameters, readParameters, repositoryNames } from "./parameters";
import { isNamed, resourceTypes } from "./resources";
import { readProperty, Unjudged, Unknown } from "./unknowns";

const name = "ecr-lifecycle-policy";

interface Config {
  exempt: string[];
}

const parameters: Parameters = {
  exempt: repositoryNames("Repositories that need no lifecycle policy."),
};

export const lifecyclePolicy: StackValidationPolicy = {
  name,
  displayName: "ECR repositories have a lifecycle policy",
  description: "Every private repository of the stack has a lifecycle policy.",
  enforcementLevel: "mandatory",
  severity: "medium",
  framework: securityHub("ECR.3", "ECR repositories should have at least one lifecycle policy configured"),
  tags: ["cost", "lifecycle"],
  remediationSteps: "Add an aws.ecr.LifecyclePolicy for the repository to the stack.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html",
  configSchema: { properties: parameters },
  validateStack: (args, reportViolation) => {
    const ofType = (type: string) => args.resources.filter((resource) => resource.type === type);
    const repositories = ofType(resourceTypes.repository).map(readRepository);
    if (repositories.length === 0) {
      return;
    }
    const config = readParameters<Config>(name, parameters, args);
    const policies = ofType(resourceTypes.lifecyclePolicy).map(readPolicy);
    const unjudged = new Unjudged();
    judge(repositories, policies, config, reportViolation, unjudged);
    unjudged.report();
  },
};

interface Placed {
  resource: PolicyResource;
  /** The repository's name. */
  name: unknown;
  region: unknown;
  account: unknown;
}

function readRepository(resource: PolicyResource): Placed {
  return { resource, name: readProperty(resource.props, "name"), ...place(resource) };
}

function readPolicy(resource: PolicyResource): Placed {
  return { resource, name: readProperty(resource.props, "repository"), ...place(resource) };
}

function place({ props }: PolicyResource): { region: unknown; account: unknown } {
  return { region: readProperty(props, "region"), account: readProperty(props, "registryId") };
}

function judge(
  repositories: readonly Placed[],
  policies: readonly Placed[],
  config: Config,
  report: ReportViolation,
  unjudged: Unjudged,
): void {
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
      unjudged.add(
        `${label(repository)} has no lifecycle policy that is known yet, and its name, which may be exempt, is not known either.`,
        exempt,
      );
    } else if (unknown !== undefined) {
      open.push({ repository, unknown });
    } else {
      report(
        `lifecyclePolicy: ${label(repository)} has none, so it keeps every image for ever; ${fix(repository)}`,
        repository.resource.urn,
      );
    }
  }
  judgeOpen(open, matches, report, unjudged);
}

/**
 * Repositories that a policy may be for whose own repository is not known yet. Each policy is for one repository, so when
 * there are fewer of them than repositories, some have none, whatever the names turn out to be.
 */
function judgeOpen(
  open: readonly { repository: Placed; unknown: Unknown }[],
  matches: readonly Match[],
  report: ReportViolation,
  unjudged: Unjudged,
): void {
  const floating = matches.filter(({ possible }) => open.some(({ repository }) => possible.has(repository)));
  const without = open.length - floating.length;
  const [first] = open;
  if (first !== undefined && without > 0) {
    report(
      `lifecyclePolicy: at least ${without} of ${open.map(({ repository }) => label(repository)).join(", ")} has none, as only ` +
        `${floating.length} of the stack's lifecycle policies can be for them; ${fix(first.repository)}`,
    );
    return;
  }
  for (const { repository, unknown } of open) {
    const names = floating
      .filter(({ possible }) => possible.has(repository))
      .map(({ policy }) => `"${policy.resource.name}"`);
    unjudged.add(
      `Whether ${label(repository)} has a lifecycle policy is not known yet: ${names.join(" or ")} may be for it.`,
      unknown,
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
  return `repository ${JSON.stringify(typeof repositoryName === "string" ? repositoryName : resource.name)}`;
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
  const source = policy.resource.propertyDependencies["repository"] ?? [];
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
function isComponent(parent: PolicyResource | undefined): boolean {
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
