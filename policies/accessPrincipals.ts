import {
  actionMatches,
  type PrincipalLetIn,
  principalsLetIn,
  publicPushActions,
  uploadActions,
} from "../ecr/accessPolicy";
import { fitsAny } from "./access";
import { ecrPolicyTypes, knownPolicy } from "./accessDocuments";
import { nist } from "./frameworks";
import { accounts, texts } from "./parameters";
import { providerAccount } from "./places";
import { listed } from "./resources";
import { resourceRule } from "./rule";

const url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html";
const parts = ["Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"] as const;

/** Someone let in, in words. */
function described(principal: PrincipalLetIn): string {
  switch (principal.kind) {
    case "anyone":
      return "anyone";
    case "account":
      return `account ${principal.account}`;
    case "identity":
      return principal.arn;
    case "uniqueId":
      return `the identity ${principal.id}`;
    case "service":
      return principal.service;
    case "organization":
      return `organization ${principal.path ?? principal.id}`;
    case "network":
      return principal.id;
    case "own":
      return `the registry's own ${principal.of}`;
    case "nobody":
      return "nobody";
    case "other":
      return `${principal.type} ${principal.name}`;
  }
}

interface AccountsConfig {
  accounts: string[];
  organizations: string[];
  services: string[];
  networks: string[];
}

/** Why a principal is a stranger; `undefined` when it is none. */
function strangeness(principal: PrincipalLetIn, config: AccountsConfig): string | undefined {
  switch (principal.kind) {
    case "account":
    case "identity":
      return config.accounts.includes(principal.account) ? undefined : `account ${principal.account} is on no list`;
    case "organization":
      return config.organizations.includes(principal.id) ? undefined : `organization ${principal.id} is on no list`;
    case "service": {
      if (!config.services.includes(principal.service)) {
        return `service ${principal.service} is on no list`;
      }
      if (principal.onBehalfOf === undefined) {
        return `${principal.service} acts for every AWS account, as no condition says for whom`;
      }
      return principal.onBehalfOf.map((each) => strangeness(each, config)).find((each) => each !== undefined);
    }
    case "uniqueId":
    case "other":
      return `${described(principal)} cannot be told to be of an account on the list`;
    case "network":
      return config.networks.includes(principal.id) ? undefined : `network ${principal.id} is on no list`;
    // Anyone is another rule's to find; a condition that lets nobody in is said by itself.
    case "anyone":
    case "own":
    case "nobody":
      return undefined;
  }
}

export const accessAccounts = resourceRule<AccountsConfig>({
  name: "ecr-access-accounts",
  displayName: "ECR policies let in accounts, organizations and services that are allowed",
  description:
    "Policies of repositories, the registry, creation templates and public repositories let in principals of allowed accounts, " +
    "organizations, services and networks only.",
  severity: "high",
  framework: nist(["AC-3", "AC-4", "AC-21"], "Information is shared with known parties only"),
  tags: ["access"],
  remediationSteps:
    "Take the principal out of the policy, or write its account, organization, service or network into the rule's parameters. Give a " +
    "service a condition on aws:SourceArn or aws:SourceAccount.",
  url,
  parameters: {
    accounts: accounts(
      "Accounts whose principals may be let in, the registry's own among them. The account that the AWS provider works in counts as the " +
        "registry's own: the only one in its allowedAccountIds, or that of the role that it assumes.",
    ),
    organizations: texts("Organizations that may be let in by a condition.", [], { pattern: "^o-[a-z0-9]{10,32}$" }),
    services: texts(
      "Service principals that may be let in, on behalf of allowed accounts: a condition on aws:SourceArn or " +
        "aws:SourceAccount has to say for whom.",
      ["codebuild.amazonaws.com", "lambda.amazonaws.com"],
    ),
    networks: texts("VPCs and VPC endpoints through which anyone may be let in by a condition, by their ids.", [], {
      pattern: "^vpce?-[0-9a-f]{8,17}$",
    }),
  },
  types: ecrPolicyTypes,
  judge: (resource, config, findings) => {
    const policy = knownPolicy(resource, parts, findings);
    if (policy === undefined) {
      return;
    }
    const own = providerAccount(resource);
    const allowed = { ...config, accounts: [...config.accounts, ...(own === undefined ? [] : [own])] };
    for (const { statement, principals } of principalsLetIn(policy.document)) {
      for (const { key, value, wanted } of principals.flatMap(nobodies)) {
        findings.violation(
          `${policy.statementPath(statement)}.Condition: ${policy.label} compares ${key} with ${JSON.stringify(value)}, which nobody has, ` +
            `so this value lets nobody in. Must be ${wanted}. Write the id that is meant, or take the value out.`,
        );
      }
      const strange = new Set(principals.flatMap((each) => strangeness(each, allowed) ?? []));
      for (const why of strange) {
        findings.violation(
          `${policy.statementPath(statement)}: ${policy.label}: ${why}; allowed are accounts ${listed(allowed.accounts, "(none)")}, ` +
            `organizations ${listed(allowed.organizations, "(none)")}, services ${listed(allowed.services, "(none)")} and networks ` +
            `${listed(allowed.networks, "(none)")}. ` +
            "Take the principal out, or write it into the parameters of this rule.",
        );
      }
    }
  },
});

