import * as fs from "node:fs";
import type { EcrDeviation } from "./deviations";

/** Ports of the gateway. 0 picks a free port once and keeps it in the sandbox's home. */
export interface GatewayPorts {
  /** The AWS endpoint (`SANDBOX_PORT`). */
  endpoint: number;
  /** The public registry (`SANDBOX_PUBLIC_REGISTRY_PORT`). */
  publicRegistry: number;
  /** The first private registry (`SANDBOX_PRIVATE_REGISTRY_PORT`); further ones get the next free ports. */
  privateRegistry: number;
}

/** The sandbox's own credentials: root of every account, like a 12-digit access key ID with the same secret. */
export interface SandboxCredentials {
  accessKeyId: string;
  secretAccessKey: string;
}

export interface GatewayAddresses {
  /** `http://127.0.0.1:<port>`, for AWS_ENDPOINT_URL. */
  endpoint: string;
  /** `127.0.0.1:<port>` of the public registry. */
  publicRegistry: string;
  /** `127.0.0.1:<port>` of the private registry of the sandbox's account in its region. */
  privateRegistry: string;
  /** `127.0.0.1:<port>` of every open registry, those two included. */
  registries: string[];
}

/** How to run Distribution's garbage collector. */
export interface GarbageCollectionConfig {
  command: string;
  args: string[];
  /** Idle milliseconds before it runs. @default 5 minutes */
  idleMilliseconds?: number;
}

export interface GatewayConfig {
  /** Folder for the gateway's state; created when missing. */
  stateDirectory: string;
  /** The account of the sandbox's own credentials. */
  account: string;
  /** Region of the private registry that gets its address first. */
  region: string;
  ports: GatewayPorts;
  credentials: SandboxCredentials;
  /** Address of MiniStack, which serves everything except ECR. */
  ministackUrl: string;
  /** The secret that MiniStack requires in the header `ministackSecretHeader`. */
  ministackSecret: string;
  /** Socket of CNCF Distribution, which stores manifests and layers. */
  distributionSocket: string;
  /**
   * Distribution's storage root, if the gateway may remove the folders of deleted repositories there. @default not
   * removed
   */
  distributionStorage?: string;
  /** The findings that scans report (`SANDBOX_SCAN_FINDINGS`). @default no findings */
  scanFindingsFile?: string;
  /** Frees layers while the gateway is idle. @default only Distribution's next start does */
  garbageCollection?: GarbageCollectionConfig;
  /** ECR's deviations from the OCI specification to turn off, for the conformance run. @default none */
  deviationsOff?: readonly EcrDeviation[];
  /**
   * Checks each response against the service's model (`SANDBOX_VALIDATE_RESPONSES=1`), as the tests do. @default false
   */
  validateResponses?: boolean;
  /**
   * Where the gateway writes GatewayAddresses when it listens, and whenever a registry gets its address. @default not
   * written
   */
  addressesFile?: string;
}

/** Environment variables for the ports, named in messages. */
export const portVariables: Record<keyof GatewayPorts, string> = {
  endpoint: "SANDBOX_PORT",
  publicRegistry: "SANDBOX_PUBLIC_REGISTRY_PORT",
  privateRegistry: "SANDBOX_PRIVATE_REGISTRY_PORT",
};

/** Reads the config that services/ wrote. Throws when the file is missing or not JSON: only the sandbox writes it. */
export function readGatewayConfig(file: string): GatewayConfig {
  return JSON.parse(fs.readFileSync(file, "utf8")) as GatewayConfig;
}

/** Header that proves a request comes from the gateway (services/ministackDoor.py uses the same name). */
export const ministackSecretHeader = "x-sandbox-gateway";

/** Identifies the gateway and lists the registries it has opened. */
export const healthPath = "/_sandbox/health";
