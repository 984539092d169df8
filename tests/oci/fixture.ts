import assert from "node:assert/strict";
import { type CopiedImage, copyImage, type ImageCopyOptions } from "../../oci/copyImage";
import { RegistryClient } from "../../oci/registryClient";
import { retries } from "../../oci/registryRetries";
import { sha256, TestRegistry } from "./testRegistry";

/** Two registries for the tests of one `describe`, and copies from `app` in one to `team/app` in the other. */
export class TwoRegistries {
  source = new TestRegistry();
  target = new TestRegistry();
  private readonly usual = { ...retries };

  constructor() {
    beforeEach(async () => {
      [this.source, this.target] = [new TestRegistry(), new TestRegistry()];
      await Promise.all([this.source.start(), this.target.start()]);
    });
    afterEach(() => {
      Object.assign(retries, this.usual);
      this.source.stop();
      this.target.stop();
    });
  }

  get from(): RegistryClient {
    return new RegistryClient(this.source.host, "app", undefined);
  }

  get to(): RegistryClient {
    return new RegistryClient(this.target.host, "team/app", undefined);
  }

  copy(digest: string, options: Partial<ImageCopyOptions> = {}): Promise<CopiedImage> {
    return copyImage({ source: this.from, target: this.to, digest, referrers: true, ...options });
  }

  /** Asserts that the target has everything that the source has, byte for byte, and nothing else. */
  assertWhole(): void {
    assert.deepEqual(this.target.contents("team/app"), this.source.contents("app"));
    for (const [key, { body, type }] of this.source.manifests) {
      if (!key.includes(":")) continue;
      const found = this.target.manifests.get(key.replace("app ", "team/app "));
      assert.ok(found?.body.equals(body), key);
      assert.equal(found?.type, type, key);
    }
    for (const [key, content] of this.target.blobs) assert.equal(sha256(content), key.split(" ")[1]);
  }
}
