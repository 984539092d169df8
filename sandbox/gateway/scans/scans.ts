import type {
  ImageDetail,
  RegistryScanningConfiguration,
  ScanFrequency,
  ScanningRepositoryFilter,
} from "@aws-sdk/client-ecr";
import { effectiveFrequency, scanningFilterMatches } from "../../../ecr/registry/scanning";
import type { GatewayConfig } from "../config";
import type { GatewayState } from "../state/gatewayState";
import type { ImageRecord, RepositoryRecord, ScanRecord } from "../state/records";
import { scanningConfigurations } from "../state/registrySettings";
import { findingsFor } from "./scanFindings";

/** The dependencies of scans. */
export interface ScanDependencies extends GatewayState {
  config: Pick<GatewayConfig, "scanFindingsFile">;
  /** One line in the gateway's log. */
  log: (message: string) => void;
}

/** The registry's scanning configuration; basic without rules by default. */
export function scanningConfiguration(
  context: ScanDependencies,
  registry: { account: string; region: string },
): RegistryScanningConfiguration {
  return scanningConfigurations.get(context.store, registry) ?? { scanType: "BASIC", rules: [] };
}

/**
 * How a repository's images are scanned, and the registry's filters responsible; no frequency means not at all (see
 * ecr/registry/scanning.ts).
 */
export function scanFrequency(
  context: ScanDependencies,
  repository: RepositoryRecord,
): { frequency: ScanFrequency | undefined; filters: ScanningRepositoryFilter[] } {
  const { scanType, rules = [] } = scanningConfiguration(context, repository);
  const fitting = rules.flatMap(({ scanFrequency: of, repositoryFilters = [] }) => {
    const filters = repositoryFilters.filter(({ filter = "" }) => scanningFilterMatches(filter, repository.name));
    return of !== undefined && filters.length > 0 ? [{ of, filters }] : [];
  });
  const frequency = effectiveFrequency(
    scanType,
    fitting.map(({ of }) => of),
    repository.scanOnPush,
  );
  return { frequency, filters: fitting.filter(({ of }) => of === frequency).flatMap(({ filters }) => filters) };
}

/** Whether the scanner supports an image: not an index, and not an artifact that is not an image. */
export function canBeScanned(image: ImageRecord): boolean {
  return (
    image.children.length === 0 && /config\.v1\+json$|container\.image\.v1\+json$/.test(image.artifactMediaType ?? "")
  );
}

/** Scans an image synchronously and stores the findings; an invalid findings file makes the scan fail. */
export function scanImage(context: ScanDependencies, repository: RepositoryRecord, image: ImageRecord): ScanRecord {
  const enhanced = scanningConfiguration(context, repository).scanType === "ENHANCED";
  const scan = runScan(context, repository, image, enhanced);
  context.store.change(() => {
    const current = context.store.image(repository, image.digest);
    if (current) {
      context.store.putImage(repository, { ...current, scan });
    }
  });
  return scan;
}

function runScan(
  context: ScanDependencies,
  repository: RepositoryRecord,
  image: ImageRecord,
  enhanced: boolean,
): ScanRecord {
  const startedAt = context.clock.now();
  const tags = context.store.tagsOfImage(repository, image.digest);
  try {
    const found = findingsFor(context.config.scanFindingsFile, {
      repository: repository.name,
      tags,
      digest: image.digest,
    });
    return {
      startedAt,
      enhanced,
      ...(enhanced
        ? { status: "ACTIVE", description: "Continuous scan is selected for image." }
        : { status: "COMPLETE", description: "The scan was completed successfully." }),
      findings: enhanced ? [] : found.findings,
      enhancedFindings: enhanced ? found.enhancedFindings : [],
    };
  } catch (error) {
    const description = error instanceof Error ? error.message : String(error);
    context.log(description);
    return { startedAt, enhanced, status: "FAILED", description, findings: [], enhancedFindings: [] };
  }
}

/** The number of findings by severity. */
export function severityCounts({ findings, enhancedFindings }: ScanRecord): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { severity = "UNDEFINED" } of [...findings, ...enhancedFindings]) {
    counts[severity] = (counts[severity] ?? 0) + 1;
  }
  return counts;
}

/**
 * An image's last scan in DescribeImages: enhanced only. Basic ones appear only in DescribeImageScanFindings (ECR user
 * guide, "Scan images for OS vulnerabilities": the version AWS_NATIVE, which is the only one).
 */
export function scanSummary({ scan }: ImageRecord): Pick<ImageDetail, "imageScanStatus" | "imageScanFindingsSummary"> {
  if (!scan?.enhanced) {
    return {};
  }
  return {
    imageScanStatus: { status: scan.status, description: scan.description },
    imageScanFindingsSummary:
      scan.status === "FAILED" ? undefined : { ...scanTimes(scan), findingSeverityCounts: severityCounts(scan) },
  };
}

/** When a scan ended and how old its vulnerability data is: both are the time of the scan. */
export function scanTimes(scan: ScanRecord): { imageScanCompletedAt: Date; vulnerabilitySourceUpdatedAt: Date } {
  const time = new Date(scan.startedAt);
  return { imageScanCompletedAt: time, vulnerabilitySourceUpdatedAt: time };
}
