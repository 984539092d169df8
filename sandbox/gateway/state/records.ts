import type { EnhancedImageScanFinding, ImageScanFinding, ReplicationStatus, ScanStatus } from "@aws-sdk/client-ecr";
import type { EncryptionType } from "../../../ecr/encryption";
import type { ImageTagMutability, TagExclusionFilter } from "../../../ecr/tagMutability";
import type { Principal } from "../iam/principal";

/** Which of the two services a repository belongs to. */
export type RegistryKind = "private" | "public";

/** ECR Public has one registry per account, whichever of its API regions is asked; its repositories are kept under this one. */
export const publicApiRegion = "us-east-1";

/** Where a repository is: one registry is one kind, account and region. */
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
  /** Random, never reused: the repository's namespace in Distribution, so a repository made again starts empty. */
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  imageTagMutability: ImageTagMutability;
  exclusionFilters?: TagExclusionFilter[];
  scanOnPush: boolean;
  encryptionType: EncryptionType;
  kmsKey?: string;
  /** Times in milliseconds since 1970; not evaluated yet: `evaluatedAt` is absent. */
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
  /** Bytes of the manifest itself. */
  manifestSize: number;
  /** Bytes as ECR reports them: config and layers, of an index the largest of its images. */
  imageSize: number;
  /** Milliseconds since 1970. */
  pushedAt: number;
  /** Milliseconds since 1970; ECR renews it at most once a day. */
  lastPulledAt?: number;
  /** Digests of an index's manifests. */
  children: string[];
  /** The manifest's `subject`, for signatures and other referrers. */
  subject?: string;
  /** The manifest's annotations, which a list of referrers repeats. */
  annotations?: Record<string, string>;
  /** Blobs that the manifest names. */
  blobs: string[];
  /** Absent: in the standard storage class. */
  storageClass?: "ARCHIVE";
  /** When it last went to the archive and came back, in milliseconds since 1970. */
  archivedAt?: number;
  activatedAt?: number;
  /** The last scan. */
  scan?: ScanRecord;
  /** Where this image was to be copied when it was pushed, and what became of it. */
  replications?: ReplicationRecord[];
}

/** A scan of an image; times in milliseconds since 1970. */
export interface ScanRecord {
  startedAt: number;
  /** Whether the registry scanned that way then; DescribeImages shows such scans only. */
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
  failureCode?: string;
}

/** One layer on its way through the API. */
export interface LayerUploadRecord {
  repositoryId: string;
  /** Path and query of Distribution's upload session. */
  session: string;
  received: number;
  /** Bytes of the part that came last. */
  lastPart: number;
  /** Bytes of a part that was not the last and is smaller than a part may be. */
  smallPart?: number;
  /** When the last part came, in milliseconds since 1970. */
  usedAt: number;
}

/** What a login token stands for. Only a hash of the token is kept. */
export interface TokenRecord {
  kind: RegistryKind;
  /** Who asked for it. */
  principal: Principal;
  /** Milliseconds since 1970. */
  expiresAt: number;
}
