import {
  actionMatches,
  type GrantedPrincipal,
  publicPushActions,
  statementGrants,
  uploadActions,
} from "../../ecr/accessPolicy";
import { nist } from "../engine/frameworks";
import { accounts, stringListParameter } from "../engine/parameters";
import { matchesAny } from "../engine/patterns";
import { resourceRule } from "../engine/rule";
import { providerAccount } from "../resources/resourceLocation";
import { listed } from "../resources/resourceTypes";
import { ecrPolicyTypes, knownPolicy } from "./accessDocuments";

const url = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html";
const relevantElements = ["Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"] as const;

/** A principal as messages name it. */
function describePrincipal(principal: GrantedPrincipal): string {
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

/** A principal that is not allowed, as the end of "grants access to …"; `undefined` when it is allowed. */
function disallowedReason(principal: GrantedPrincipal, config: AccountsConfig): string | undefined {
  switch (principal.kind) {
    case "account":
    case "identity":
      return config.accounts.includes(principal.account)
        ? undefined
        : `account ${principal.account}, which is not on the list`;
    case "organization":
      return config.organizations.includes(principal.id)
        ? undefined
        : `organization ${principal.id}, which is not on the list`;
    case "service": {
      if (!config.services.includes(principal.service)) {
        return `service ${principal.service}, which is not on the list`;
      }
      if (principal.onBehalfOf === undefined) {
        return `${principal.service} on behalf of every AWS account, as no condition names one`;
      }
      const other = principal.onBehalfOf
        .map((each) => disallowedReason(each, config))
        .find((each) => each !== undefined);
      return other === undefined ? undefined : `${principal.service} on behalf of ${other}`;
    }
    case "uniqueId":
    case "other":
      return `${describePrincipal(principal)}, which may belong to any account`;
    case "network":
      return config.networks.includes(principal.id) ? undefined : `network ${principal.id}, which is not on the list`;
    // ecr-access-not-public reports anyone; a condition that nobody meets is reported below.
    case "anyone":
    case "own":
    case "nobody":
      return undefined;
  }
}

export const accessAccounts = resourceRule<AccountsConfig>({
  name: "ecr-access-accounts",
  displayName: "ECR policies grant access to allowed accounts, organizations and services only",
  description:
    "Policies of repositories, the registry, creation templates and public repositories grant access only to principals of allowed " +
    "accounts, organizations, services and networks.",
  severity: "high",
  framework: nist(["AC-3", "AC-4", "AC-21"], "Information is shared with known parties only"),
  tags: ["access"],
  remediationSteps:
    "Remove the principal from the policy, or add its account, organization, service or network to the rule's parameters. Give a " +
    "service a condition on aws:SourceArn or aws:SourceAccount.",
  url,
  parameters: {
    accounts: accounts(
      "Accounts whose principals may have access, including the registry's own. The account of the AWS provider counts as the " +
        "registry's own: the only one in its allowedAccountIds, or that of the role that it assumes.",
    ),
    organizations: stringListParameter("Organizations that a condition may grant access to.", [], {
      pattern: "^o-[a-z0-9]{10,32}$",
    }),
    services: stringListParameter(
      "Service principals that may have access on behalf of allowed accounts: a condition on aws:SourceArn or " +
        "aws:SourceAccount must name the account.",
      ["codebuild.amazonaws.com", "lambda.amazonaws.com"],
    ),
    networks: stringListParameter(
      "Ids of VPCs and VPC endpoints that a condition may grant access through, to anyone.",
      [],
      {
        pattern: "^vpce?-[0-9a-f]{8,17}$",
      },
    ),
  },
  types: ecrPolicyTypes,
  judge: (resource, config, findings) => {
    const policy = knownPolicy(resource, relevantElements, findings);
    if (policy === undefined) {
      return;
    }
    const own = providerAccount(resource);
    const allowed = { ...config, accounts: [...config.accounts, ...(own === undefined ? [] : [own])] };
    for (const { statement, principals } of statementGrants(policy.document)) {
      for (const { key, value, wanted } of principals.flatMap(emptyGrants)) {
        findings.violation(
          `${policy.statementPath(statement)}.Condition: ${policy.label} compares ${key} with ${JSON.stringify(value)}, which no caller has, ` +
            `so this value grants access to nobody. Must be ${wanted}. Correct the id, or remove the value.`,
        );
      }
      const reasons = new Set(principals.flatMap((each) => disallowedReason(each, allowed) ?? []));
      for (const why of reasons) {
        findings.violation(
          `${policy.statementPath(statement)}: ${policy.label} grants access to ${why}. Allowed: accounts ` +
            `${listed(allowed.accounts, "(none)")}, organizations ${listed(allowed.organizations, "(none)")}, services ` +
            `${listed(allowed.services, "(none)")} and networks ${listed(allowed.networks, "(none)")}. ` +
            "Remove the principal, or add it to the parameters of this rule.",
        );
      }
    }
  },
});

/** The values that grant access to nobody, including those of a service's conditions. */
function emptyGrants(principal: GrantedPrincipal): (GrantedPrincipal & { kind: "nobody" })[] {
  if (principal.kind === "service") {
    return (principal.onBehalfOf ?? []).flatMap(emptyGrants);
  }
  return principal.kind === "nobody" ? [principal] : [];
}

interface PushConfig {
  pushers: string[];
}

/** Actions that put or change images; the registry's own replication does not need them. */
const imageChangeActions: readonly string[] = [
  ...new Set([...uploadActions, ...publicPushActions].filter((each) => !each.includes("BatchCheck"))),
];

export const accessPush = resourceRule<PushConfig>({
  name: "ecr-access-push",
  displayName: "ECR policies allow only allowed principals to push",
  description:
    "Policies of repositories, creation templates and public repositories allow only allowed principals to push images.",
  severity: "high",
  framework: nist(["AC-6", "CM-5", "SI-7"], "Only named parties change what is deployed"),
  tags: ["access", "supply-chain"],
  remediationSteps:
    "Allow a role to push, such as a pipeline's, and everyone else only to pull; or add the principal's ARN to the rule's parameters.",
  url,
  parameters: {
    pushers: stringListParameter(
      "ARNs of the principals that may push; `*` matches any characters. Whole accounts are arn:aws:iam::<account>:root.",
      ["arn:aws*:iam::*:role/*"],
    ),
  },
  types: ecrPolicyTypes,
  judge: (resource, { pushers }, findings) => {
    const policy = knownPolicy(resource, relevantElements, findings);
    if (policy === undefined) {
      return;
    }
    for (const { statement, principals, actions } of statementGrants(policy.document)) {
      const action = imageChangeActions.find((each) => actions.some((pattern) => actionMatches(pattern, each)));
      const disallowed = action === undefined ? [] : principals.filter((each) => !mayPush(each, pushers));
      if (disallowed.length > 0) {
        const who = [...new Set(disallowed.map(describePrincipal))].join(", ");
        findings.violation(
          `${policy.statementPath(statement)}: ${policy.label} allows ${who} to push (${action}). Allowed: ${listed(pushers, "none")}. ` +
            'Name the role that pushes, such as Principal: { AWS: "arn:aws:iam::<account>:role/<role>" }, and allow the others only to pull.',
        );
      }
    }
  },
});

function mayPush(principal: GrantedPrincipal, pushers: readonly string[]): boolean {
  return principal.kind === "nobody" || matchesAny(arnOf(principal), pushers);
}

/** A principal in the form that the list of pushers has. */
function arnOf(principal: GrantedPrincipal): string {
  return principal.kind === "account" ? `arn:aws:iam::${principal.account}:root` : describePrincipal(principal);
}
