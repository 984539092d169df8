import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { digestOf } from "./registryClient";

const mebibyte = 1024 * 1024;

/**
 * Writes an image with one layer of random bytes as an OCI image layout, the folder that clients push from.
 *
 * @returns The layer's digest and its size in bytes.
 */
export function writeImageLayout(folder: string, layerMebibytes: number): { digest: string; size: number } {
  const blobs = path.join(folder, "blobs", "sha256");
  fs.mkdirSync(blobs, { recursive: true });
  const hash = createHash("sha256");
  const file = fs.openSync(path.join(blobs, "layer"), "w");
  for (let written = 0; written < layerMebibytes; written++) {
    const part = randomBytes(mebibyte);
    hash.update(part);
    fs.writeSync(file, part);
  }
  fs.closeSync(file);
  const hex = hash.digest("hex");
  fs.renameSync(path.join(blobs, "layer"), path.join(blobs, hex));
  const layer = { digest: `sha256:${hex}`, size: layerMebibytes * mebibyte };
  const rootfs = { type: "layers", diff_ids: [layer.digest] };
  const config = put(blobs, { architecture: "amd64", os: "linux", rootfs });
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = put(blobs, {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", ...layer }],
  });
  fs.writeFileSync(path.join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const index = { schemaVersion: 2, manifests: [{ mediaType, ...manifest }] };
  fs.writeFileSync(path.join(folder, "index.json"), JSON.stringify(index));
  return layer;
}

function put(blobs: string, value: object): { digest: string; size: number } {
  const text = JSON.stringify(value);
  const digest = digestOf(text);
  fs.writeFileSync(path.join(blobs, digest.slice("sha256:".length)), text);
  return { digest, size: text.length };
}
