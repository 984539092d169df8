import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { timeouts } from "../../oci/registryRequest";
import { retries } from "../../oci/registryRetries";
import { TwoRegistries } from "./fixture";
import { addImage } from "./testImages";
import { type Exchange, refuse } from "./testRegistry";

const mebibyte = 1 << 20;

describe("a copy over connections that fail", () => {
  const test = new TwoRegistries();
  const { stall } = timeouts;
  afterEach(() => {
    timeouts.stall = stall;
  });

  /** An image whose second blob is long, and that blob. */
  function longImage(size = 3 * mebibyte) {
    const image = addImage(test.source, "app", { layers: [size] });
    const digest = image.blobs[1] ?? "";
    return { image, digest, content: test.source.blobs.get(`app ${digest}`) ?? Buffer.alloc(0) };
  }
  const isDownload = ({ request, line }: Exchange, digest: string) =>
    request.method === "GET" && line.endsWith(`/blobs/${digest}`);

  it("resumes by Range where the source was cut, as long as it makes progress, in one upload", async () => {
    const { image, digest, content } = longImage(12 * mebibyte);
    const ranges: (string | undefined)[] = [];
    test.source.meet = (exchange) => {
      if (!isDownload(exchange, digest) || ranges.length === 8) return false;
      const { range } = exchange.request.headers;
      ranges.push(range);
      const from = Number(/\d+/.exec(range ?? "")?.[0] ?? 0);
      const part = content.subarray(from, from + mebibyte + 5);
      exchange.response.writeHead(from > 0 ? 206 : 200, {
        "Content-Length": content.length - from,
        ...(from > 0 && { "Content-Range": `bytes ${from}-${content.length - 1}/${content.length}` }),
      });
      exchange.response.write(part, () => exchange.response.destroy());
      return true;
    };
    const { bytesSent } = await test.copy(image.digest);
    test.assertWhole();
    assert.equal(ranges.length, 8, "more than the attempts for one that brings nothing");
    assert.deepEqual(ranges.slice(0, 2), [undefined, `bytes=${mebibyte + 5}-`]);
    assert.equal(bytesSent, content.length + (test.source.blobs.get(`app ${image.blobs[0]}`)?.length ?? 0));
    assert.equal(test.target.count(/^PATCH /), 2);
  });

  it("skips what it already has if the source does not support ranges", async () => {
    const { image, digest, content } = longImage();
    let times = 0;
    test.source.meet = (exchange) => {
      if (!isDownload(exchange, digest)) return false;
      times += 1;
      exchange.response.writeHead(200, { "Content-Length": content.length });
      if (times > 2) exchange.response.end(content);
      else exchange.response.write(content.subarray(0, times * 500_000), () => exchange.response.destroy());
      return true;
    };
    await test.copy(image.digest);
    assert.equal(times, 3);
    test.assertWhole();
  });

  it("gives up on a source that always breaks off, or that sends the wrong part, too much or too little", async () => {
    const { image, digest, content } = longImage(1000);
    let times = 0;
    const answers: Record<string, (exchange: Exchange) => void> = {
      "no answer from 127.0.0.1:\\d+ in 4 attempts": ({ response }) =>
        response.writeHead(200, { "Content-Length": 1000 }).write("x", () => response.destroy()),
      "sent a different part of sha256": ({ response }) =>
        times === 1
          ? response.writeHead(200, { "Content-Length": 1000 }).write(content.subarray(0, 10), () => response.destroy())
          : response.writeHead(206, { "Content-Range": "bytes 0-999/1000" }).end(content),
      "sent more than the 1,000 bytes of sha256": ({ response }) => response.writeHead(200).end(randomBytes(2000)),
      "no answer from .* it ends after 999 of 1000 bytes": ({ response }) =>
        response.writeHead(200).end(content.subarray(0, 999)),
    };
    for (const [message, answer] of Object.entries(answers)) {
      times = 0;
      test.source.meet = (exchange) => {
        if (!isDownload(exchange, digest)) return false;
        times += 1;
        // The rest is requested by Range but sent from the start, so what is already there is skipped.
        answer(exchange);
        return true;
      };
      await assert.rejects(test.copy(image.digest), new RegExp(message), message);
      assert.ok(times <= 4, String(times));
      assert.ok(!test.target.contents("team/app").includes(digest));
    }
  });

  it("resumes a cut upload from what the target has, and reads and hashes little of the blob again", async () => {
    const { image, digest, content } = longImage(8 * mebibyte);
    let cuts = 0;
    const rereads: number[] = [];
    test.source.meet = (exchange) => {
      if (!isDownload(exchange, digest)) return false;
      const from = Number(/\d+/.exec(exchange.request.headers.range ?? "")?.[0] ?? 0);
      const received = [...test.target.uploads.values()].map(({ parts }) => Buffer.concat(parts).length);
      rereads.push(Math.max(0, ...received) - from);
      return false;
    };
    test.target.meet = async ({ request, url }) => {
      const length = Number(request.headers["content-length"]);
      if (request.method !== "PATCH" || length < mebibyte || cuts === 3) return false;
      cuts += 1;
      const upload = test.target.uploads.get(url.pathname.split("/").at(-1) ?? "");
      let taken = 0;
      const { socket } = request;
      for await (const part of request) {
        upload?.parts.push(part as Buffer);
        taken += (part as Buffer).length;
        if (taken > 1.5 * mebibyte) break;
      }
      socket.destroy();
      return true;
    };
    const { bytesSent } = await test.copy(image.digest);
    assert.equal(cuts, 3);
    test.assertWhole();
    assert.equal(test.target.count(/^POST /), 2, "no upload was begun anew");
    assert.ok(bytesSent < 2 * content.length, String(bytesSent));
    // From a place shortly before, whose hash is known, not from the beginning.
    assert.equal(rereads.length, 4);
    for (const bytes of rereads) assert.ok(bytes >= 0 && bytes < 1.2 * mebibyte, String(rereads));
  });

  for (const [what, answer] of [
    ["no longer knows", (exchange: Exchange) => refuse(exchange.response, 404, "BLOB_UPLOAD_UNKNOWN")],
    ["reports no range for", (exchange: Exchange) => exchange.response.writeHead(204).end()],
    [
      "reports a wrong range for",
      (exchange: Exchange) => exchange.response.writeHead(204, { Range: "0-99999999" }).end(),
    ],
  ] as const) {
    it(`restarts a cut upload that the target ${what}`, async () => {
      const { image } = longImage();
      let isCut = false;
      test.target.meet = (exchange) => {
        const { request } = exchange;
        if (request.method === "GET" && exchange.line.includes("/uploads/")) {
          answer(exchange);
          return true;
        }
        if (request.method !== "PATCH" || isCut || Number(request.headers["content-length"]) < mebibyte) return false;
        isCut = true;
        request.once("data", () => request.socket.destroy());
        return true;
      };
      await test.copy(image.digest);
      test.assertWhole();
      assert.ok(test.target.count(/^POST /) >= 3);
    });
  }

  for (const [status, code] of [
    [429, "TOOMANYREQUESTS"],
    [400, "ThrottlingException"],
    [503, "UNAVAILABLE"],
  ] as const) {
    it(`waits and tries again if either side answers ${status} ${code} to any of its requests`, async () => {
      const { image } = longImage();
      const met = new Set<string>();
      const meet = ({ request, response, url }: Exchange) => {
        const step = `${request.method} ${/(manifests|blobs\/uploads|blobs|referrers)/.exec(url.pathname)?.[0]}${url.search && "?digest"}`;
        if (met.has(step)) return false;
        met.add(step);
        request.resume();
        refuse(response, status, code, request.method === "HEAD");
        return true;
      };
      test.source.meet = test.target.meet = meet;
      // A refused HEAD has no body: ECR's 400 cannot be told from any other 400 there.
      if (status === 400) for (const kind of ["manifests", "blobs"]) met.add(`HEAD ${kind}`);
      await test.copy(image.digest);
      test.assertWhole();
      assert.deepEqual([...met].sort(), [
        "GET blobs",
        "GET blobs/uploads",
        "GET manifests",
        "GET referrers",
        "HEAD blobs",
        "HEAD manifests",
        "PATCH blobs/uploads",
        "POST blobs/uploads",
        "PUT blobs/uploads?digest",
        "PUT manifests",
      ]);
    });
  }

  it("stops at once at any other refusal, with its status, code and message", async () => {
    const { image } = longImage();
    for (const method of ["POST", "PATCH", "PUT"]) {
      test.target.requests.length = 0;
      test.target.meet = ({ request, response }) => {
        if (request.method !== method) return false;
        request.resume();
        refuse(response, 400, "BLOB_UPLOAD_INVALID");
        return true;
      };
      const message = "400 BLOB_UPLOAD_INVALID: refused: BLOB_UPLOAD_INVALID";
      await assert.rejects(test.copy(image.digest), { status: 400, code: "BLOB_UPLOAD_INVALID", message });
      assert.ok(test.target.count(new RegExp(`^${method} `)) <= 2, method);
    }
  });

  it("accepts a blob as stored if the last answer was lost", async () => {
    const image = addImage(test.source, "app", { layers: [5] });
    const lost = new Set<string>();
    test.target.meet = ({ request, response, line }) => {
      if (request.method !== "PUT" || line.includes("/manifests/") || lost.has(line)) return false;
      lost.add(line);
      const { writeHead } = response;
      response.writeHead = ((...args: Parameters<typeof writeHead>) => {
        response.destroy();
        return writeHead.apply(response, args);
      }) as typeof writeHead;
      return false;
    };
    await test.copy(image.digest);
    assert.equal(lost.size, 2);
    test.assertWhole();
  });

  it("does not hang if the target stops reading or the source stops sending", async () => {
    timeouts.stall = 200;
    const { image, digest } = longImage(6 * mebibyte);
    const stalled = new Set<string>();
    test.target.meet = ({ request }) => {
      const isLong = request.method === "PATCH" && Number(request.headers["content-length"]) > mebibyte;
      if (!isLong || stalled.has("target")) return false;
      stalled.add("target");
      return true;
    };
    test.source.meet = (exchange) => {
      if (!isDownload(exchange, digest) || stalled.has("source")) return false;
      stalled.add("source");
      exchange.response.writeHead(200, { "Content-Length": 6 * mebibyte }).write("");
      return true;
    };
    await test.copy(image.digest);
    assert.equal(stalled.size, 2);
    test.assertWhole();
  });

  it("buffers little of a blob, however slowly the target reads it", async () => {
    const size = 64 * mebibyte;
    const { image, digest, content } = longImage(size);
    let given = 0;
    test.source.meet = (exchange) => {
      if (!isDownload(exchange, digest)) return false;
      const { response } = exchange;
      response.writeHead(200, { "Content-Length": size });
      const send = async () => {
        while (given < size) {
          const part = content.subarray(given, given + mebibyte / 4);
          given += part.length;
          if (!response.write(part)) await once(response, "drain");
        }
        response.end();
      };
      void send();
      return true;
    };
    let ahead = 0;
    test.target.meet = async ({ request, url }) => {
      if (request.method !== "PATCH" || Number(request.headers["content-length"]) !== size) return false;
      const upload = test.target.uploads.get(url.pathname.split("/").at(-1) ?? "");
      let taken = 0;
      for await (const part of request) {
        upload?.parts.push(part as Buffer);
        taken += (part as Buffer).length;
        ahead = Math.max(ahead, given - taken);
        // Lets everything else get as far as it can.
        for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
      }
      return false;
    };
    await test.copy(image.digest);
    test.assertWhole();
    // This includes what the kernel buffers for both connections.
    assert.ok(ahead < size / 3, `${ahead} bytes between source and target`);
  });

  it("transfers four blobs at once, and no more", async () => {
    const image = addImage(test.source, "app", { layers: Array.from({ length: 20 }, () => 1000) });
    let now = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    test.target.meet = async ({ request }) => {
      if (request.method !== "PATCH") return false;
      now += 1;
      most = Math.max(most, now);
      // Waits until four are here; the last ones only for as many as are left.
      if (now < 4 && test.target.count(/^POST /) < 21) await new Promise<void>((resolve) => waiting.push(resolve));
      // Any more would arrive by now.
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
      for (const go of waiting.splice(0)) go();
      now -= 1;
      return false;
    };
    await test.copy(image.digest);
    assert.equal(most, 4);
    test.assertWhole();
  });

  /** Milliseconds from a refusal with this Retry-After to the next request. */
  async function waitAfter(retryAfter: string): Promise<number> {
    const image = addImage(test.source, "app");
    const times: number[] = [];
    test.source.meet = ({ response }) => {
      times.push(performance.now());
      if (times.length > 1) return false;
      response.writeHead(429, { "Retry-After": retryAfter }).end();
      return true;
    };
    await test.copy(image.digest);
    test.assertWhole();
    const [refused = 0, next = 0] = times;
    return next - refused;
  }

  it("waits as long as the registry says", async () => {
    // Its own first wait is a millisecond here. Timers may be early by one.
    const wait = await waitAfter("1");
    assert.ok(wait > 990, String(wait));
  });

  it("limits how long it waits, whatever the registry says", async () => {
    retries.longestWait = 200;
    const wait = await waitAfter("3600");
    assert.ok(wait > 190, String(wait));
  });
});
