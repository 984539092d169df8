import * as iam from "@pulumi/aws/iam";
import { resourcesOf, type StackState, type StateResource } from "../components/stackState";
import type { Fault } from "../ecr/faults";
import type { EnvironmentConfig } from "./sections";
import { audienceOf, issuerOf, pushRoleTypes } from "./sections/pushRoles";

/**
 * Keeps an identity provider of this stack when the role that created it was removed or now refers to it by ARN:
 * another role that trusts the provider creates it instead. It stays the same resource because it is named after its
 * issuer (components/permissions/pushRole.ts).
 */
export function withKeptProviders(config: EnvironmentConfig, state: StackState): EnvironmentConfig {
  const pushRoles = { ...config.pushRoles };
  for (const provider of orphanedProviders(config, state)) {
    const trusting = Object.entries(pushRoles).filter(([, role]) => role.providerArn === arnOf(provider));
    const audiences = (provider.outputs["clientIdLists"] ?? []) as string[];
    // Prefer a role with an audience that the provider already has; changing the audience would lock out the other
    // roles.
    const [key, heir] = trusting.find(([, role]) => audiences.includes(audienceOf(role))) ?? trusting[0] ?? [];
    if (key !== undefined && heir !== undefined) {
      pushRoles[key] = { ...heir, providerArn: undefined, createProvider: true };
    }
  }
  return { ...config, pushRoles };
}

/**
 * Reports identity providers that the update would delete although roles outside this stack trust them. IAM deletes a
 * provider without checking for such roles, and nobody could assume them afterwards.
 *
 * @param config The result of {@link withKeptProviders}.
 */
export async function providerFaults(config: EnvironmentConfig, state: StackState): Promise<Fault[]> {
  const going = orphanedProviders(config, state);
  if (going.length === 0) return [];
  const own = new Set(resourcesOf(state, pushRoleTypes.role).map(({ outputs }) => outputs["name"]));
  const trusts = await foreignTrusts(own);
  return going.flatMap((provider) => {
    const arn = arnOf(provider);
    const trusting = trusts.filter(({ policy }) => policy.includes(JSON.stringify(arn))).map(({ name }) => name);
    if (trusting.length === 0) return [];
    return [
      {
        path: "pushRoles",
        value: arn,
        rule: `no entry creates this identity provider any more, so it would be deleted, but roles outside this stack trust it: ${trusting.join(", ")}. Nobody could assume them.`,
        fix: "keep an entry with createProvider: true for its issuer, or first delete those roles or give them another provider.",
      },
    ];
  });
}

/** The stack's identity providers that no role in the config creates. */
function orphanedProviders({ pushRoles }: EnvironmentConfig, state: StackState): StateResource[] {
  const created = Object.values(pushRoles).filter(({ createProvider }) => createProvider);
  return resourcesOf(state, pushRoleTypes.provider).filter(
    (provider) =>
      !created.some((role) => arnOf(provider).endsWith(`:oidc-provider/${issuerOf(role).replace(/^https:\/\//, "")}`)),
  );
}

/** Trust policies of the account's roles, except the stack's own roles and service-linked roles. */
async function foreignTrusts(own: ReadonlySet<unknown>): Promise<{ name: string; policy: string }[]> {
  const { arns } = await iam.getRoles();
  const names = arns
    .filter((arn) => !arn.includes(":role/aws-service-role/"))
    .map((arn) => arn.slice(arn.lastIndexOf("/") + 1))
    .filter((name) => !own.has(name));
  const found = await Promise.all(names.sort().map((name) => undefinedIfDeleted(iam.getRole({ name }))));
  return found.flatMap((role) => (role ? [{ name: role.name, policy: role.assumeRolePolicy }] : []));
}

/** Returns `undefined` for a role that was deleted after it was listed. */
function undefinedIfDeleted<T>(role: Promise<T>): Promise<T | undefined> {
  return role.catch((error: unknown) => {
    if (/NoSuchEntity|couldn't find resource/.test(String(error))) return undefined;
    throw error;
  });
}

function arnOf({ outputs }: StateResource): string {
  return String(outputs["arn"]);
}
