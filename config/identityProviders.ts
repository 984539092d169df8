import * as aws from "@pulumi/aws";
import { resourcesOf, type StackState, type StateResource } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import { githubAudience, githubIssuer, gitlabIssuer } from "../ecr/workloadIdentity";
import type { EnvironmentConfig } from "./schema";
import { stateTypes } from "./stateTypes";

type PushRoleEntry = EnvironmentConfig["pushRoles"][string];

/**
 * The config in which an identity provider of this stack that no role creates any more is created by one that trusts it:
 * the role that did was removed, or names the provider by its ARN now. It is named by its issuer (components/permissions/
 * pushRole.ts), so it stays the same resource.
 */
export function withKeptProviders(config: EnvironmentConfig, state: StackState): EnvironmentConfig {
  const pushRoles = { ...config.pushRoles };
  for (const provider of ofNobody(config, state)) {
    const trusting = Object.entries(pushRoles).filter(([, role]) => role.providerArn === arnOf(provider));
    const audiences = (provider.outputs["clientIdLists"] ?? []) as string[];
    // Another audience than its own would lock the others out.
    const [key, heir] = trusting.find(([, role]) => audiences.includes(audienceOf(role))) ?? trusting[0] ?? [];
    if (key !== undefined && heir !== undefined) {
      pushRoles[key] = { ...heir, providerArn: undefined, createProvider: true };
    }
  }
  return { ...config, pushRoles };
}

/**
 * Identity providers that the update would delete although roles of the account trust them that this stack did not make:
 * IAM deletes one without looking at who trusts it, and nobody could assume those roles then.
 *
 * @param config That of {@link withKeptProviders}.
 */
export async function providerFaults(config: EnvironmentConfig, state: StackState): Promise<Fault[]> {
  const going = ofNobody(config, state);
  if (going.length === 0) return [];
  const own = new Set(resourcesOf(state, stateTypes.pushRole.role).map(({ outputs }) => outputs["name"]));
  const trusts = await foreignTrusts(own);
  return going.flatMap((provider) => {
    const arn = arnOf(provider);
    const trusting = trusts.filter(({ policy }) => policy.includes(JSON.stringify(arn))).map(({ name }) => name);
    if (trusting.length === 0) return [];
    return [
      {
        path: "pushRoles",
        value: arn,
        rule: `no entry creates this identity provider any more, so it would be deleted, and roles that this stack did not make trust it: ${trusting.join(", ")}. Nobody could assume them.`,
        fix: "keep an entry with createProvider: true for its issuer, or delete those roles, or give them another provider, first.",
      },
    ];
  });
}

/** The stack's identity providers that no role of the config creates. */
function ofNobody({ pushRoles }: EnvironmentConfig, state: StackState): StateResource[] {
  const created = Object.values(pushRoles).filter(({ createProvider }) => createProvider);
  return resourcesOf(state, stateTypes.pushRole.provider).filter(
    (provider) =>
      !created.some((role) => arnOf(provider).endsWith(`:oidc-provider/${issuerOf(role).replace(/^https:\/\//, "")}`)),
  );
}

/** Trust policies of the account's roles but the stack's own and those of AWS services. */
async function foreignTrusts(own: ReadonlySet<unknown>): Promise<{ name: string; policy: string }[]> {
  const { arns } = await aws.iam.getRoles();
  const names = arns
    .filter((arn) => !arn.includes(":role/aws-service-role/"))
    .map((arn) => arn.slice(arn.lastIndexOf("/") + 1))
    .filter((name) => !own.has(name));
  const found = await Promise.all(names.sort().map((name) => orGone(aws.iam.getRole({ name }))));
  return found.flatMap((role) => (role ? [{ name: role.name, policy: role.assumeRolePolicy }] : []));
}

/** Nothing for a role that was deleted since it was listed. */
function orGone<T>(role: Promise<T>): Promise<T | undefined> {
  return role.catch((error: unknown) => {
    if (/NoSuchEntity|couldn't find resource/.test(String(error))) return undefined;
    throw error;
  });
}

function arnOf({ outputs }: StateResource): string {
  return String(outputs["arn"]);
}

/** Who issues the tokens that a role takes. */
export function issuerOf({ issuer, github, gitlab }: PushRoleEntry): string {
  return issuer ?? (gitlab && !github ? gitlabIssuer : githubIssuer);
}

function audienceOf(role: PushRoleEntry): string {
  return role.audience ?? (role.gitlab && !role.github ? issuerOf(role) : githubAudience);
}
