import * as ecr from "@pulumi/aws/ecr";
import type { Fault } from "../../ecr/faults";
import { type ScanFrequency, type ScanType, scanningFilterFaults, scanningLimits } from "../../ecr/registry/scanning";
import { oneOf } from "../../ecr/values/nearestWord";
import type { RegistryScanningArgs } from "./registryArgs";
import { childOptions, type RegistryContext } from "./registryContext";

const scanTypes: Record<NonNullable<RegistryScanningArgs["type"]>, ScanType> = { basic: "BASIC", enhanced: "ENHANCED" };

/** Filters by frequency; by default every repository is scanned on push. */
function filtersOf(scanning: RegistryScanningArgs): { scanOnPush: readonly string[]; continuous: readonly string[] } {
  const { continuous, scanOnPush = continuous === undefined ? ["*"] : [] } = scanning;
  return { scanOnPush, continuous: continuous ?? [] };
}

/** Why a registry could not scan like this: every fault, or none. */
export function registryScanningFaults(scanning: RegistryScanningArgs): Fault[] {
  const { type = "basic", continuous } = scanning;
  const faults: Fault[] = [];
  if (!Object.hasOwn(scanTypes, type)) {
    const fix = oneOf(type, Object.keys(scanTypes));
    faults.push({ path: "scanning.type", value: type, rule: "must be one of the two types of scanning.", fix });
  }
  if (type === "basic" && continuous !== undefined && continuous.length > 0) {
    faults.push({
      path: "scanning.continuous",
      value: continuous,
      rule: 'continuous scanning needs type "enhanced".',
      fix: 'write type "enhanced", or name the repositories in scanOnPush.',
    });
  }
  for (const [property, filters] of Object.entries(filtersOf(scanning))) {
    const path = `scanning.${property}`;
    if (filters.length > scanningLimits.filters) {
      faults.push({
        path,
        value: filters,
        rule: `a registry can have at most ${scanningLimits.filters} filters for each frequency; there are ${filters.length}.`,
        fix: "cover several repositories with one filter and `*`.",
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
): ecr.RegistryScanningConfiguration {
  const { scanOnPush, continuous } = filtersOf(scanning);
  const rule = (scanFrequency: ScanFrequency, filters: readonly string[]) =>
    filters.length === 0
      ? []
      : [{ scanFrequency, repositoryFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" })) }];
  return new ecr.RegistryScanningConfiguration(
    context.name,
    {
      scanType: scanTypes[scanning.type ?? "basic"],
      rules: [...rule("SCAN_ON_PUSH", scanOnPush), ...rule("CONTINUOUS_SCAN", continuous)],
      region: context.region,
    },
    { ...childOptions(context), import: context.importId("scanning") },
  );
}
