import assert from "node:assert/strict";
import * as http from "node:http";
import * as path from "node:path";
import { PassThrough, type Readable } from "node:stream";
import type { GatewayConfig } from "../../../../sandbox/gateway/config";
import type { RepositoryRecord } from "../../../../sandbox/gateway/state/records";
import { DistributionClient } from "../../../../sandbox/gateway/storage/distributionClient";
import { removeTemporary, temporaryDirectory } from "../../temporary";

describe("gateway: requests to a Distribution that reads half-written links", () => {
  let server: http.Server;
  let client: DistributionClient;
  let requests: string[];
  /** Number of next requests that are answered with status 500. */
  let failures: number;
  beforeEach(async () => {
    requests = [];
    failures = 0;
    server = http.createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      const status = requests.length <= failures ? 500 : 200;
      request.resume().on("end", () => response.writeHead(status, { "Content-Length": 0 }).end());
    });
    const distributionSocket = path.join(temporaryDirectory(), "distribution.sock");
    await new Promise<void>((resolve) => {
      server.listen(distributionSocket, resolve);
    });
    client = new DistributionClient({ distributionSocket } as GatewayConfig);
  });
  afterEach(() => {
    client.close();
    server.closeAllConnections();
    server.close();
    removeTemporary();
  });

  const statusOf = async (method: string, body?: Buffer) => {
    const response = await client.request(method, "/v2/x", {}, body);
    response.resume();
    return response.statusCode;
  };

  it("are retried with the whole body until it answers", async () => {
    failures = 3;
    assert.equal(await statusOf("HEAD"), 200);
    assert.equal(requests.length, 4);
    requests = [];
    assert.equal(await statusOf("PUT", Buffer.from("manifest")), 200);
    assert.equal(requests.length, 4);
  });

  it("are not retried forever", async () => {
    failures = Number.POSITIVE_INFINITY;
    assert.equal(await statusOf("GET"), 500);
    assert.equal(requests.length, 4);
  });

  it("are not retried if they must not happen twice", async () => {
    failures = 1;
    assert.equal(await statusOf("POST"), 500);
    assert.equal(requests.length, 1);
  });

  describe("when it reports a manifest's blob as missing", () => {
    const repository = { id: "r" } as RepositoryRecord;
    const put = () => client.putManifest(repository, "sha256:m", "application/json", Buffer.from("{}"));
    /** Number of next manifests that are rejected, and whether a HEAD request finds the blob. */
    let refused: number;
    let isThere: boolean;
    beforeEach(() => {
      server.removeAllListeners("request");
      server.on("request", (request, response) => {
        requests.push(String(request.method));
        request.resume();
        if (request.method === "HEAD") {
          response.writeHead(isThere ? 200 : 404, { "Content-Length": 5 }).end();
        } else if (requests.filter((method) => method === "PUT").length <= refused) {
          const errors = [{ code: "MANIFEST_BLOB_UNKNOWN", message: "", detail: { Digest: "sha256:b" } }];
          response.writeHead(400).end(JSON.stringify({ errors }));
        } else response.writeHead(201, { "Content-Length": 0 }).end();
      });
    });

    it("repeat the manifest while the blob exists", async () => {
      [refused, isThere] = [2, true];
      await put();
      assert.deepEqual(requests, ["PUT", "HEAD", "PUT", "HEAD", "PUT"]);
    });

    it("fail when the blob does not exist", async () => {
      [refused, isThere] = [1, false];
      await assert.rejects(put(), /MANIFEST_BLOB_UNKNOWN/);
      assert.deepEqual(requests, ["PUT", "HEAD"]);
    });

    it("fail after four attempts even if the blob exists", async () => {
      [refused, isThere] = [9, true];
      await assert.rejects(put(), /MANIFEST_BLOB_UNKNOWN/);
      assert.equal(requests.filter((method) => method === "PUT").length, 4);
    });
  });

  describe("when an upload's client disconnects", () => {
    const sent = (body: Readable) =>
      client.appendToUpload("/v2/x/blobs/uploads/1", body).then(({ answer, bytes }) => {
        answer.resume();
        return [answer.statusCode, bytes];
      });
    const broken = (body: PassThrough) => {
      body.on("error", () => {}).destroy(new Error("aborted"));
      return body;
    };

    it("in the middle, still end properly with the bytes received", async () => {
      const body = new PassThrough();
      body.write("abc");
      const answer = sent(body);
      body.once("data", () => setImmediate(() => broken(body)));
      assert.deepEqual(await answer, [200, 3]);
    });

    it("before the first byte is read, end properly too and hold no connection", async () => {
      const body = broken(new PassThrough());
      await new Promise((resolve) => body.once("close", resolve));
      assert.deepEqual(await sent(body), [200, 0]);
    });
  });
});
