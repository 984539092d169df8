import assert from "node:assert/strict";
import * as http from "node:http";
import * as path from "node:path";
import { PassThrough, type Readable } from "node:stream";
import type { GatewayConfig } from "../../../sandbox/gateway/config";
import { DistributionClient } from "../../../sandbox/gateway/distributionClient";
import type { RepositoryRecord } from "../../../sandbox/gateway/state/records";
import { removeTemporary, temporaryDirectory } from "../temporary";

describe("gateway: Distribution that reads half-written links", () => {
  let server: http.Server;
  let client: DistributionClient;
  let requests: string[];
  /** How many of the next requests are answered with status 500. */
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

  it("is asked again, with the whole body, until it answers", async () => {
    failures = 3;
    assert.equal(await statusOf("HEAD"), 200);
    assert.equal(requests.length, 4);
    requests = [];
    assert.equal(await statusOf("PUT", Buffer.from("manifest")), 200);
    assert.equal(requests.length, 4);
  });

  it("is not asked for ever", async () => {
    failures = Number.POSITIVE_INFINITY;
    assert.equal(await statusOf("GET"), 500);
    assert.equal(requests.length, 4);
  });

  it("is sent what is not to happen twice, once", async () => {
    failures = 1;
    assert.equal(await statusOf("POST"), 500);
    assert.equal(requests.length, 1);
  });

  describe("when it finds a manifest's blob missing", () => {
    const repository = { id: "r" } as RepositoryRecord;
    const put = () => client.putManifest(repository, "sha256:m", "application/json", Buffer.from("{}"));
    /** How many of the next manifests are refused, and whether the blob is there when it is asked for by itself. */
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

    it("is given the manifest again while the blob is there", async () => {
      [refused, isThere] = [2, true];
      await put();
      assert.deepEqual(requests, ["PUT", "HEAD", "PUT", "HEAD", "PUT"]);
    });

    it("is believed when the blob is not there", async () => {
      [refused, isThere] = [1, false];
      await assert.rejects(put(), /MANIFEST_BLOB_UNKNOWN/);
      assert.deepEqual(requests, ["PUT", "HEAD"]);
    });

    it("is believed in the end", async () => {
      [refused, isThere] = [9, true];
      await assert.rejects(put(), /MANIFEST_BLOB_UNKNOWN/);
      assert.equal(requests.filter((method) => method === "PUT").length, 4);
    });
  });

  describe("when an upload's client breaks off", () => {
    const sent = (body: Readable) =>
      client.appendToUpload("/v2/x/blobs/uploads/1", body).then(({ answer, bytes }) => {
        answer.resume();
        return [answer.statusCode, bytes];
      });
    const broken = (body: PassThrough) => {
      body.on("error", () => {}).destroy(new Error("aborted"));
      return body;
    };

    it("in the middle, gets the end of the request all the same, with what came", async () => {
      const body = new PassThrough();
      body.write("abc");
      const answer = sent(body);
      body.once("data", () => setImmediate(() => broken(body)));
      assert.deepEqual(await answer, [200, 3]);
    });

    it("before its first byte was read, too: no connection is held for it", async () => {
      const body = broken(new PassThrough());
      await new Promise((resolve) => body.once("close", resolve));
      assert.deepEqual(await sent(body), [200, 0]);
    });
  });
});
