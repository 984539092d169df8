import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { DescribeImagesResponse, ListImagesResponse } from "@aws-sdk/client-ecr";
import { open } from "lmdb";
import { imageOperations, listImages } from "../../../../sandbox/gateway/api/imageOperations";
import type { GatewayContext } from "../../../../sandbox/gateway/context";
import type { Caller } from "../../../../sandbox/gateway/iam/caller";
import { removeFromState } from "../../../../sandbox/gateway/images/imageDeletion";
import type { ImageRecord, RepositoryRecord } from "../../../../sandbox/gateway/state/records";
import { Store } from "../../../../sandbox/gateway/state/store";

const repository: RepositoryRecord = {
  kind: "private",
  account: "123456789012",
  region: "ap-northeast-2",
  id: "0".repeat(32),
  name: "app",
  createdAt: 0,
  imageTagMutability: "MUTABLE",
  scanOnPush: false,
  encryptionType: "AES256",
  resourceTags: {},
};

function image(digest: string, named: Partial<ImageRecord> = {}): ImageRecord {
  return { digest, mediaType: "", manifestSize: 1, imageSize: 1, pushedAt: 0, children: [], blobs: [], ...named };
}

const images = [
  image("sha256:1", { blobs: ["sha256:layer"] }),
  image("sha256:2", { children: ["sha256:1"] }),
  image("sha256:3", { subject: "sha256:1", blobs: ["sha256:layer"] }),
];

describe("gateway: image references and tags in the store", () => {
  let folder = "";
  let store: Store;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "relations-test-"));
  });
  afterEach(async () => {
    await store.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const found = (of: RepositoryRecord = repository) => ({
    tags: store.tagsOfImage(of, "sha256:1"),
    tagged: [...store.imagesByTag(of, true)].map(({ digest }) => digest),
    untagged: [...store.imagesByTag(of, false)].map(({ digest }) => digest),
    indexes: store.indexesOf(of, "sha256:1"),
    referrers: store.referrersOf(of, "sha256:1").map(({ digest }) => digest),
    withBlob: store.imageWithBlob(of, "sha256:layer")?.digest,
  });
  const whole = {
    tags: ["v1", "v2"],
    tagged: ["sha256:1"],
    untagged: ["sha256:2", "sha256:3"],
    indexes: ["sha256:2"],
    referrers: ["sha256:3"],
    withBlob: "sha256:1",
  };

  function fill(): void {
    store = new Store(folder);
    store.change(() => {
      for (const each of images) store.putImage(repository, each);
      store.putTag(repository, "v2", "sha256:1");
      store.putTag(repository, "v1", "sha256:1");
    });
  }

  it("follow pushes, moved tags and deletions", () => {
    fill();
    assert.deepEqual(found(), whole);
    assert.deepEqual(found({ ...repository, id: "1".repeat(32) }).tags, [], "each repository has its own");
    store.change(() => {
      store.putTag(repository, "v1", "sha256:2");
      store.removeImage(repository, "sha256:3");
    });
    const moved = { tags: ["v2"], tagged: ["sha256:1", "sha256:2"], untagged: [], referrers: [] };
    assert.deepEqual(found(), { ...whole, ...moved });
    store.change(() => store.removeTag(repository, "v1"));
    assert.deepEqual(found(), { ...whole, ...moved, tagged: ["sha256:1"], untagged: ["sha256:2"] });
    store.change(() => {
      store.removeImage(repository, "sha256:2");
      store.removeImage(repository, "sha256:1");
    });
    const nothing = { tags: [], tagged: [], untagged: [], indexes: [], referrers: [], withBlob: undefined };
    assert.deepEqual(found(), nothing);
    assert.deepEqual([...store.tagsFrom(repository)], []);
  });

  it("are removed with the repository, and kept when the change fails", () => {
    fill();
    assert.throws(() =>
      store.change(() => {
        store.removeRepository(repository);
        throw new Error("in the middle");
      }),
    );
    assert.deepEqual(found(), whole);
    store.change(() => store.removeRepository(repository));
    const { tags, tagged, untagged, indexes, referrers } = found();
    assert.deepEqual([tags, tagged, untagged, indexes, referrers], [[], [], [], [], []]);
  });

  it("let a page read only its own images, and a deletion only the deleted one", async () => {
    store = new Store(folder);
    const name = (number: number) => `sha256:${String(number).padStart(4, "0")}`;
    store.change(() => {
      store.putRepository(repository);
      for (let number = 0; number < 1000; number++) {
        store.putImage(repository, image(name(number)));
        store.putTag(repository, `v${number}`, name(number));
      }
    });
    let read = 0;
    const { imagesFrom } = store;
    store.imagesFrom = function* (...args) {
      for (const each of imagesFrom.apply(store, args)) {
        read += 1;
        yield each;
      }
    };
    const context = { store } as unknown as GatewayContext;
    const caller = { account: repository.account, region: repository.region } as Caller;
    const { DescribeImages } = imageOperations("private");
    const input = { repositoryName: "app", maxResults: 10 };
    const first = (await DescribeImages(context, caller, input)) as DescribeImagesResponse;
    const second = (await DescribeImages(context, caller, { ...input, nextToken: first.nextToken })) as typeof first;
    assert.deepEqual(
      [...(first.imageDetails ?? []), ...(second.imageDetails ?? [])].map(({ imageTags }) => imageTags),
      Array.from({ length: 20 }, (_, number) => [`v${number}`]),
    );
    const ids = (await listImages(context, caller, input)) as ListImagesResponse;
    assert.equal(ids.imageIds?.length, 10);
    // The one untagged image is found without a walk through the others.
    store.change(() => store.removeTag(repository, "v900"));
    const untagged = (await listImages(context, caller, {
      ...input,
      filter: { tagStatus: "UNTAGGED" },
    })) as ListImagesResponse;
    assert.deepEqual(untagged.imageIds, [{ imageDigest: name(900) }]);
    // Each page reads one image more than it returns; a later page starts with the last image of the previous one.
    assert.equal(read, 11 + 12 + 11);
    const removed = store.change(() => removeFromState(context, repository, name(500), "v500"));
    assert.deepEqual([removed, read], [{ digest: name(500), tags: ["v500"], whole: true }, 34]);
  });

  it("are built once from the images and tags of an older state without them", async () => {
    const old = open({ path: folder, overlappingSync: false, maxDbs: 16, noSubdir: false });
    const [oldImages, oldTags] = [old.openDB({ name: "images" }), old.openDB({ name: "imageTags" })];
    for (const each of images) oldImages.putSync([repository.id, each.digest], each);
    for (const tag of ["v1", "v2"]) oldTags.putSync([repository.id, tag], "sha256:1");
    await old.close();
    store = new Store(folder);
    assert.deepEqual(found(), whole);
    store.change(() => store.removeTag(repository, "v1"));
    await store.close();
    store = new Store(folder);
    assert.deepEqual(found(), { ...whole, tags: ["v2"] });
  });
});
