import type { CopyProgress } from "../../oci/copyBlobs";

/** Formats the progress of a copy for the engine. */
export function progressText({ kind, digest, size, how }: CopyProgress): string {
  return `${kind} ${digest.slice(0, "sha256:".length + 12)} (${size.toLocaleString("en")} bytes): ${how}`;
}
