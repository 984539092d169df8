/**
 * Where ECR's registry, and so the gateway, deviates from the OCI distribution specification 1.1. Each deviation can be
 * turned off by name (GatewayConfig.deviationsOff), for the conformance run only.
 */
export const ecrDeviations = {
  chunkCreated:
    "A chunk (PATCH) is answered with 201 Created, not 202 Accepted (jdx/mise pull request 11376, openai/tart issue 273).",
  manifestUnsupported:
    "An unknown kind of manifest is refused with 405 UNSUPPORTED, not 400 MANIFEST_INVALID (chainguard-dev/apko issue 450, falcosecurity/falcoctl issue 302).",
  emptyBlobRefused: "An empty blob is refused with 400 BLOB_UPLOAD_INVALID (radius-project/radius issue 7855).",
  smallChunkRefused:
    "A blob uploaded in chunks is refused with 400 BLOB_UPLOAD_INVALID at completion if any chunk but the last is smaller than 5 MiB (dotnet/sdk-container-builds issue 424).",
  mountNeedsImage:
    "A blob is mounted only if an image of the source repository has it; otherwise an upload is started (aws/containers-roadmap issue 2860).",
} as const;

export type EcrDeviation = keyof typeof ecrDeviations;

/** Whether the gateway applies this deviation. */
export function deviates(
  { config }: { config: { deviationsOff?: readonly EcrDeviation[] } },
  name: EcrDeviation,
): boolean {
  return !config.deviationsOff?.includes(name);
}
