import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyDocument } from "../../ecr/accessPolicy";
import { trustPolicy } from "../../ecr/registry/serviceRoles";
import { childOptions, type RegistryContext } from "./registryContext";

/** A role that ECR assumes. */
export interface ServiceRole {
  readonly role: iam.Role;
  /** Resources that use the role wait for its policy. */
  readonly policy: iam.RolePolicy;
}

/** Creates a role for a service of ECR, with a single inline policy. */
export function createServiceRole(
  context: RegistryContext,
  suffix: string,
  service: string,
  description: pulumi.Input<string>,
  policy: pulumi.Input<PolicyDocument>,
): ServiceRole {
  const name = `${context.name}-${suffix}`;
  const role = new iam.Role(
    name,
    { assumeRolePolicy: JSON.stringify(trustPolicy(service)), description, tags: context.tags },
    childOptions(context),
  );
  return {
    role,
    policy: new iam.RolePolicy(name, { role: role.name, policy: pulumi.jsonStringify(policy) }, childOptions(context)),
  };
}
