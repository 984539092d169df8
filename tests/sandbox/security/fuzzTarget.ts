import type { RawRequest } from "./rawExchange";

/** What the requests are aimed at. */
export interface Target {
  /** The gateway's AWS endpoint, the private registry and the public one, each `127.0.0.1:port`. */
  endpoint: string;
  privateRegistry: string;
  publicRegistry: string;
  /** A private repository that none of `strangers` may read, one of its blobs, and where Distribution keeps it. */
  repository: string;
  blob: string;
  namespace: string;
  /** `Authorization` of the repository's owner. */
  owner: string;
  /** `Authorization` of everybody else: none, a made-up one, another account's, the public registry's. */
  unauthorized: readonly string[];
}

/** A request, and whether its sender may read the repository. */
export interface FuzzRequest extends RawRequest {
  kind: string;
  authorized: boolean;
}

export type Random = () => number;
/** Makes one request of a kind. */
export type Maker = (target: Target, random: Random) => Promise<Omit<FuzzRequest, "kind">> | Omit<FuzzRequest, "kind">;

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}

export function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

export const badDigests = [
  "",
  "sha256:",
  "sha256:xyz",
  `sha512:${"0".repeat(64)}`,
  `sha256:${"0".repeat(64)}`,
  "md5:d41d8cd98f00b204e9800998ecf8427e",
  `sha256:${"A".repeat(64)}`,
  "../../data",
];
