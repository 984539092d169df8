import * as aws from "@pulumi/aws";
import type { Fault } from "../../ecr/faults";
import { oneOf } from "../../ecr/nearestWord";
import { type ScanFrequency, type ScanType, scanningFilterFaults, scanningLimits } from "../../ecr/scanning";
import type { RegistryScanningArgs } from "./registryArgs";
import { childOptions, type RegistryContext } from "./registryContext";

const scanTypes: Record<NonNullable<RegistryScanningArgs["type"]>, ScanType> = { basic: "BASIC", enhanced: "ENHANCED" };

/** Filters by frequency, with the default: every repository is scanned on push. */
function filtersOf(scanning: RegistryScanningArgs): { scanOnPush: readonly string[]; continuous: readonly string[] } {
  const { continuous, scanOnPush = continuous === undefined ? ["*"] : [] } = scanning;
  return { scanOnPush, continuous: continuous ?? [] };
}

/** Why a registry could not scan in this way; every fault, or none. */
export function registryScanningFaults(scanning: RegistryScanningArgs): Fault[] {
  const { type = "basic", continuous } = scanning;
  const faults: Fault[] = [];
  if (!Object.hasOwn(scanTypes, type)) {
    const fix = oneOf(type, Object.keys(scanTypes));
    faults.push({ path: "scanning.type", value: type, rule: "scanning is one of two types.", fix });
  }
  if (type === "basic" && continuous !== undefined && continuous.length > 0) {
    faults.push({
      path: "scanning.continuous",
      value: continuous,
      rule: "basic scanning is not continuous.",
      fix: 'write type "enhanced", or name the repositories in scanOnPush.',
    });
  }
  for (const [property, filters] of Object.entries(filtersOf(scanning))) {
    const path = `scanning.${property}`;
    if (filters.length > scanningLimits.filters) {
      faults.push({
        path,
        value: filters,
        rule: `a registry takes at most ${scanningLimits.filters} filters for a frequency, there are ${filters.length}.`,
        fix: "put several repositories under one filter with `*`.",
      });
    }
    faults.push(...filters.flatMap((filter, index) => scanningFilterFaults(filter, `${path}[${index}]`)));
  }
  return faults;
}

/** The registry's scanning configuration. Expects arguments without faults. */
export function createScanning(
  scanning: RegistryScanningArgs,
  context: RegistryContext,
): aws.ecr.RegistryScanningConfiguration {
  const { scanOnPush, continuous } = filtersOf(scanning);
  const rule = (scanFrequency: ScanFrequency, filters: readonly string[]) =>
    filters.length === 0
      ? []
      : [{ scanFrequency, repositoryFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" })) }];
  return new aws.ecr.RegistryScanningConfiguration(
    context.name,
    {
      scanType: scanTypes[scanning.type ?? "basic"],
      rules: [...rule("SCAN_ON_PUSH", scanOnPush), ...rule("CONTINUOUS_SCAN", continuous)],
      region: context.region,
    },
    childOptions(context),
  );
}
