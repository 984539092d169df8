import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { findSourceImage } from "../../components/images/sourceImage";
import { RegistryLogin } from "../../ecr/registry/registryLogin";
import { retries } from "../../oci/registryRetries";
import { digestOf, ociImage, ociIndex } from "../components/fakeRegistry";

/** A server that records its requests and answers as a test wants. */
class Server {
  host = "";
  readonly requests: { path: string; authorization: string | undefined }[] = [];
  answer: (request: http.IncomingMessage, response: http.ServerResponse) => void = (_, response) => response.end();
  private readonly server = http.createServer((request, response) => {
    this.requests.push({ path: request.url ?? "", authorization: request.headers.authorization });
    this.answer(request, response);
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, "127.0.0.1", resolve);
    });
    this.host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  get authorizations(): string[] {
    return this.requests.flatMap(({ authorization = [] }) => authorization);
  }
}

const configuration = JSON.stringify({ os: "linux", architecture: "amd64" });
const manifest = JSON.stringify({ mediaType: ociImage, config: { digest: digestOf(configuration) }, layers: [] });

describe("a hostile registry", () => {
  let registry: Server;
  let other: Server;
  beforeEach(async () => {
    retries.firstWait = 1;
    [registry, other] = [new Server(), new Server()];
    await Promise.all([registry.start(), other.start()]);
  });
  afterEach(() => {
    registry.stop();
    other.stop();
  });

  const find = (reference = "app:1") =>
    findSourceImage(
      `${registry.host}/${reference}`,
      // With a platform, the configuration is read, too.
      "linux/amd64",
      RegistryLogin.ofHost(registry.host, { username: "reader", password: "top-secret" }),
    );
  const refusal = async (reference?: string) => {
    const found = await find(reference);
    return "faults" in found ? `${found.faults[0]?.rule}` : assert.fail(`found ${JSON.stringify(found)}`);
  };
  const image: Server["answer"] = (request, response) => {
    const isManifest = request.url?.includes("/manifests/");
    response.writeHead(200, { "Content-Type": isManifest ? ociImage : "application/octet-stream" });
    response.end(isManifest ? manifest : configuration);
  };
  /** Asks for a login first, then answers. */
  const behindLogin =
    (challenge: string, answer: Server["answer"]): Server["answer"] =>
    (request, response) => {
      if (request.headers.authorization === undefined) response.writeHead(401, { "WWW-Authenticate": challenge }).end();
      else answer(request, response);
    };
  const redirectTo =
    (address: () => string, status = 307): Server["answer"] =>
    (request, response) =>
      response.writeHead(status, { Location: `${address()}${request.url}` }).end();

  for (const challenge of ['Basic realm="other"', "bearer"]) {
    it(`gets no login for another host that it redirects to and that asks for one with ${challenge}`, async () => {
      registry.answer = redirectTo(() => `http://${other.host}`);
      const asked = challenge === "bearer" ? `Bearer realm="http://${other.host}/token",service="s"` : challenge;
      other.answer = behindLogin(asked, image);
      assert.equal(
        await refusal(),
        `its registry does not return it: ${registry.host} redirects to ${other.host}, which asks for its own login.`,
      );
      assert.deepEqual([registry.authorizations, other.authorizations], [[], []]);
      assert.equal(other.requests.length, 1);
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`gets no login sent to another host, which may still provide the content (${status})`, async () => {
      registry.answer = behindLogin(
        'Basic realm="own"',
        redirectTo(() => `http://${other.host}`, status),
      );
      other.answer = image;
      assert.deepEqual(await find(), { reference: `${registry.host}/app@${digestOf(manifest)}` });
      assert.equal(registry.authorizations.length, 2);
      assert.deepEqual(other.authorizations, []);
    });
  }

  it("no longer gets its login after another host has redirected back to it", async () => {
    registry.answer = behindLogin('Basic realm="own"', (request, response) =>
      request.url?.startsWith("/back")
        ? image(request, response)
        : response.writeHead(307, { Location: `http://${other.host}${request.url}` }).end(),
    );
    other.answer = redirectTo(() => `http://${registry.host}/back`);
    assert.match(await refusal(), /its registry does not return it: 401\.$/);
    assert.deepEqual(
      registry.requests.filter(({ path }) => path.startsWith("/back")).map(({ authorization }) => authorization),
      [undefined],
    );
  });

  it("gets its login at its own other addresses", async () => {
    registry.answer = behindLogin('Basic realm="own"', (request, response) =>
      request.url?.startsWith("/v2/")
        ? response.writeHead(307, { Location: `/moved${request.url}` }).end()
        : image(request, response),
    );
    assert.ok("reference" in (await find()));
    assert.equal(registry.authorizations.length, 4);
  });

  it("cannot redirect to an unencrypted address, nor endlessly", async () => {
    const plain = "http://10.0.0.1:5000";
    registry.answer = redirectTo(() => plain);
    assert.match(await refusal(), /redirects to http:\/\/10\.0\.0\.1:5000, which is not encrypted/);
    for (const address of ["file:///etc/passwd", "data:application/json,{}", "gopher://127.0.0.1/"]) {
      registry.answer = (_, response) => response.writeHead(302, { Location: address }).end();
      assert.match(await refusal(), /redirects to .*, which is not encrypted/, address);
    }
    registry.answer = (_, response) => response.writeHead(302, { Location: "http://[" }).end();
    assert.match(await refusal(), /redirects without an address/);
    registry.requests.length = 0;
    registry.answer = redirectTo(() => `http://${registry.host}`);
    assert.match(await refusal(), /redirects more than 5 times/);
    assert.equal(registry.requests.length, 6);
  });

  it("gets no login sent in clear to a token issuer, or on to where the issuer redirects", async () => {
    for (const realm of ["http://tokens.example.com/token", "ftp://127.0.0.1/token"]) {
      registry.answer = behindLogin(`Bearer realm="${realm}"`, image);
      assert.match(await refusal(), /the registry asks for the login in clear text, at /, realm);
    }
    registry.answer = (request, response) =>
      request.url?.startsWith("/token")
        ? response.writeHead(307, { Location: `http://${other.host}/token` }).end()
        : behindLogin(`Bearer realm="http://${registry.host}/token"`, image)(request, response);
    other.answer = (_, response) => response.end('{"token":"t"}');
    await find();
    assert.deepEqual(other.authorizations, []);
  });

  it("gets no header made from an invalid token", async () => {
    for (const answer of ["no JSON", "null", "{}", '{"token":7}', '{"token":"a\\r\\nX-Other: 1"}', '{"token":""}']) {
      registry.answer = (request, response) =>
        request.url?.startsWith("/token")
          ? response.end(answer)
          : behindLogin(`Bearer realm="http://${registry.host}/token"`, image)(request, response);
      assert.match(await refusal(), /issued no token\.$/, answer);
    }
  });

  for (const told of [true, false]) {
    it(`is not read beyond 4 MiB, ${told ? "with" : "without"} a Content-Length`, async () => {
      let sent = 0;
      const part = Buffer.alloc(1 << 20, " ");
      registry.answer = (_, response) => {
        response.writeHead(200, { "Content-Type": ociImage, ...(told && { "Content-Length": 600 << 20 }) });
        const send = () => {
          while (sent < 600 << 20) {
            sent += part.length;
            if (!response.write(part)) {
              response.once("drain", send);
              return;
            }
          }
          response.end();
        };
        send();
      };
      const before = registry.requests.length;
      assert.match(await refusal(), /the answer of .* is longer than 4,194,304 bytes, the limit of a manifest\.$/);
      // There is no second attempt, and only what was already on its way was sent.
      assert.equal(registry.requests.length, before + 1);
      assert.ok(sent < 64 << 20, String(sent));
    });
  }

  it("is not read beyond 4 MiB of decompressed data", async () => {
    const { gzipSync } = await import("node:zlib");
    const packed = gzipSync(Buffer.alloc(64 << 20, " "));
    registry.answer = (_, response) =>
      response.writeHead(200, { "Content-Type": ociImage, "Content-Encoding": "gzip" }).end(packed);
    assert.match(await refusal(), /is longer than 4,194,304 bytes/);
  });

  const bad = [
    "sha256:../../../v2/other/blobs/x",
    "sha256:abc",
    `sha256:${"A".repeat(64)}`,
    "md5:x",
    "",
    `x@${digestOf("")}`,
  ];
  it("cannot name a configuration or an index's image by an invalid digest", async () => {
    for (const digest of bad) {
      for (const content of [
        { mediaType: ociImage, config: { digest } },
        { mediaType: ociIndex, manifests: [{ digest, platform: { os: "linux", architecture: "amd64" } }] },
      ]) {
        registry.requests.length = 0;
        registry.answer = (_, response) => response.end(JSON.stringify(content));
        assert.match(await refusal(), /it sent an invalid manifest: .*digest: it is not a digest\.$/, digest);
        assert.equal(registry.requests.length, 1);
      }
    }
  });

  it("cannot send a configuration or manifest that does not match its digest, SHA-256 or SHA-512", async () => {
    registry.answer = (request, response) =>
      request.url?.includes("/blobs/")
        ? response.end('{"os":"linux","architecture":"arm64"}')
        : image(request, response);
    assert.match(await refusal(), /sent other content under this digest/);
    for (const digest of [digestOf("other"), `sha512:${"0".repeat(128)}`]) {
      assert.match(await refusal(`app@${digest}`), /sent other content under this digest/);
    }
  });

  it("is refused if it sends no valid manifest or platform", async () => {
    for (const [content, message] of [
      ["<html>", /no manifest: the answer is not JSON/],
      ["[]", /an invalid manifest/],
      ["null", /an invalid manifest/],
      ['{"manifests":{"length":1}}', /an invalid manifest: manifests: /],
      [
        JSON.stringify({
          manifests: [{ digest: digestOf(""), platform: { os: "linux\u001b[2J", architecture: "amd64" } }],
        }),
        /an invalid manifest: manifests\.0\.platform\.os: /,
      ],
    ] as const) {
      registry.answer = (_, response) => response.end(content);
      assert.match(await refusal(), message, content);
    }
  });

  it("cannot send content that is an index to one reader and an image to another", async () => {
    const config = { digest: digestOf(configuration) };
    const manifests = [{ digest: digestOf("x"), platform: { os: "linux", architecture: "amd64" } }];
    for (const [type, content] of [
      [ociImage, { mediaType: ociImage, config, manifests }],
      [ociIndex, { mediaType: ociIndex, config, manifests }],
      [ociIndex, { mediaType: ociIndex, layers: [{ digest: digestOf("x") }], manifests }],
      [ociImage, { mediaType: ociIndex, manifests }],
      [ociIndex, { mediaType: ociImage, config }],
      [ociImage, { manifests }],
      [ociIndex, { config }],
    ] as const) {
      registry.answer = (request, response) =>
        request.url?.includes("/blobs/")
          ? response.end(configuration)
          : response.writeHead(200, { "Content-Type": type }).end(JSON.stringify(content));
      assert.match(await refusal(), /is both an image and an index\.$/, JSON.stringify([type, content]));
    }
  });

  it("cannot make a message list thousands of platforms, or one of them twice", async () => {
    const platforms = Array.from({ length: 9000 }, (_, index) => ({ os: "linux", architecture: `x${index % 3000}` }));
    const manifests = platforms.map((platform) => ({ digest: digestOf("x"), platform }));
    registry.answer = (_, response) =>
      response.writeHead(200, { "Content-Type": ociIndex }).end(JSON.stringify({ mediaType: ociIndex, manifests }));
    const found = await findSourceImage(`${registry.host}/app:1`, "linux/none");
    const fix = "faults" in found ? (found.faults[0]?.fix ?? "") : assert.fail();
    assert.match(fix, /^write one of linux\/x0, linux\/x1, .*linux\/x19 and 2,980 more\.$/);
  });

  it("cannot choose the login of a request by a user name in a URL", async () => {
    for (const place of ["redirect", "realm"]) {
      const address = () => `http://AWS:chosen@${other.host}`;
      registry.answer =
        place === "redirect" ? redirectTo(address) : behindLogin(`Bearer realm="${address()}/token"`, image);
      assert.match(await refusal(), /no answer from /);
    }
    assert.deepEqual(other.requests, []);
  });

  it("gets only its own login, whatever other registry's realm, service and scope it names", async () => {
    other.answer = (_, response) => response.end('{"token":"t"}');
    const scope = "repository:victim/app:pull,push registry:catalog:*";
    registry.answer = behindLogin(
      `Bearer realm="http://${other.host}/token?scope=a",service="registry.docker.io",scope="${scope}"`,
      image,
    );
    assert.ok("reference" in (await find()));
    const own = `Basic ${Buffer.from("reader:top-secret").toString("base64")}`;
    assert.deepEqual(other.authorizations, [own]);
    assert.deepEqual(new Set(registry.authorizations), new Set(["Bearer t"]));
  });

  it("has its error messages truncated", async () => {
    registry.answer = (_, response) =>
      response.writeHead(403).end(JSON.stringify({ errors: [{ code: "DENIED", message: "x".repeat(100_000) }] }));
    const message = await refusal();
    assert.ok(message.length < 500, String(message.length));
  });
});
