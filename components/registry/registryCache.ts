import * as ecr from "@pulumi/aws/ecr";
import type * as iam from "@pulumi/aws/iam";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { customRoleFaults } from "../../ecr/names/accounts";
import { partitionOf } from "../../ecr/names/regions";
import {
  credentialFaults,
  credentialSecretPrefix,
  type PullThroughCacheRule,
  pullThroughCacheFaults,
} from "../../ecr/registry/pullThroughCache";
import { cacheRolePolicy, cacheRoleService } from "../../ecr/registry/serviceRoles";
import {
  ecrUpstream,
  type UpstreamRegistry,
  upstreamRegistries,
  upstreamRegistryOf,
} from "../../ecr/registry/upstreamRegistries";
import { isPlain } from "../inputChecks";
import type { PullThroughCacheArgs } from "./registryArgs";
import { checkedWhenKnown, childOptions, type KnownLocation, type RegistryContext } from "./registryContext";
import { createServiceRole, type ServiceRole } from "./registryRoles";

/** The cache rules of a Registry, by prefix, and what was created for them. */
export interface PullThroughCache {
  readonly rules: ReadonlyMap<string, ecr.PullThroughCacheRule>;
  readonly secrets: ReadonlyMap<string, secretsmanager.Secret>;
  readonly role: iam.Role | undefined;
}

/** The upstream's host. A name whose host is different for each user is returned as is, and then refused. */
function hostOf({ upstream }: PullThroughCacheArgs): string {
  const named = Object.hasOwn(upstreamRegistries, upstream)
    ? upstreamRegistries[upstream as UpstreamRegistry].host
    : upstream;
  return upstreamRegistryOf(named) ? named : upstream;
}

/** The prefix; by default ECR's name for the upstream. */
export function prefixOf(rule: PullThroughCacheArgs): string {
  return rule.prefix ?? upstreamRegistryOf(hostOf(rule)) ?? rule.upstream;
}

function hasPrefix(rule: PullThroughCacheArgs): boolean {
  return rule.prefix !== undefined || upstreamRegistryOf(hostOf(rule)) !== undefined;
}

/** The rule in ECR's format, with valid placeholders for what is created or not known yet. */
function ruleOf(rule: PullThroughCacheArgs, { region, account }: KnownLocation): PullThroughCacheRule {
  const { credential, credentialArn, createRole, customRoleArn, upstreamRepositoryPrefix } = rule;
  const someAccount = account ?? "123456789012";
  const someRegion = region ?? "us-east-1";
  const partition = partitionOf(someRegion);
  const secret = `arn:${partition}:secretsmanager:${someRegion}:${someAccount}:secret:${credentialSecretPrefix}later`;
  const role = `arn:${partition}:iam::${someAccount}:role/later`;
  const given = (value: pulumi.Input<string> | undefined, other: string) =>
    value !== undefined && isPlain(value) ? value : other;
  return {
    ecrRepositoryPrefix: prefixOf(rule),
    upstreamRegistryUrl: hostOf(rule),
    ...((credential || credentialArn !== undefined) && { credentialArn: given(credentialArn, secret) }),
    ...((createRole || customRoleArn !== undefined) && { customRoleArn: given(customRoleArn, role) }),
    ...(upstreamRepositoryPrefix !== undefined && { upstreamRepositoryPrefix }),
  };
}

/** ECR's names for properties that have different names here. */
const argumentNames: readonly [ecr: string, argument: string][] = [
  [".ecrRepositoryPrefix", ".prefix"],
  [".upstreamRegistryUrl", ".upstream"],
];

/** Why a registry could not have these rules: every known fault, or none. */
export function registryCacheFaults(rules: readonly PullThroughCacheArgs[], location: KnownLocation): Fault[] {
  const path = "pullThroughCache";
  const found = pullThroughCacheFaults(
    rules.map((rule) => ruleOf(rule, location)),
    path,
    location.region,
    location.account,
  )
    .map(inArgumentTerms)
    // An upstream that ECR does not support has no default prefix either; one fault is enough.
    .filter(({ path: at }) => !rules.some((rule, index) => at === `${path}[${index}].prefix` && !hasPrefix(rule)));
  return [
    ...found,
    ...rules.flatMap((rule, index) => [
      ...providerPrefixFaults(rule.prefix, `${path}[${index}].prefix`),
      ...providerPrefixFaults(rule.upstreamRepositoryPrefix, `${path}[${index}].upstreamRepositoryPrefix`),
      ...exclusivityFaults(rule, `${path}[${index}]`),
    ]),
  ];
}

/** ECR's grammar of names allows `__` and runs of `-`; the AWS provider refuses them in a cache rule's prefix. */
function providerPrefixFaults(prefix: string | undefined, path: string): Fault[] {
  const [, separator] = /[a-z0-9](__|-{2,})[a-z0-9]/.exec(prefix ?? "") ?? [];
  return separator === undefined
    ? []
    : [
        {
          path,
          value: prefix,
          rule: `the AWS provider accepts only a single \`.\`, \`_\` or \`-\` inside a cache rule's prefix, not "${separator}" as ECR itself does.`,
          fix: `replace "${separator}" with a single "${separator.charAt(0)}".`,
        },
      ];
}

