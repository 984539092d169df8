import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { dockerManifest, ociIndex, ociManifest } from "../../oci/manifestContent";
import { descriptorOf } from "./testImages";
import { sha256 } from "./testRegistry";

export interface ArchiveEntry {
  path: string;
  content?: Buffer | string;
  /** As in tar: `0` a file, `1` a hard link, `2` a symbolic link, `5` a folder. @default a file */
  type?: string;
  link?: string;
}

/** A tar archive with these entries. */
export function tar(entries: readonly ArchiveEntry[]): Buffer {
  const parts = entries.flatMap(({ path, content = "", type = "0", link = "" }) => {
    const body = Buffer.from(content as string);
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write("0000644\x000000000\x000000000\0", 100);
    header.write(`${body.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0${" ".repeat(8)}${type}`, 124);
    header.write(link, 157);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, each) => total + each, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

/** A stream of the bytes in parts of this size. */
export function inParts(bytes: Buffer, size: number): Readable {
  return Readable.from(
    (function* () {
      for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
    })(),
  );
}

/** A blob of an OCI layout. */
export function blob(content: Buffer): ArchiveEntry {
  return { path: `blobs/sha256/${sha256(content).slice("sha256:".length)}`, content };
}

/** An image as the containerd store exports it: its digest, its descriptor and its files. */
export function layoutImage(platform: string, content: string) {
  const [os, architecture, variant] = platform.split("/");
  const layer = Buffer.from(content);
  const config = Buffer.from(JSON.stringify({ os, architecture, variant, rootfs: { diff_ids: [sha256(layer)] } }));
  // Whitespace that JSON.stringify would not write by default: the bytes must stay the same.
  const manifest = Buffer.from(
    `${JSON.stringify({ schemaVersion: 2, mediaType: ociManifest, config: descriptorOf(config, "application/vnd.oci.image.config.v1+json"), layers: [descriptorOf(layer, "application/vnd.oci.image.layer.v1.tar+gzip")] }, null, 2)}\n`,
  );
  const descriptor = descriptorOf(manifest, ociManifest, { platform: { os, architecture, variant } });
  return { digest: sha256(manifest), descriptor, files: [manifest, config, layer].map(blob) };
}

/** An index of images. */
export function layoutIndex(images: readonly { descriptor: object }[]) {
  const manifests = images.map(({ descriptor }) => descriptor);
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }, null, 1));
  return { digest: sha256(body), files: [blob(body)] };
}

/** An image as the classic store exports it, before Docker 25: its ID and its files. */
export function classicImage(layers: readonly string[], more: object = {}) {
  const contents = layers.map((each) => Buffer.from(each));
  const config = Buffer.from(
    JSON.stringify({
      os: "linux",
      architecture: "amd64",
      ...more,
      rootfs: { type: "layers", diff_ids: contents.map(sha256) },
    }),
  );
  const id = sha256(config);
  const name = `${id.slice("sha256:".length)}.json`;
  const folders = layers.map((_, index) => String(index).repeat(64));
  const files = contents.flatMap((content, index): ArchiveEntry[] => {
    const folder = String(folders[index]);
    const first = layers.indexOf(String(layers[index]));
    const path = `${folder}/layer.tar`;
    return [
      { path: `${folder}/`, type: "5" },
      { path: `${folder}/VERSION`, content: "1.0" },
      first === index ? { path, content } : { path, type: "2", link: `../${folders[first]}/layer.tar` },
    ];
  });
  const manifest = [{ Config: name, RepoTags: null, Layers: folders.map((each) => `${each}/layer.tar`) }];
  return {
    id,
    config,
    contents,
    files: [...files, { path: name, content: config }, { path: "manifest.json", content: JSON.stringify(manifest) }],
  };
}

/** The layers that a pushed Docker manifest names, unpacked. */
export function unpackedLayers(manifest: Buffer, blobOf: (digest: string) => Buffer): string[] {
  const { mediaType, layers } = JSON.parse(manifest.toString()) as { mediaType: string; layers: { digest: string }[] };
  if (mediaType !== dockerManifest) throw new Error(mediaType);
  return layers.map(({ digest }) => gunzipSync(blobOf(digest)).toString());
}
