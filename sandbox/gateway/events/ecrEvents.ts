import { randomUUID } from "node:crypto";
import { severityCounts } from "../scans/scans";
import type { GatewayState } from "../state/gatewayState";
import type { ImageRecord, RepositoryRecord } from "../state/records";
import { repositoryArn } from "../state/repositoryArn";
import type { ServiceEvent } from "./serviceEvent";

/** A successful push or deletion (ECR user guide, "Amazon ECR events and EventBridge"). */
export function imageActionEvent(
  context: Pick<GatewayState, "clock">,
  repository: RepositoryRecord,
  action: "PUSH" | "DELETE",
  image: { digest: string; tag: string | undefined; mediaType?: string; artifactMediaType?: string },
): ServiceEvent {
  return ecrEvent(context, repository, "ECR Image Action", [], {
    result: "SUCCESS",
    "repository-name": repository.name,
    "image-digest": image.digest,
    "action-type": action,
    "image-tag": image.tag,
    "manifest-media-type": image.mediaType,
    "artifact-media-type": image.artifactMediaType,
  });
}

/** The findings of a scan: one ECR event for a basic scan, one Inspector event per finding of an enhanced scan. */
export function scanEvents(
  context: Pick<GatewayState, "clock">,
  repository: RepositoryRecord,
  { digest, scan }: ImageRecord,
  tags: readonly string[],
): ServiceEvent[] {
  if (scan?.status === "ACTIVE") {
    return scan.enhancedFindings.map((finding) => ({
      ...ecrEvent(context, repository, "Inspector2 Finding", [repositoryArn(repository)], { ...finding }),
      source: "aws.inspector2",
    }));
  }
  return [
    ecrEvent(context, repository, "ECR Image Scan", [repositoryArn(repository)], {
      "scan-status": scan?.status,
      "repository-name": repository.name,
      "finding-severity-counts": scan && severityCounts(scan),
      "image-digest": digest,
      "image-tags": tags,
    }),
  ];
}

/** A copy that replication made or failed to make; sent in the destination's region. */
export function replicationEvent(
  context: Pick<GatewayState, "clock">,
  source: RepositoryRecord,
  destination: { account: string; region: string },
  image: { digest: string; tag: string | undefined },
  result: "SUCCESS" | "FAILURE",
): ServiceEvent {
  return ecrEvent(context, destination, "ECR Replication Action", [repositoryArn({ ...source, ...destination })], {
    result,
    "repository-name": source.name,
    "image-digest": image.digest,
    "source-account": source.account,
    "action-type": "REPLICATE",
    "source-region": source.region,
    "image-tag": image.tag,
  });
}

/** An image that a pull-through cache rule fetched. */
export function pullThroughEvent(
  context: Pick<GatewayState, "clock">,
  repository: RepositoryRecord,
  rule: { prefix: string; url: string },
  image: { digest: string; tag: string | undefined },
): ServiceEvent {
  return ecrEvent(context, repository, "ECR Pull Through Cache Action", [repositoryArn(repository)], {
    "rule-version": "1",
    "sync-status": "SUCCESS",
    "ecr-repository-prefix": rule.prefix,
    "repository-name": repository.name,
    "upstream-registry-url": rule.url,
    "image-tag": image.tag,
    "image-digest": image.digest,
  });
}

function ecrEvent(
  context: Pick<GatewayState, "clock">,
  { account, region }: { account: string; region: string },
  detailType: string,
  resources: string[],
  detail: Record<string, unknown>,
): ServiceEvent {
  const time = new Date(context.clock.now()).toISOString().replace(/\.\d+Z$/, "Z");
  const defined = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined));
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": detailType,
    source: "aws.ecr",
    account,
    time,
    region,
    resources,
    detail: defined,
  };
}
