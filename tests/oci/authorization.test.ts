import assert from "node:assert/strict";
import { RegistryLogin } from "../../ecr/registry/registryLogin";
import { copyImage } from "../../oci/copyImage";
import { RegistryClient } from "../../oci/registryClient";
import { findImage } from "../../oci/tags";
import { TwoRegistries } from "./fixture";
import { addImage } from "./testImages";
import { type Exchange, refuse, type TestRegistry } from "./testRegistry";

const ecrExpired = "Your authorization token has expired. Reauthenticate and try again.";

describe("logins of a copy", () => {
  const test = new TwoRegistries();
  const login = (registry: TestRegistry, password: string) =>
    RegistryLogin.ofHost(registry.host, { username: "AWS", password });
  const basic = (password: string) => `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;

  /** Bearer tokens for the password `right`, each for its scopes. Those in `expired` are no longer accepted. */
  function withTokens(registry: TestRegistry, scopesOf: (exchange: Exchange) => string) {
    const issued: string[] = [];
    const expired = new Set<string>();
    registry.meet = (exchange) => {
      const { request, response, url } = exchange;
      const { authorization = "" } = request.headers;
      if (url.pathname === "/token") {
        assert.equal(authorization, basic("right"));
        issued.push(url.searchParams.getAll("scope").join(" "));
        response.end(JSON.stringify({ token: `token-${issued.length}` }));
        return true;
      }
      const wanted = scopesOf(exchange);
      const number = Number(/^Bearer token-(\d+)$/.exec(authorization)?.[1] ?? 0);
      if (issued[number - 1] === wanted && !expired.has(authorization)) return false;
      request.resume();
      const realm = `http://${registry.host}/token`;
      response.setHeader("WWW-Authenticate", `Bearer realm="${realm}",service="registry",scope="${wanted}"`);
      refuse(response, 401, "UNAUTHORIZED", request.method === "HEAD");
      return true;
    };
    return { issued, expired };
  }
  const scopeAt = (repository: string) => (exchange: Exchange) =>
    ["GET", "HEAD"].includes(exchange.request.method ?? "") && !exchange.line.includes("/uploads/")
      ? `repository:${repository}:pull`
      : `repository:${repository}:pull,push`;

  it("request pull at the source, pull and push at the target, and one token for each", async () => {
    const image = addImage(test.source, "app", { layers: [9, 9, 9, 9, 9, 9] });
    const [source, target] = [withTokens(test.source, scopeAt("app")), withTokens(test.target, scopeAt("team/app"))];
    await copyImage({
      source: new RegistryClient(test.source.host, "app", login(test.source, "right")),
      target: new RegistryClient(test.target.host, "team/app", login(test.target, "right")),
      digest: image.digest,
      referrers: true,
    });
    test.assertWhole();
    assert.deepEqual(source.issued, ["repository:app:pull"]);
    assert.deepEqual(target.issued, ["repository:team/app:pull", "repository:team/app:pull,push"]);
  });

  it("request pull from the repository that blobs are mounted from", async () => {
    const image = addImage(test.source, "app");
    const { issued } = withTokens(test.source, ({ line, url }) =>
      url.searchParams.has("mount")
        ? "repository:other:pull,push repository:app:pull"
        : line.startsWith("PUT")
          ? "repository:other:pull,push"
          : `repository:${/^\/v2\/(app|other)\//.exec(url.pathname)?.[1]}:pull`,
    );
    const client = (name: string) => new RegistryClient(test.source.host, name, login(test.source, "right"));
    await copyImage({ source: client("app"), target: client("other"), digest: image.digest, referrers: false });
    assert.deepEqual(test.source.contents("other"), test.source.contents("app"));
    assert.ok(issued.includes("repository:other:pull,push repository:app:pull"), String(issued));
  });

  it("get a new token if one expires in the middle, for all requests that were refused", async () => {
    const image = addImage(test.source, "app", { layers: Array.from({ length: 8 }, () => 200_000) });
    const target = withTokens(test.target, scopeAt("team/app"));
    const { meet } = test.target;
    let patches = 0;
    test.target.meet = (exchange) => {
      if (exchange.request.method === "PATCH" && ++patches === 3) {
        for (let number = 1; number <= target.issued.length; number++) target.expired.add(`Bearer token-${number}`);
      }
      return meet(exchange);
    };
    await test.copy(image.digest, {
      target: new RegistryClient(test.target.host, "team/app", login(test.target, "right")),
    });
    test.assertWhole();
    // One for each scope at first, and at most one more for each.
    assert.ok(target.issued.length >= 3 && target.issued.length <= 4, String(target.issued));
  });

  describe("that ECR reports as expired", () => {
    /** Like ECR: Basic authentication, and 403 for a token whose twelve hours are over. */
    function asEcr(registry: TestRegistry, isExpired: (password: string) => boolean) {
      registry.meet = ({ request, response }) => {
        const { authorization } = request.headers;
        const password = Buffer.from(authorization?.split(" ")[1] ?? "", "base64")
          .toString()
          .slice("AWS:".length);
        if (authorization !== undefined && !isExpired(password)) return false;
        request.resume();
        if (authorization === undefined) {
          response.writeHead(401, { "WWW-Authenticate": 'Basic realm="ecr",service="ecr.amazonaws.com"' }).end();
        } else {
          const body = JSON.stringify({ errors: [{ code: "DENIED", message: ecrExpired }] });
          response.writeHead(403).end(request.method === "HEAD" ? undefined : body);
        }
        return true;
      };
    }
    const clientOf = (registry: TestRegistry, repository: string, renewals: string[]) =>
      new RegistryClient(registry.host, repository, login(registry, "first"), async () => {
        renewals.push("asked");
        return login(registry, "second");
      });

    it("are renewed once, at the start and in the middle", async () => {
      for (const after of [0, 4, 9]) {
        const image = addImage(test.source, "app", { layers: [100, 100, 100] });
        const renewals: string[][] = [[], []];
        for (const registry of [test.source, test.target]) {
          const before = registry.requests.length + after;
          asEcr(registry, (password) => password === "first" && registry.requests.length > before);
        }
        await test.copy(image.digest, {
          source: clientOf(test.source, "app", renewals[0] ?? []),
          target: clientOf(test.target, "team/app", renewals[1] ?? []),
        });
        test.assertWhole();
        assert.deepEqual(renewals, [["asked"], ["asked"]], String(after));
      }
    });

    it("fail with ECR's message if they cannot be renewed, or the new one has expired too", async () => {
      asEcr(test.source, () => true);
      const refused = { status: 403, code: "DENIED", message: `403 DENIED: ${ecrExpired}` };
      const alone = new RegistryClient(test.source.host, "app", login(test.source, "first"));
      await assert.rejects(findImage(alone, "1"), refused);
      const renewals: string[] = [];
      await assert.rejects(findImage(clientOf(test.source, "app", renewals), "1"), refused);
      assert.ok(renewals.length <= 4, String(renewals));
    });
  });

  it("are not sent to another host that an upload leads to, though it may receive the bytes", async () => {
    const image = addImage(test.source, "app");
    const authorizations: (string | undefined)[] = [];
    test.source.meet = ({ request }) => {
      // The addresses of the target's uploads are at this registry.
      if (request.url?.includes("/uploads/")) authorizations.push(request.headers.authorization);
      return false;
    };
    test.target.meet = ({ request, response, line }) => {
      if (request.headers.authorization === undefined) {
        request.resume();
        response.writeHead(401, { "WWW-Authenticate": 'Basic realm="own"' }).end();
        return true;
      }
      if (request.method !== "POST") return false;
      const id = String(Math.random());
      test.source.uploads.set(id, { repository: "team/app", parts: [] });
      response.writeHead(202, { Location: `http://${test.source.host}${line.split(" ")[1]}${id}` }).end();
      return true;
    };
    // What is sent there is not in the target's own storage, so it refuses the manifest in the end.
    await assert.rejects(
      test.copy(image.digest, {
        target: new RegistryClient(test.target.host, "team/app", login(test.target, "right")),
      }),
      { code: "MANIFEST_BLOB_UNKNOWN" },
    );
    assert.ok(authorizations.length >= 2);
    assert.deepEqual(new Set(authorizations), new Set([undefined]));
    assert.ok(test.source.contents("team/app").length >= 2);
  });

  it("allow no unencrypted upload over the network, whatever the upload URL, and no redirect of one", async () => {
    const image = addImage(test.source, "app");
    test.target.meet = ({ request, response }) => {
      if (request.method !== "POST") return false;
      response.writeHead(202, { Location: "http://10.0.0.1:5000/upload" }).end();
      return true;
    };
    await assert.rejects(test.copy(image.digest), /leads to http:\/\/10\.0\.0\.1:5000, which is not encrypted/);
    test.target.meet = ({ request, response }) => {
      if (request.method !== "PATCH") return false;
      request.resume();
      response.writeHead(307, { Location: `http://${test.source.host}/elsewhere` }).end();
      return true;
    };
    await assert.rejects(test.copy(image.digest), /redirects an upload to 127\.0\.0\.1:/);
    assert.equal(test.source.count(/elsewhere/), 0);
    test.target.meet = ({ request, response }) => {
      if (request.method !== "POST") return false;
      response.writeHead(202).end();
      return true;
    };
    await assert.rejects(test.copy(image.digest), /returned no address for the upload/);
  });
});
