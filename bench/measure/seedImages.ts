import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { blobFile, manifestFolder } from "../../sandbox/gateway/distributionFiles";
import { readManifest } from "../../sandbox/gateway/manifest";
import type { RepositoryRecord } from "../../sandbox/gateway/state/records";
import { Store } from "../../sandbox/gateway/state/store";
import { distributionStorage } from "../../sandbox/services/distribution";
import { gatewayStateDirectory } from "../../sandbox/services/gatewayProcess";

const imagesAtOnce = 1000;

/**
 * Puts images into a repository of a sandbox that runs, as pushes would leave them: 100,000 pushes would take the better part of
 * an hour, and what is measured comes afterwards. Blobs that the manifests name are there already.
 *
 * @param manifests Each tag with its manifest.
 */
export async function seedImages(
  home: string,
  { account, region, name }: { account: string; region: string; name: string },
  manifests: Iterable<[tag: string, manifest: string]>,
): Promise<void> {
  const store = new Store(gatewayStateDirectory(home));
  try {
    const repository = store.repository({ kind: "private", account, region }, name);
    if (repository === undefined) throw new Error(`the repository ${name} is not there`);
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
