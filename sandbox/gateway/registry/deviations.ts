/**
 * Where ECR's registry does otherwise than the OCI distribution specification 1.1 asks, and the gateway with it. Each can
 * be switched off by name (GatewayConfig.deviationsOff), which is for the conformance run alone.
 */
export const ecrDeviations = {
  chunkCreated:
    "A chunk (PATCH) is answered with 201 Created, not 202 Accepted (jdx/mise pull request 11376, openai/tart issue 273).",
  manifestUnsupported:
    "A manifest that is not understood is refused with 405 UNSUPPORTED, not 400 MANIFEST_INVALID (chainguard-dev/apko issue 450, falcosecurity/falcoctl issue 302).",
  emptyBlobRefused: "A blob of no bytes is refused with 400 BLOB_UPLOAD_INVALID (radius-project/radius issue 7855).",
  smallChunkRefused:
    "A blob in chunks of which one that is not the last has less than 5 MiB is refused with 400 BLOB_UPLOAD_INVALID when it is completed (dotnet/sdk-container-builds issue 424).",
  mountNeedsImage:
    "A blob is mounted only when an image of the source repository has it; else an upload is opened (aws/containers-roadmap issue 2860).",
} as const;

export type EcrDeviation = keyof typeof ecrDeviations;

/** Whether the gateway does here as ECR does. */
export function deviates(
  { config }: { config: { deviationsOff?: readonly EcrDeviation[] } },
  name: EcrDeviation,
): boolean {
  return !config.deviationsOff?.includes(name);
}
