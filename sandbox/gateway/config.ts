import * as fs from "node:fs";
import type { EcrDeviation } from "./registry/deviations";

/** Ports of the gateway. 0 takes a free one from the system once and keeps it in the sandbox's home. */
export interface GatewayPorts {
  /** The AWS endpoint (`SANDBOX_PORT`). */
  endpoint: number;
  /** The public registry (`SANDBOX_PUBLIC_REGISTRY_PORT`). */
  publicRegistry: number;
  /** The first private registry (`SANDBOX_PRIVATE_REGISTRY_PORT`); further ones get the next free ports. */
  privateRegistry: number;
}

/** The sandbox's own credentials: root of every account, as a 12-digit access key id with the same secret is. */
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

/** How Distribution's garbage collector is called. */
export interface GarbageCollectionConfig {
  command: string;
  args: string[];
  /** Milliseconds without a request before it runs. @default 5 minutes */
  idleMilliseconds?: number;
}

export interface GatewayConfig {
  /** The folder for the gateway's state; made when missing. */
  stateDirectory: string;
  /** The account of the sandbox's own credentials. */
  account: string;
  /** The region of the private registry that gets its address first. */
  region: string;
  ports: GatewayPorts;
  credentials: SandboxCredentials;
  /** The address of MiniStack, which answers everything but ECR. */
  ministackUrl: string;
  /** What MiniStack wants to hear before it answers, in the header `ministackSecretHeader`. */
  ministackSecret: string;
  /** The socket of CNCF Distribution, which keeps manifests and layers. */
  distributionSocket: string;
  /** Distribution's storage root, when the gateway may remove the folders of deleted repositories there. @default not removed */
  distributionStorage?: string;
  /** The findings of scans (`SANDBOX_SCAN_FINDINGS`). @default nothing is ever found */
  scanFindingsFile?: string;
  /** Frees layers while nothing is asked. @default only Distribution's next start does */
  garbageCollection?: GarbageCollectionConfig;
  /** Ways in which ECR departs from the OCI specification that are not followed; for the conformance run. @default none */
  deviationsOff?: readonly EcrDeviation[];
  /** Holds each answer against the service's model (`SANDBOX_VALIDATE_RESPONSES=1`), as the tests do. @default false */
  validateResponses?: boolean;
  /** Where the gateway writes GatewayAddresses once it listens, and when a registry gets its address. @default nowhere */
  addressesFile?: string;
}

/** Environment variables that set the ports, for messages. */
export const portVariables: Record<keyof GatewayPorts, string> = {
  endpoint: "SANDBOX_PORT",
  publicRegistry: "SANDBOX_PUBLIC_REGISTRY_PORT",
  privateRegistry: "SANDBOX_PRIVATE_REGISTRY_PORT",
};

/** Reads the config that services/ wrote. Throws when the file is missing or no JSON: it is the program's own. */
export function readGatewayConfig(file: string): GatewayConfig {
  return JSON.parse(fs.readFileSync(file, "utf8")) as GatewayConfig;
}

/** Says that a request comes from the gateway (services/ministackDoor.py has the same name). */
export const ministackSecretHeader = "x-sandbox-gateway";

/** Where the gateway says what it is and which registries it has opened. */
export const healthPath = "/_sandbox/health";
