import { randomBytes } from "node:crypto";
import { dockerManifest, ociIndex, ociManifest } from "../../oci/manifestContent";
import { sha256, type TestRegistry } from "./testRegistry";

/** A descriptor of the content. */
export function descriptorOf(content: Buffer, mediaType: string, more: object = {}) {
  return { mediaType, digest: sha256(content), size: content.length, ...more };
}

/** An image in a registry: its digest, its manifest's bytes, and the digests of its blobs. */
export interface AddedImage {
  digest: string;
  body: Buffer;
  type: string;
  blobs: string[];
}

export interface ImageForm {
  /** Content or size of each layer. @default two small ones */
  layers?: readonly (number | Buffer)[];
  /** @default linux/amd64 */
  platform?: string;
  type?: string;
  layerType?: string;
  tag?: string;
  /** Properties of the manifest in addition to the usual ones, or in their place. */
  extra?: object;
}

/** Adds an image with layers of random bytes to a registry. */
export function addImage(registry: TestRegistry, repository: string, form: ImageForm = {}): AddedImage {
  const { layers = [100, 2000], platform = "linux/amd64", type = ociManifest, tag } = form;
  const [os, architecture, variant] = platform.split("/");
  const isDocker = type === dockerManifest;
  const config = Buffer.from(JSON.stringify({ os, architecture, variant, made: randomBytes(8).toString("hex") }));
  const contents = layers.map((layer) => (Buffer.isBuffer(layer) ? layer : randomBytes(layer)));
  for (const content of [config, ...contents]) registry.addBlob(repository, content);
  const {
    layerType = isDocker
      ? "application/vnd.docker.image.rootfs.diff.tar.gzip"
      : "application/vnd.oci.image.layer.v1.tar+gzip",
  } = form;
  const configType = isDocker
    ? "application/vnd.docker.container.image.v1+json"
    : "application/vnd.oci.image.config.v1+json";
  // Whitespace that JSON.stringify would not write by default: the bytes must stay the same.
  const body = Buffer.from(
    `${JSON.stringify({ schemaVersion: 2, mediaType: type, config: descriptorOf(config, configType), layers: contents.map((each) => descriptorOf(each, layerType)), ...form.extra }, null, 3)}\n`,
  );
  const digest = registry.addManifest(repository, body, type, tag);
  return { digest, body, type, blobs: [config, ...contents].map(sha256) };
}

/** Adds an index of images to a registry. */
export function addIndex(
  registry: TestRegistry,
  repository: string,
  images: readonly { image: AddedImage; platform?: string; annotations?: object }[],
  { type = ociIndex, extra = {} }: { type?: string; extra?: object } = {},
): AddedImage {
  const manifests = images.map(({ image, platform, annotations }) => {
    const [os, architecture, variant] = platform?.split("/") ?? [];
    return {
      ...descriptorOf(image.body, image.type),
      ...(platform && { platform: { architecture, os, variant } }),
      annotations,
    };
  });
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests, ...extra }, null, 2));
  return { digest: registry.addManifest(repository, body, type), body, type, blobs: [] };
}
