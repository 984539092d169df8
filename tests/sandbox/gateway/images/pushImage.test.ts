import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { GatewayContext } from "../../../../sandbox/gateway/context";
import { pushImage } from "../../../../sandbox/gateway/images/imagePush";
import { KeyedLock } from "../../../../sandbox/gateway/state/keyedLock";
import type { RepositoryRecord } from "../../../../sandbox/gateway/state/records";
import { Store } from "../../../../sandbox/gateway/state/store";
import type { PushRefusal } from "../../../../sandbox/gateway/storage/pushRefusal";
import { account, region } from "../harness";
import { testImage } from "../registryClient";

const repository: RepositoryRecord = {
  kind: "private",
  account,
  region,
  id: "0123456789abcdef0123456789abcdef",
  name: "app",
  createdAt: 0,
  imageTagMutability: "MUTABLE",
  scanOnPush: false,
  encryptionType: "AES256",
  resourceTags: {},
};

describe("gateway: a push during other changes", () => {
  let folder = "";
  let store: Store;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "push-test-"));
    store = new Store(folder);
    store.putRepository(repository);
  });
  afterEach(async () => {
    await store.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  /** The parts of the gateway that a push needs; `putManifest` runs in the middle of it. */
  function contextWith(putManifest: () => Promise<void>): GatewayContext {
    const parts = {
      store,
      repositoryLocks: new KeyedLock(),
      clock: { now: () => 1 },
      distribution: { putManifest },
      events: { send: () => {} },
      replicator: { schedule: () => {} },
    };
    return parts as unknown as GatewayContext;
  }

  const push = (context: GatewayContext, content: string, tag: string) => {
    const { manifest, mediaType } = testImage(content);
    return pushImage(context, repository, { body: Buffer.from(manifest), mediaType, tag });
  };

  it("is rejected when the repository is deleted, even if one with the same name is created", async () => {
    for (const again of [undefined, { ...repository, id: "f".repeat(32) }]) {
      store.putRepository(repository);
      const context = contextWith(async () => {
        store.removeRepository(repository);
        if (again) store.putRepository(again);
      });
      await assert.rejects(push(context, "late", "v1"), { name: "PushRefusal", reason: "repositoryMissing" });
      assert.deepEqual(store.imagesOf(repository), []);
      assert.deepEqual(again && store.imagesOf(again), again && []);
    }
  });

  it("is rejected when the tag becomes immutable meanwhile, and leaves nothing behind", async () => {
    await push(
      contextWith(async () => {}),
      "first",
      "v1",
    );
    const context = contextWith(async () => {
      store.putRepository({ ...repository, imageTagMutability: "IMMUTABLE" });
    });
    await assert.rejects(push(context, "second", "v1"), (error: PushRefusal) => error.reason === "tagImmutable");
    assert.equal(store.tag(repository, "v1"), testImage("first").digest);
    assert.equal(store.image(repository, testImage("second").digest), undefined);
  });

  it("waits for other pushes to the same repository", async () => {
    let inside = 0;
    let most = 0;
    const context = contextWith(async () => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(10);
      inside -= 1;
    });
    await Promise.all(["a", "b", "c"].map((content) => push(context, content, content)));
    assert.equal(most, 1);
    assert.equal([...store.tagsFrom(repository)].length, 3);
  });

  it("is rejected with an image's 1,001st tag, but not with an existing tag or after a tag has moved", async () => {
    const context = contextWith(async () => {});
    for (let number = 1; number <= 1000; number++) await push(context, "much tagged", `v${number}`);
    const refused = {
      reason: "tooManyTags",
      message:
        "Adding tag 'v1001' to an image in the repository with name 'app' in registry with id '123456789012' exceeds the maximum allowed number of tags per image which is '1000'",
    };
    await assert.rejects(push(context, "much tagged", "v1001"), refused);
    await push(context, "much tagged", "v1000");
    await push(context, "another", "v1");
    await push(context, "much tagged", "v1001");
    await assert.rejects(push(context, "much tagged", "v1"), { reason: "tooManyTags" });
  }).timeout(300_000);
});

describe("gateway: state store", () => {
  it("discards a failed change completely, and keeps a completed one after reopening", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "store-test-"));
    let store = new Store(folder);
    try {
      assert.throws(
        () =>
          store.change(() => {
            store.putRepository(repository);
            store.putTag(repository, "v1", "sha256:1");
            throw new Error("in the middle");
          }),
        /in the middle/,
      );
      assert.equal(store.repository(repository, "app"), undefined);
      assert.deepEqual([...store.tagsFrom(repository)], []);
      store.change(() => {
        store.putRepository(repository);
        store.putTag(repository, "v1", "sha256:1");
      });
      await store.close();
      store = new Store(folder);
      assert.deepEqual(store.repository(repository, "app"), repository);
      assert.deepEqual([...store.tagsFrom(repository)], [["v1", "sha256:1"]]);
    } finally {
      await store.close();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("gateway: locks", () => {
  it("run one key's tasks in order, different keys concurrently, and continue after a failure", async () => {
    const lock = new KeyedLock();
    const order: string[] = [];
    const task = (name: string, milliseconds: number) => async () => {
      await pause(milliseconds);
      order.push(name);
    };
    const failing = lock.run("a", () => Promise.reject(new Error("broken")));
    await Promise.all([
      assert.rejects(failing, /broken/),
      lock.run("a", task("a1", 60)),
      lock.run("a", task("a2", 0)),
      lock.run("b", task("b1", 10)),
    ]);
    assert.deepEqual(order, ["b1", "a1", "a2"]);
  });
});
