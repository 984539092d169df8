import type { EnhancedImageScanFinding, ImageScanFinding, ReplicationStatus, ScanStatus } from "@aws-sdk/client-ecr";
import type { EncryptionType } from "../../../ecr/repository/encryption";
import type { ImageTagMutability, TagExclusionFilter } from "../../../ecr/tags/tagMutability";
import type { Principal } from "./principal";

/** Which of the two services a repository belongs to. */
export type RegistryKind = "private" | "public";

/**
 * ECR Public has one registry per account, whichever API region is called; its repositories are stored under this one.
 */
export const publicApiRegion = "us-east-1";

/** Identifies a registry by kind, account, and region. */
export interface RegistryAddress {
  kind: RegistryKind;
  account: string;
  region: string;
}

export interface CatalogData {
  description?: string;
  architectures?: string[];
  operatingSystems?: string[];
  aboutText?: string;
  usageText?: string;
  logo?: Uint8Array;
}

export interface RepositoryRecord extends RegistryAddress {
  /**
   * Random and never reused: the repository's namespace in Distribution, so that a recreated repository starts empty.
   */
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  imageTagMutability: ImageTagMutability;
  exclusionFilters?: TagExclusionFilter[];
  scanOnPush: boolean;
  encryptionType: EncryptionType;
  kmsKey?: string;
  /** Times in milliseconds since 1970; `evaluatedAt` is absent until the first evaluation. */
  lifecyclePolicy?: { text: string; putAt: number; evaluatedAt?: number };
  policyText?: string;
  resourceTags: Record<string, string>;
  /** Public repositories only. */
  catalog?: CatalogData;
}

export interface ImageRecord {
  digest: string;
  mediaType: string;
  artifactMediaType?: string;
  /** Size of the manifest itself, in bytes. */
  manifestSize: number;
  /** Size in bytes as ECR reports it: config and layers, or the largest image of an index. */
  imageSize: number;
  /** Milliseconds since 1970. */
  pushedAt: number;
  /** Milliseconds since 1970; updated at most once a day, as in ECR. */
  lastPulledAt?: number;
  /** Digests of the manifests in an index. */
  children: string[];
  /** The manifest's `subject`, for signatures and other referrers. */
  subject?: string;
  /** The manifest's annotations, which the list of referrers repeats. */
  annotations?: Record<string, string>;
  /** Blobs in the manifest. */
  blobs: string[];
  /** Absent in the standard storage class. */
  storageClass?: "ARCHIVE";
  /** When it was last archived and restored, in milliseconds since 1970. */
  archivedAt?: number;
  activatedAt?: number;
  /** The last scan. */
  scan?: ScanRecord;
  /** Replication destinations at the time of the push, with their status. */
  replications?: ReplicationRecord[];
}

/** A scan of an image; times in milliseconds since 1970. */
export interface ScanRecord {
  startedAt: number;
  /** Whether it was an enhanced scan; DescribeImages shows only those. */
  enhanced?: boolean;
  status: ScanStatus;
  description: string;
  findings: ImageScanFinding[];
  enhancedFindings: EnhancedImageScanFinding[];
}

export interface ReplicationRecord {
  account: string;
  region: string;
  status: ReplicationStatus;
  /** While in progress: of a copy for one of the image's tags; reported at the end. */
  failureCode?: string;
}

/** A layer being uploaded through the API. */
export interface LayerUploadRecord {
  repositoryId: string;
  /** Path and query of Distribution's upload session. */
  session: string;
  received: number;
  /** Size of the last part in bytes. */
  lastPart: number;
  /** Size in bytes of a part that is too small and was not the last. */
  smallPart?: number;
  /** When the last part arrived, in milliseconds since 1970. */
  usedAt: number;
}

/** The identity behind a login token. Only a hash of the token is stored. */
export interface TokenRecord {
  kind: RegistryKind;
  /** The principal that requested the token. */
  principal: Principal;
  /** Milliseconds since 1970. */
  expiresAt: number;
}
