import { createHash } from "node:crypto";
import { GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { GetAuthorizationTokenCommand as GetPublicTokenCommand } from "@aws-sdk/client-ecr-public";
import type { TestSandbox } from "./harness";

export const dockerManifestType = "application/vnd.docker.distribution.manifest.v2+json";
export const ociManifestType = "application/vnd.oci.image.manifest.v1+json";
export const ociIndexType = "application/vnd.oci.image.index.v1+json";

export function digestOf(data: Buffer | string): string {
  return `sha256:${createHash("sha256").update(data).digest("hex")}`;
}

/** A small image: its blobs and its exact manifest. */
export interface TestImage {
  config: Buffer;
  layer: Buffer;
  manifest: string;
  mediaType: string;
  digest: string;
}

/** An image whose content, and so its digest, is derived from a string. */
export function testImage(content: string, extra: object = {}, mediaType = ociManifestType): TestImage {
  const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", content }));
  const layer = Buffer.from(`layer of ${content}`);
  const oci = mediaType === ociManifestType;
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: {
      mediaType: oci ? "application/vnd.oci.image.config.v1+json" : "application/vnd.docker.container.image.v1+json",
      digest: digestOf(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: oci ? "application/vnd.oci.image.layer.v1.tar" : "application/vnd.docker.image.rootfs.diff.tar.gzip",
        digest: digestOf(layer),
        size: layer.length,
      },
    ],
    ...extra,
  });
  return { config, layer, manifest, mediaType, digest: digestOf(manifest) };
}

/** Raw registry protocol requests with one identity. */
export class RegistryClient {
  constructor(
    readonly host: string,
    private readonly authorization: string | undefined,
  ) {}

  request(method: string, path: string, init: { headers?: Record<string, string>; body?: Buffer | string } = {}) {
    const headers = { ...(this.authorization && { Authorization: this.authorization }), ...init.headers };
    const url = path.startsWith("http") ? path : `http://${this.host}${path}`;
    return fetch(url, { method, headers, body: init.body, redirect: "manual" });
  }

  async uploadBlob(name: string, blob: Buffer): Promise<Response> {
    const start = await this.request("POST", `/v2/${name}/blobs/uploads/`);
    if (start.status !== 202) return start;
    const location = start.headers.get("location") ?? "";
    const separator = location.includes("?") ? "&" : "?";
    return this.request("PUT", `${location}${separator}digest=${digestOf(blob)}`, {
      headers: { "Content-Type": "application/octet-stream" },
      body: blob,
    });
  }

  putManifest(name: string, reference: string, image: TestImage): Promise<Response> {
    return this.request("PUT", `/v2/${name}/manifests/${reference}`, {
      headers: { "Content-Type": image.mediaType },
      body: image.manifest,
    });
  }

  /** Pushes blobs and manifest. @returns The answer of the first request that fails, or the manifest's. */
  async push(name: string, reference: string, image: TestImage): Promise<Response> {
    for (const blob of [image.config, image.layer]) {
      const answer = await this.uploadBlob(name, blob);
      if (answer.status !== 201) return answer;
    }
    return this.putManifest(name, reference, image);
  }

  getManifest(name: string, reference: string, method = "GET"): Promise<Response> {
    return this.request(method, `/v2/${name}/manifests/${reference}`, {
      headers: { Accept: [dockerManifestType, ociManifestType, ociIndexType].join(", ") },
    });
  }
}

export async function privateToken(sandbox: TestSandbox, options: { account?: string; region?: string } = {}) {
  const { authorizationData = [] } = await sandbox.ecr(options).send(new GetAuthorizationTokenCommand({}));
  const [first] = authorizationData;
  if (!first?.authorizationToken || !first.proxyEndpoint || !first.expiresAt) throw new Error("no token");
  return { token: first.authorizationToken, host: new URL(first.proxyEndpoint).host, expiresAt: first.expiresAt };
}

/** A client with a private registry's login. */
export async function privateClient(sandbox: TestSandbox, options: { account?: string; region?: string } = {}) {
  const { token, host } = await privateToken(sandbox, options);
  return new RegistryClient(host, `Basic ${token}`);
}

export async function publicToken(sandbox: TestSandbox, options: { account?: string } = {}): Promise<string> {
  const { authorizationData } = await sandbox.ecrPublic(options).send(new GetPublicTokenCommand({}));
  return authorizationData?.authorizationToken ?? "";
}

/** Asks the public registry's token endpoint, with a login or anonymously. */
export function askBearer(sandbox: TestSandbox, basicToken?: string): Promise<Response> {
  return fetch(`http://${sandbox.gateway.publicRegistry}/token/?service=public.ecr.aws&scope=aws`, {
    headers: basicToken === undefined ? {} : { Authorization: `Basic ${basicToken}` },
  });
}

/** A public registry client with a bearer token, for a login or anonymous. */
export async function publicClient(sandbox: TestSandbox, basicToken?: string): Promise<RegistryClient> {
  const { token } = (await (await askBearer(sandbox, basicToken)).json()) as { token: string };
  return new RegistryClient(sandbox.gateway.publicRegistry, `Bearer ${token}`);
}

/** Status, code and message of a registry protocol error. */
export async function refusal(answer: Response): Promise<{ status: number; code: string; message: string }> {
  const body = (await answer.json()) as { errors?: { code: string; message: string }[] };
  return { status: answer.status, code: body.errors?.[0]?.code ?? "", message: body.errors?.[0]?.message ?? "" };
}