/** The values that let nobody in, those for whom a service acts too. */
function nobodies(principal: PrincipalLetIn): (PrincipalLetIn & { kind: "nobody" })[] {
  if (principal.kind === "service") {
    return (principal.onBehalfOf ?? []).flatMap(nobodies);
  }
  return principal.kind === "nobody" ? [principal] : [];
}

interface PushConfig {
  pushers: string[];
}

/** Actions that put or change images; the registry's own replication is not among them. */
const pushing: readonly string[] = [
  ...new Set([...uploadActions, ...publicPushActions].filter((each) => !each.includes("BatchCheck"))),
];

export const accessPush = resourceRule<PushConfig>({
  name: "ecr-access-push",
  displayName: "ECR policies let only allowed principals push",
  description:
    "Policies of repositories, creation templates and public repositories let only allowed principals push images.",
  severity: "high",
  framework: nist(["AC-6", "CM-5", "SI-7"], "Only named parties change what is deployed"),
  tags: ["access", "supply-chain"],
  remediationSteps:
    "Let a role push, such as a pipeline's, and everyone else pull; or write the principal's ARN into the rule's parameters.",
  url,
  parameters: {
    pushers: texts(
      "ARNs of the principals that may push; `*` stands for any characters. Whole accounts are arn:aws:iam::<account>:root.",
      ["arn:aws*:iam::*:role/*"],
    ),
  },
  types: ecrPolicyTypes,
  judge: (resource, { pushers }, findings) => {
    const policy = knownPolicy(resource, parts, findings);
    if (policy === undefined) {
      return;
    }
    for (const { statement, principals, actions } of principalsLetIn(policy.document)) {
      const action = pushing.find((each) => actions.some((pattern) => actionMatches(pattern, each)));
      const strangers = action === undefined ? [] : principals.filter((each) => !mayPush(each, pushers));
      if (strangers.length > 0) {
        const who = [...new Set(strangers.map(described))].join(", ");
        findings.violation(
          `${policy.statementPath(statement)}: ${policy.label} lets ${who} push (${action}); allowed are ${listed(pushers, "none")}. ` +
            'Name a role that pushes, such as Principal: { AWS: "arn:aws:iam::<account>:role/<role>" }, and leave the others to pull.',
        );
      }
    }
  },
});

function mayPush(principal: PrincipalLetIn, pushers: readonly string[]): boolean {
  return principal.kind === "nobody" || fitsAny(arnOf(principal), pushers);
}

/** How the list of pushers names a principal. */
function arnOf(principal: PrincipalLetIn): string {
  return principal.kind === "account" ? `arn:aws:iam::${principal.account}:root` : described(principal);
}
