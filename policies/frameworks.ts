import type { PolicyComplianceFramework } from "@pulumi/policy";

/** A control of Security Hub's "AWS Foundational Security Best Practices" standard. */
export function securityHub(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "AWS Foundational Security Best Practices", version: "1.0.0", reference, specification };
}
