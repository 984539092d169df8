import type { CopyProgress } from "../../oci/copyBlobs";

/** How far a copy is, as the engine shows it. */
export function progressText({ kind, digest, size, how }: CopyProgress): string {
  return `${kind} ${digest.slice(0, "sha256:".length + 12)} (${size.toLocaleString("en")} bytes): ${how}`;
}
