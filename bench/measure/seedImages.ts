import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { RepositoryRecord } from "../../sandbox/gateway/state/records";
import { Store } from "../../sandbox/gateway/state/store";
import { blobFile, manifestFolder } from "../../sandbox/gateway/storage/distributionFiles";
import { readManifest } from "../../sandbox/gateway/storage/manifest";
import { distributionStorage } from "../../sandbox/services/distribution";
import { gatewayStateDirectory } from "../../sandbox/services/gatewayProcess";

const imagesAtOnce = 1000;

/**
 * Writes images directly into a repository of a running sandbox, with the result that pushes would have: 100,000 pushes
 * would take most of an hour, and only what follows is measured. The blobs that the manifests reference must already
 * exist.
 *
 * @param manifests Manifests by tag.
 */
export async function seedImages(
  home: string,
  { account, region, name }: { account: string; region: string; name: string },
  manifests: Iterable<[tag: string, manifest: string]>,
): Promise<void> {
  const store = new Store(gatewayStateDirectory(home));
  try {
    const repository = store.repository({ kind: "private", account, region }, name);
    if (repository === undefined) throw new Error(`the repository ${name} does not exist`);
    let waiting: [tag: string, manifest: string][] = [];
    const put = () => {
      store.change(() => {
        for (const [tag, manifest] of waiting) putImage(store, home, repository, tag, Buffer.from(manifest));
      });
      waiting = [];
    };
    for (const each of manifests) {
      waiting.push(each);
      if (waiting.length === imagesAtOnce) put();
    }
    put();
  } finally {
    await store.close();
  }
}

function putImage(store: Store, home: string, repository: RepositoryRecord, tag: string, manifest: Buffer): void {
  const { blobsSize, ...facts } = readManifest(manifest, undefined);
  const digest = `sha256:${createHash("sha256").update(manifest).digest("hex")}`;
  const storage = distributionStorage(home);
  write(blobFile(storage, digest) ?? "", manifest);
  write(path.join(manifestFolder(storage, repository.id, digest), "link"), digest);
  const pushedAt = Date.now();
  store.putImage(repository, { ...facts, digest, manifestSize: manifest.length, imageSize: blobsSize, pushedAt });
  store.putTag(repository, tag, digest);
}

function write(file: string, content: Buffer | string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}
