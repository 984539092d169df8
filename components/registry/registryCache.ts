import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { customRoleFaults } from "../../ecr/accounts";
import type { Fault } from "../../ecr/faults";
import {
  credentialFaults,
  credentialSecretPrefix,
  ecrUpstream,
  type PullThroughCacheRule,
  pullThroughCacheFaults,
  type UpstreamRegistry,
  upstreamRegistries,
  upstreamRegistryOf,
} from "../../ecr/pullThroughCache";
import { partitionOf } from "../../ecr/regions";
import { cacheRolePolicy, cacheRoleService } from "../../ecr/serviceRoles";
import type { PullThroughCacheArgs } from "./registryArgs";
import { checkedLater, childOptions, isPlain, type KnownPlace, type RegistryContext } from "./registryContext";
import { createServiceRole, type ServiceRole } from "./registryRoles";

/** The cache rules of a Registry, by prefix, with what was created for them. */
export interface PullThroughCache {
  readonly rules: ReadonlyMap<string, aws.ecr.PullThroughCacheRule>;
  readonly secrets: ReadonlyMap<string, aws.secretsmanager.Secret>;
  readonly role: aws.iam.Role | undefined;
}

/** The upstream's host; a name whose host differs from user to user stays as it is, and is refused. */
function hostOf({ upstream }: PullThroughCacheArgs): string {
  const named = Object.hasOwn(upstreamRegistries, upstream)
    ? upstreamRegistries[upstream as UpstreamRegistry].host
    : upstream;
  return upstreamRegistryOf(named) ? named : upstream;
}

/** The prefix, by default what ECR calls the upstream. */
function prefixOf(rule: PullThroughCacheArgs): string {
  return rule.prefix ?? upstreamRegistryOf(hostOf(rule)) ?? rule.upstream;
}

function hasPrefix(rule: PullThroughCacheArgs): boolean {
  return rule.prefix !== undefined || upstreamRegistryOf(hostOf(rule)) !== undefined;
}

/** The rule as ECR has it. What is created, or known later, is stood in for by what would be accepted. */
function ruleOf(rule: PullThroughCacheArgs, { region, account }: KnownPlace): PullThroughCacheRule {
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

/** ECR's names of what a rule has under another name here. */
const argumentNames: readonly [ecr: string, argument: string][] = [
  [".ecrRepositoryPrefix", ".prefix"],
  [".upstreamRegistryUrl", ".upstream"],
];

/** Why a registry could not have these rules: every fault of what is known, or none. */
export function registryCacheFaults(rules: readonly PullThroughCacheArgs[], place: KnownPlace): Fault[] {
  const path = "pullThroughCache";
  const found = pullThroughCacheFaults(
    rules.map((rule) => ruleOf(rule, place)),
    path,
    place.region,
    place.account,
  )
    .map(inWords)
    // An upstream that ECR does not know has no prefix either; one fault is enough.
    .filter(({ path: at }) => !rules.some((rule, index) => at === `${path}[${index}].prefix` && !hasPrefix(rule)));
  return [
    ...found,
    ...rules.flatMap((rule, index) => [
      ...providerPrefixFaults(rule.prefix, `${path}[${index}].prefix`),
      ...providerPrefixFaults(rule.upstreamRepositoryPrefix, `${path}[${index}].upstreamRepositoryPrefix`),
      ...choiceFaults(rule, `${path}[${index}]`),
    ]),
  ];
}

/** ECR's grammar of names has `__` and runs of `-`; the AWS provider refuses them in the prefixes of a cache rule. */
function providerPrefixFaults(prefix: string | undefined, path: string): Fault[] {
  const [, separator] = /[a-z0-9](__|-{2,})[a-z0-9]/.exec(prefix ?? "") ?? [];
  return separator === undefined
    ? []
    : [
        {
          path,
          value: prefix,
          rule: `the AWS provider takes single \`.\`, \`_\` or \`-\` inside a cache rule's prefix, not "${separator}" as ECR itself does.`,
          fix: `write a single "${separator.charAt(0)}" in place of "${separator}".`,
        },
      ];
}

function inWords(fault: Fault): Fault {
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

/** Two ways of saying one thing. */
function choiceFaults(rule: PullThroughCacheArgs, path: string): Fault[] {
  const faults: Fault[] = [];
  const both = (created: "credential" | "createRole", given: "credentialArn" | "customRoleArn") => {
    if (rule[created] && rule[given] !== undefined) {
      faults.push({
        path: `${path}.${created}`,
        // Never the credential itself.
        value: created === "createRole" ? true : "(a credential)",
        rule: `a rule has ${created} or ${given}, not both.`,
        fix: "leave one out.",
      });
    }
  };
  both("credential", "credentialArn");
  both("createRole", "customRoleArn");
  return faults;
}

/** The registry's pull-through cache rules, their secrets and their role. Expects arguments without faults. */
export function createPullThroughCache(
  rules: readonly PullThroughCacheArgs[],
  context: RegistryContext,
): PullThroughCache {
  const secrets = new Map<string, aws.secretsmanager.Secret>();
  const role = createCacheRole(rules, context);
  const created = rules.map((rule, index): [string, aws.ecr.PullThroughCacheRule] => {
    const prefix = prefixOf(rule);
    const path = `pullThroughCache[${index}]`;
    return [
      prefix,
      new aws.ecr.PullThroughCacheRule(
        `${context.name}-${prefix}`,
        {
          ecrRepositoryPrefix: prefix,
          upstreamRegistryUrl: hostOf(rule),
          credentialArn: credentialOf(rule, path, secrets, context),
          customRoleArn: rule.createRole ? role?.role.arn : roleOf(rule, path, context),
          upstreamRepositoryPrefix: rule.upstreamRepositoryPrefix,
          region: context.region,
        },
        childOptions(context, rule.createRole ? role?.policy : undefined),
      ),
    ];
  });
  return { rules: new Map(created), secrets, role: role?.role };
}

/** The secret that the rule names, or a new one; ECR reads it at once, so the rule waits for its value. */
function credentialOf(
  rule: PullThroughCacheArgs,
  path: string,
  secrets: Map<string, aws.secretsmanager.Secret>,
  context: RegistryContext,
): pulumi.Input<string> | undefined {
  if (rule.credential === undefined) {
    return rule.credentialArn === undefined
      ? undefined
      : checkedLater(context, rule.credentialArn, (arn, place) =>
          credentialFaults(arn, `${path}.credentialArn`, place.region, place.account),
        );
  }
  const prefix = prefixOf(rule);
  const secret = new aws.secretsmanager.Secret(
    // Pulumi's automatic name begins with it. The name is new each time: a deleted secret keeps its own for 30 days.
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
  return new aws.secretsmanager.SecretVersion(
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
    : checkedLater(context, rule.customRoleArn, (arn, place) =>
        customRoleFaults(arn, `${path}.customRoleArn`, place.account, place.region),
      );
}

/** One role for all rules that want one, with the rights of these only. */
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
