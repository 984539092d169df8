import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import { bearerLifetimeMilliseconds, Tokens, tokenLifetimeMilliseconds } from "../../../sandbox/gateway/iam/tokens";
import type { Principal } from "../../../sandbox/gateway/state/principal";
import { Store } from "../../../sandbox/gateway/state/store";
import { removeTemporary, temporaryDirectory } from "../temporary";

const principal: Principal = { kind: "root", account: "123456789012" };

describe("gateway: tokens", () => {
  let now: number;
  let store: Store;
  let directory: string;
  let tokens: Tokens;

  beforeEach(() => {
    now = 1_700_000_000_000;
    directory = temporaryDirectory();
    store = new Store(directory);
    tokens = new Tokens(store, { now: () => now });
  });
  afterEach(async () => {
    await store.close();
    removeTemporary();
  });

  it("are 48 random bytes, of which only a hash is stored", () => {
    const issued = Array.from({ length: 50 }, () => tokens.issue("private", principal).password);
    assert.equal(new Set(issued).size, 50);
    const kept = fs.readdirSync(directory).map((file) => fs.readFileSync(`${directory}/${file}`, "latin1"));
    for (const password of issued) {
      assert.equal(Buffer.from(password, "base64url").length, 48);
      assert.ok(kept.every((content) => !content.includes(password)));
    }
    const hash = crypto
      .createHash("sha256")
      .update(issued[0] ?? "")
      .digest("base64url");
    assert.ok(
      kept.some((content) => content.includes(hash)),
      "the search finds what is there",
    );
  });

  it("expire to the millisecond, and are not valid at the other kind of registry", () => {
    const { password } = tokens.issue("private", principal);
    assert.equal(tokens.check("public", password).state, "unknown");
    now += tokenLifetimeMilliseconds - 1;
    assert.equal(tokens.check("private", password).state, "valid");
    now += 1;
    assert.equal(tokens.check("private", password).state, "expired");
    const { token } = tokens.issueBearer(principal);
    now += bearerLifetimeMilliseconds - 1;
    assert.deepEqual(tokens.checkBearer(token)?.principal, principal);
    now += 1;
    assert.equal(tokens.checkBearer(token), undefined);
  });

  it("are refused when any byte is changed", () => {
    const { token } = tokens.issueBearer(undefined);
    for (let index = 0; index < token.length - 1; index += 1) {
      const changed = `${token.slice(0, index)}${token[index] === "A" ? "B" : "A"}${token.slice(index + 1)}`;
      assert.equal(tokens.checkBearer(changed), undefined, `byte ${index}`);
    }
    assert.ok(tokens.checkBearer(token));
    for (const signature of ["", "x", token]) assert.equal(tokens.verify("text", signature), false);
  });

  it("are signed with each sandbox's own key, which survives a restart", async () => {
    const { token } = tokens.issueBearer(undefined);
    assert.ok(new Tokens(store, { now: () => now }).checkBearer(token));
    const other = new Store(temporaryDirectory());
    assert.equal(new Tokens(other, { now: () => now }).checkBearer(token), undefined);
    await other.close();
  });

  it("have their signatures compared in constant time", () => {
    const source = fs.readFileSync(require.resolve("../../../sandbox/gateway/iam/tokens"), "utf8");
    assert.match(source, /verify\([^)]*\): boolean \{[^}]*\btimingSafeEqual\(expected, given\)/);
    assert.doesNotMatch(source, /sign\([^)]*\) ===|=== this\.sign/);
    const signature = fs.readFileSync(require.resolve("../../../sandbox/gateway/wire/signature"), "utf8");
    assert.match(signature, /timingSafeEqual\(/);
  });
});
