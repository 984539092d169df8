import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { SignatureV4 } from "@smithy/signature-v4";

/** The parts of an Authorization header of Signature Version 4. */
export interface Signature {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

const form =
  /^AWS4-HMAC-SHA256\s+Credential=([^/\s,]+)\/(\d{8})\/([^/\s,]+)\/([^/\s,]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})\s*$/;

/** Parses an Authorization header; `undefined` if it is not Signature Version 4. */
export function parseSignature(authorization: string | undefined): Signature | undefined {
  const match = form.exec(authorization ?? "");
  if (!match) {
    return undefined;
  }
  const [, accessKeyId = "", date = "", region = "", service = "", signedHeaders = "", signature = ""] = match;
  return { accessKeyId, date, region, service, signedHeaders: signedHeaders.split(";"), signature };
}

/** The request's time (`X-Amz-Date`) in milliseconds since 1970; `undefined` when missing or malformed. */
export function requestTime(headers: IncomingHttpHeaders): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers["x-amz-date"] ?? ""));
  return match ? Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}Z`) : undefined;
}

interface SignedRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Verifies a request's signature: signs the request again with the SDK's signer and compares the results. */
export async function signatureMatches(
  request: SignedRequest,
  signature: Signature,
  secretAccessKey: string,
): Promise<boolean> {
  const time = requestTime(request.headers);
  const bodyHash = createHash("sha256").update(request.body).digest("hex");
  const claimedHash = request.headers["x-amz-content-sha256"];
  if (time === undefined || (claimedHash !== undefined && claimedHash !== bodyHash)) {
    return false;
  }
  const headers: Record<string, string> = {};
  for (const name of signature.signedHeaders) {
    const value = request.headers[name];
    if (value === undefined) {
      return false;
    }
    headers[name] = Array.isArray(value) ? value.join(",") : value;
  }
  const signer = new SignatureV4({
    service: signature.service,
    region: signature.region,
    credentials: { accessKeyId: signature.accessKeyId, secretAccessKey },
    sha256: Sha256,
    applyChecksum: false,
  });
  const url = new URL(request.url, "http://localhost");
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: "http:",
      hostname: "localhost",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers,
      body: request.body,
    },
    { signingDate: new Date(time), signableHeaders: new Set(signature.signedHeaders) },
  );
  const expected = parseSignature(signed.headers["authorization"] ?? signed.headers["Authorization"]);
  return (
    expected !== undefined &&
    expected.signedHeaders.join(";") === signature.signedHeaders.join(";") &&
    timingSafeEqual(Buffer.from(expected.signature), Buffer.from(signature.signature))
  );
}

/** SHA-256 and HMAC with the interface the SDK's signer expects. */
export class Sha256 {
  private hash;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = this.start();
  }

  update(data: Uint8Array | string): void {
    this.hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }

  reset(): void {
    this.hash = this.start();
  }

  private start() {
    return this.secret === undefined ? createHash("sha256") : createHmac("sha256", keyBytes(this.secret));
  }
}

function keyBytes(secret: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof secret === "string") {
    return Buffer.from(secret);
  }
  return ArrayBuffer.isView(secret)
    ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
    : Buffer.from(secret);
}
