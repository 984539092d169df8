import * as ecr from "@pulumi/aws/ecr";
import * as pulumi from "@pulumi/pulumi";
import { accessPolicyFaults, canonicalPolicyText, type PolicyDocument, readAccessPolicy } from "../../ecr/accessPolicy";
import type { Fault } from "../../ecr/faults";
import { accountFaults } from "../../ecr/names/accounts";
import { type RegistryLocation, replicationStatement } from "../../ecr/registry/serviceRoles";
import { isPlain, refuseInput } from "../inputChecks";
import type { RegistryArgs } from "./registryArgs";
import { childOptions, type KnownLocation, type RegistryContext } from "./registryContext";

type PolicyArgs = Pick<RegistryArgs, "policy" | "replicateFrom">;

/** A policy document as a JSON string. */
export function policyText(policy: string | PolicyDocument): string {
  return typeof policy === "string" ? policy : JSON.stringify(policy);
}

/** Why a registry could not have this policy: every known fault, or none. */
export function registryPolicyFaults({ policy, replicateFrom = [] }: PolicyArgs, { region }: KnownLocation): Fault[] {
  return [
    ...(policy !== undefined && isPlain(policy) ? accessPolicyFaults(policy, "policy", "registry", region) : []),
    ...replicateFrom.flatMap((account, index) => accountFaults(account, `replicateFrom[${index}]`)),
  ];
}

/**
 * The registry's policy, or none when nothing is granted. Expects arguments without faults.
 *
 * @param after The setting that decides which actions the policy may contain.
 */
export function createRegistryPolicy(
  { policy, replicateFrom = [] }: PolicyArgs,
  context: RegistryContext,
  after: pulumi.Resource | undefined,
): ecr.RegistryPolicy | undefined {
  if (policy === undefined && replicateFrom.length === 0) {
    return undefined;
  }
  return new ecr.RegistryPolicy(
    context.name,
    {
      policy: pulumi.all([policy, context.location]).apply(([given, location]) => {
        const whole = withReplication(given as string | PolicyDocument | undefined, replicateFrom, location);
        refuseInput(context.subject, accessPolicyFaults(whole, "policy", "registry", location.region));
        return canonicalPolicyText(whole);
      }),
      region: context.region,
    },
    { ...childOptions(context, after), import: context.importId("policy") },
  );
}

/** Adds a statement to the policy for the accounts that may replicate into the registry. */
function withReplication(
  policy: string | PolicyDocument | undefined,
  accounts: readonly string[],
  location: RegistryLocation,
): string | PolicyDocument {
  const statements = accounts.length > 0 ? [replicationStatement(accounts, location)] : [];
  const document = policy === undefined ? undefined : readAccessPolicy(policy);
  if (policy !== undefined && (document === undefined || statements.length === 0)) {
    return policy;
  }
  return { Version: "2012-10-17", ...document, Statement: [...(document?.Statement ?? []), ...statements] };
}