function inArgumentTerms(fault: Fault): Fault {
  const path = argumentNames.reduce((text, [ecr, argument]) => text.replace(ecr, argument), fault.path);
  const rule = argumentNames.reduce((text, [ecr, argument]) => text.replaceAll(ecr, argument), fault.rule);
  if (fault.value !== undefined) {
    return { ...fault, path, rule };
  }
  const fix = path.endsWith(".credentialArn")
    ? "give `credential` with username and accessToken (a config secret), or `credentialArn`."
    : "write createRole: true, or name the ARN of a role in customRoleArn.";
  return { ...fault, path, rule, fix };
}

/** Reports mutually exclusive properties. */
function exclusivityFaults(rule: PullThroughCacheArgs, path: string): Fault[] {
  const faults: Fault[] = [];
  const both = (created: "credential" | "createRole", given: "credentialArn" | "customRoleArn") => {
    if (rule[created] && rule[given] !== undefined) {
      faults.push({
        path: `${path}.${created}`,
        // Never show the credential itself.
        value: created === "createRole" ? true : "(a credential)",
        rule: `a rule must have ${created} or ${given}, not both.`,
        fix: "remove one.",
      });
    }
  };
  both("credential", "credentialArn");
  both("createRole", "customRoleArn");
  return faults;
}

/** The registry's pull-through cache rules, their secrets, and their role. Expects arguments without faults. */
export function createPullThroughCache(
  rules: readonly PullThroughCacheArgs[],
  context: RegistryContext,
): PullThroughCache {
  const secrets = new Map<string, secretsmanager.Secret>();
  const role = createCacheRole(rules, context);
  const created = rules.map((rule, index): [string, ecr.PullThroughCacheRule] => {
    const prefix = prefixOf(rule);
    const path = `pullThroughCache[${index}]`;
    return [
      prefix,
      new ecr.PullThroughCacheRule(
        `${context.name}-${prefix}`,
        {
          ecrRepositoryPrefix: prefix,
          upstreamRegistryUrl: hostOf(rule),
          credentialArn: credentialOf(rule, path, secrets, context),
          customRoleArn: rule.createRole ? role?.role.arn : roleOf(rule, path, context),
          upstreamRepositoryPrefix: rule.upstreamRepositoryPrefix,
          region: context.region,
        },
        {
          ...childOptions(context, rule.createRole ? role?.policy : undefined),
          import: context.importId("pullThroughCache", prefix),
        },
      ),
    ];
  });
  return { rules: new Map(created), secrets, role: role?.role };
}

/** The rule's existing secret, or a new one; ECR reads it immediately, so the rule waits for its value. */
function credentialOf(
  rule: PullThroughCacheArgs,
  path: string,
  secrets: Map<string, secretsmanager.Secret>,
  context: RegistryContext,
): pulumi.Input<string> | undefined {
  if (rule.credential === undefined) {
    return rule.credentialArn === undefined
      ? undefined
      : checkedWhenKnown(context, rule.credentialArn, (arn, location) =>
          credentialFaults(arn, `${path}.credentialArn`, location.region, location.account),
        );
  }
  const prefix = prefixOf(rule);
  const secret = new secretsmanager.Secret(
    // Prefix of Pulumi's automatic name, which is different each time: a deleted secret's name is blocked for 30 days.
    `${credentialSecretPrefix}${context.name}-${prefix}`,
    {
      description: `Credentials of ${hostOf(rule)} for ECR's pull-through cache`,
      region: context.region,
      tags: context.tags,
    },
    {
      ...childOptions(context),
      aliases: context.formerNames.map((former) => ({ name: `${credentialSecretPrefix}${former}-${prefix}` })),
    },
  );
  secrets.set(prefix, secret);
  const { username, accessToken } = rule.credential;
  return new secretsmanager.SecretVersion(
    `${context.name}-${prefix}`,
    {
      secretId: secret.id,
      secretString: pulumi.secret(pulumi.jsonStringify({ username, accessToken })),
      region: context.region,
    },
    childOptions(context),
  ).arn;
}

function roleOf(rule: PullThroughCacheArgs, path: string, context: RegistryContext): pulumi.Input<string> | undefined {
  return rule.customRoleArn === undefined
    ? undefined
    : checkedWhenKnown(context, rule.customRoleArn, (arn, location) =>
        customRoleFaults(arn, `${path}.customRoleArn`, location.account, location.region),
      );
}

/** One role for all rules that need one, with only their permissions. */
function createCacheRole(rules: readonly PullThroughCacheArgs[], context: RegistryContext): ServiceRole | undefined {
  const rights = rules.flatMap((rule) => {
    const upstream = rule.createRole ? ecrUpstream(hostOf(rule)) : undefined;
    return upstream ? [{ prefix: prefixOf(rule), upstream, upstreamPrefix: rule.upstreamRepositoryPrefix }] : [];
  });
  if (rights.length === 0) {
    return undefined;
  }
  return createServiceRole(
    context,
    "pull-through-cache",
    cacheRoleService,
    "Pulls from other ECR registries for the pull-through cache",
    context.location.apply((location) => cacheRolePolicy(rights, location)),
  );
}
