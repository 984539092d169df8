import type { PolicyComplianceFramework } from "@pulumi/policy";

/** Controls of other frameworks that Security Hub's user guide relates a control to. */
interface RelatedControls {
  nist?: readonly string[];
  pci?: readonly string[];
  cis?: readonly string[];
}

function describeRelated({ nist = [], pci = [], cis = [] }: RelatedControls): string {
  const named: [string, readonly string[]][] = [
    ["NIST SP 800-53 Rev. 5", nist],
    ["PCI DSS v4.0.1", pci],
    ["CIS AWS Foundations Benchmark", cis],
  ];
  return named
    .filter(([, ids]) => ids.length > 0)
    .map(([name, ids]) => ` ${name}: ${ids.join(", ")}.`)
    .join("");
}

/**
 * A control of Security Hub's "AWS Foundational Security Best Practices" standard, with the related controls of other
 * frameworks.
 */
export function securityHub(
  reference: string,
  specification: string,
  related: RelatedControls = {},
): PolicyComplianceFramework {
  return {
    name: "AWS Foundational Security Best Practices",
    version: "1.0.0",
    reference,
    specification: `${specification}.${describeRelated(related)}`,
  };
}

/** Controls of NIST SP 800-53, for rules that no Security Hub control covers. */
export function nist(controls: readonly string[], specification: string): PolicyComplianceFramework {
  return {
    name: "NIST SP 800-53",
    version: "Rev. 5",
    reference: controls.join(", "),
    specification: `${specification}.`,
  };
}
