import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import * as http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { type CreateRepositoryCommandInput, PutAccountSettingCommand } from "@aws-sdk/client-ecr";
import { useSandbox } from "./harness";
import {
  digestOf,
  privateClient,
  privateToken,
  publicClient,
  publicToken,
  RegistryClient,
  refusal,
  testImage,
} from "./registryClient";

/** The smallest chunk that ECR accepts other than the last of a layer. */
const chunkSize = 5 * 1024 * 1024;

describe("gateway: layer uploads", () => {
  const sandbox = useSandbox();
  let client: RegistryClient;
  before(async () => {
    client = await privateClient(sandbox);
  });

  const repository = (settings: Partial<CreateRepositoryCommandInput> = {}) =>
    sandbox.createRepository("uploads", settings);

  const begin = async (name: string) => {
    const answer = await client.request("POST", `/v2/${name}/blobs/uploads/`);
    assert.deepEqual([answer.status, answer.headers.get("range")], [202, "0-0"]);
    return locationOf(answer);
  };
  const locationOf = (answer: Response) => answer.headers.get("location") ?? "";
  const chunk = (to: string, blob: Buffer, from: number, until = blob.length, method = "PATCH") =>
    client.request(method, to, {
      headers: { "Content-Type": "application/octet-stream", "Content-Range": `${from}-${until - 1}` },
      body: blob.subarray(from, until),
    });
  const finishing = (location: string, blob: Buffer) => `${location}&digest=${digestOf(blob)}`;
  const finish = (location: string, blob: Buffer) => client.request("PUT", finishing(location, blob));
  const stored = async (name: string, blob: Buffer) => {
    const answer = await client.request("GET", `/v2/${name}/blobs/${digestOf(blob)}`);
    return answer.status === 200 && Buffer.from(await answer.arrayBuffer()).equals(blob);
  };

  /** Sends the beginning of a longer announced body, and drops the connection. */
  async function cut(location: string, part: Buffer, announced: number): Promise<void> {
    const { token } = await privateToken(sandbox);
    await new Promise<void>((resolve) => {
      const request = http.request(location, {
        method: "PATCH",
        headers: { Authorization: `Basic ${token}`, "Content-Length": announced },
      });
      request.on("error", () => resolve());
      request.write(part, () => setTimeout(() => request.destroy(new Error("cut")), 50));
    });
  }

  /** An upload's state, once the gateway has noticed that the client is gone. */
  async function progress(location: string, received: number): Promise<Response> {
    for (let tries = 0; ; tries++) {
      const answer = await client.request("GET", location);
      if (answer.headers.get("range") === `0-${received - 1}` || tries === 100) return answer;
      await pause(20);
    }
  }

  it("accepts chunks in order with ECR's answers, the last one with the digest", async () => {
    const name = await repository();
    const blob = randomBytes(2 * chunkSize + 1000);
    const location = await begin(name);
    assert.ok(location.startsWith(`http://${client.host}/v2/${name}/blobs/uploads/`), location);
    const first = await chunk(location, blob, 0, chunkSize);
    assert.deepEqual([first.status, first.headers.get("range")], [201, `0-${chunkSize - 1}`]);
    const state = await client.request("GET", locationOf(first));
    assert.deepEqual([state.status, state.headers.get("range")], [204, `0-${chunkSize - 1}`]);
    const second = await chunk(locationOf(state), blob, chunkSize, 2 * chunkSize);
    const done = await chunk(finishing(locationOf(second), blob), blob, 2 * chunkSize, blob.length, "PUT");
    assert.deepEqual([done.status, done.headers.get("docker-content-digest")], [201, digestOf(blob)]);
    assert.equal(locationOf(done), `http://${client.host}/v2/${name}/blobs/${digestOf(blob)}`);
    assert.ok(await stored(name, blob));
    assert.equal((await client.request("GET", location)).status, 404, "the session is over");
  });

  it("rejects a chunk out of order and says where to continue", async () => {
    const name = await repository();
    const blob = randomBytes(3 * chunkSize);
    const location = await begin(name);
    const early = await chunk(location, blob, chunkSize, 2 * chunkSize);
    assert.deepEqual(
      [early.status, early.headers.get("range"), (await refusal(early)).code],
      [416, "0-0", "RANGE_INVALID"],
    );
    const first = await chunk(locationOf(early), blob, 0, chunkSize);
    const again = await chunk(locationOf(first), blob, 0, chunkSize);
    assert.deepEqual([again.status, again.headers.get("range")], [416, `0-${chunkSize - 1}`]);
    const late = await chunk(finishing(locationOf(again), blob), blob, 2 * chunkSize, 3 * chunkSize, "PUT");
    assert.equal(late.status, 416);
    const odd = await client.request("PATCH", locationOf(late), {
      headers: { "Content-Range": `${chunkSize}-${chunkSize + 1}` },
      body: "abc",
    });
    assert.deepEqual([odd.status, (await refusal(odd)).code], [400, "SIZE_INVALID"]);
    const rest = await chunk(locationOf(late), blob, chunkSize);
    assert.equal((await finish(locationOf(rest), blob)).status, 201);
    assert.ok(await stored(name, blob));
  });

  it("rejects an empty layer, and one with a chunk under 5 MB that is not the last", async () => {
    const name = await repository();
    const blob = randomBytes(3000);
    const first = await chunk(await begin(name), blob, 0, 1000);
    const second = await chunk(locationOf(first), blob, 1000);
    const small = await refusal(await finish(locationOf(second), blob));
    assert.deepEqual([small.status, small.code], [400, "BLOB_UPLOAD_INVALID"]);
    assert.equal(small.message, "All layer parts except the last part should be at least 5MB");
    assert.equal((await client.request("HEAD", `/v2/${name}/blobs/${digestOf(blob)}`)).status, 404);
    const nothing = await refusal(await client.uploadBlob(name, Buffer.alloc(0)));
    assert.deepEqual([nothing.status, nothing.code], [400, "BLOB_UPLOAD_INVALID"]);
    assert.match(
      nothing.message,
      /^The upload with id '.+' in the repository with name '.+' in registry with id .+ any parts\.$/,
    );
    const whole = await client.request("POST", `/v2/${name}/blobs/uploads/?digest=${digestOf("")}`);
    assert.equal((await refusal(whole)).code, "BLOB_UPLOAD_INVALID");
    assert.equal((await client.uploadBlob(name, blob)).status, 201, "in one piece it is taken");
  });

  it("continues at the same URL after a connection broke in mid-chunk", async () => {
    const name = await repository();
    const blob = randomBytes(500_000);
    const location = await begin(name);
    await cut(location, blob.subarray(0, 200_000), blob.length);
    const state = await progress(location, 200_000);
    assert.deepEqual([state.status, state.headers.get("range")], [204, "0-199999"]);
    const rest = await chunk(location, blob, 200_000);
    assert.equal(rest.status, 201);
    assert.equal((await finish(location, blob)).status, 201);
    assert.ok(await stored(name, blob));
  });

  it("does not accept a truncated body as a whole layer", async () => {
    const name = await repository();
    const blob = randomBytes(100_000);
    const location = await begin(name);
    await cut(location, blob.subarray(0, 50_000), blob.length);
    await progress(location, 50_000);
    const answer = await refusal(await finish(location, blob));
    assert.deepEqual([answer.status, answer.code], [400, "DIGEST_INVALID"]);
    assert.equal((await client.request("HEAD", `/v2/${name}/blobs/${digestOf(blob)}`)).status, 404);
  });

  it("continues after a gateway restart, but rejects an upload that was cut in mid-chunk", async () => {
    const name = await repository();
    const [blob, other] = [randomBytes(chunkSize + 100_000), randomBytes(200_000)];
    const first = await chunk(await begin(name), blob, 0, chunkSize);
    const torn = await begin(name);
    await cut(torn, other.subarray(0, 50_000), other.length);
    await progress(torn, 50_000);
    await sandbox.stopGateway();
    await sandbox.start();
    client = await privateClient(sandbox);
    const state = await client.request("GET", locationOf(first));
    assert.deepEqual([state.status, state.headers.get("range")], [204, `0-${chunkSize - 1}`]);
    const rest = await chunk(locationOf(first), blob, chunkSize);
    assert.equal((await finish(locationOf(rest), blob)).status, 201);
    assert.ok(await stored(name, blob));
    assert.equal((await refusal(await chunk(torn, other, 50_000))).code, "BLOB_UPLOAD_UNKNOWN");
    assert.equal((await client.uploadBlob(name, other)).status, 201);
    assert.ok(await stored(name, other));
  });

  it("accepts a whole layer in one request", async () => {
    const name = await repository();
    const blob = randomBytes(50_000);
    const post = (digest: string) =>
      client.request("POST", `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: blob });
    assert.equal((await refusal(await post(digestOf("else")))).code, "DIGEST_INVALID");
    assert.equal((await client.request("HEAD", `/v2/${name}/blobs/${digestOf(blob)}`)).status, 404);
    const done = await post(digestOf(blob));
    assert.deepEqual([done.status, done.headers.get("docker-content-digest")], [201, digestOf(blob)]);
    assert.ok(await stored(name, blob));
  });

  it("accepts only SHA-256 digests, and ends an upload with a wrong digest", async () => {
    const name = await repository();
    const blob = Buffer.from("layer");
    const location = await begin(name);
    const sha512 = await client.request("PUT", `${location}&digest=sha512:${"a".repeat(128)}`, { body: blob });
    assert.deepEqual([sha512.status, (await refusal(sha512)).code], [400, "DIGEST_INVALID"]);
    const wrong = await client.request("PUT", `${location}&digest=${digestOf("else")}`, { body: blob });
    assert.deepEqual([wrong.status, (await refusal(wrong)).code], [400, "DIGEST_INVALID"]);
    assert.equal((await finish(location, blob)).status, 404);
  });

  it("cancels an upload, and accepts it only in its own repository", async () => {
    const [mine, other] = [await repository(), await repository()];
    const location = await begin(mine);
    const moved = location.replace(`/v2/${mine}/`, `/v2/${other}/`);
    assert.equal((await client.request("PUT", finishing(moved, Buffer.from("abc")), { body: "abc" })).status, 404);
    assert.equal((await client.request("HEAD", `/v2/${other}/blobs/${digestOf("abc")}`)).status, 404);
    assert.equal((await client.request("DELETE", location)).status, 204);
    assert.equal((await client.request("GET", location)).status, 404);
    assert.equal((await client.request("POST", location)).status, 405);
  });

  it("accepts one of two concurrent writers to a session, and never mixes their data", async () => {
    const name = await repository();
    const blob = randomBytes(400_000);
    const location = await begin(name);
    const answers = await Promise.all([chunk(location, blob, 0), chunk(location, blob, 0)]);
    assert.deepEqual(answers.map((answer) => answer.status).sort(), [201, 416]);
    assert.equal((await finish(location, blob)).status, 201);
    assert.ok(await stored(name, blob));
  });

  it("mounts a layer if the account allows it, an image uses it and the encryption matches", async () => {
    const [source, target] = [await repository(), await repository()];
    const encrypted = await repository({ encryptionConfiguration: { encryptionType: "KMS" } });
    const image = testImage("shared?");
    const loose = randomBytes(100);
    await client.push(source, "v1", image);
    await client.uploadBlob(source, loose);
    const digest = digestOf(image.layer);
    assert.equal((await client.request("GET", `/v2/${target}/blobs/${digest}`)).status, 404);
    const mount = async (from: string, to = target, what = digest) =>
      (await client.request("POST", `/v2/${to}/blobs/uploads/?mount=${what}&from=${from}`)).status;
    const setting = (value: string) =>
      sandbox.ecr().send(new PutAccountSettingCommand({ name: "BLOB_MOUNTING", value }));
    assert.equal(await mount(source), 202, "off by default: an ordinary upload is opened");
    await setting("ENABLED");
    try {
      assert.equal(await mount("ghost"), 202);
      assert.equal(await mount(source, target, digestOf(loose)), 202, "no image has it");
      assert.equal(await mount(source, encrypted), 202);
      assert.equal((await client.request("HEAD", `/v2/${target}/blobs/${digest}`)).status, 404);
      assert.equal(await mount(source), 201);
      assert.equal((await client.request("HEAD", `/v2/${target}/blobs/${digest}`)).status, 200);
    } finally {
      await setting("DISABLED");
    }
  });

  it("requires the owner's login to upload to the public registry", async () => {
    const owner = await publicClient(sandbox, await publicToken(sandbox));
    const anonymous = new RegistryClient(owner.host, undefined);
    assert.equal((await anonymous.request("POST", "/v2/alias/name/blobs/uploads/")).status, 401);
    assert.equal((await owner.request("POST", "/v2/alias/name/blobs/uploads/")).status, 404);
  });
});
