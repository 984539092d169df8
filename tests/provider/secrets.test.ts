import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { ResourceHandler } from "../../provider/protocol/definition";
import { decode, encode, type PropertyMap, Secret } from "../../provider/protocol/values";
import { freshLogin } from "../../provider/resources/freshLogin";
import { imageCopy } from "../../provider/resources/imageCopy";
import { imageTags } from "../../provider/resources/imageTags";
import { callContext } from "./context";

describe("a login that the provider gets", () => {
  const login = { username: "reader", password: "top-secret" };
  const cases: [ResourceHandler<void>, PropertyMap][] = [
    [imageCopy, { source: "a/b:1", repository: "a/c", sourceLogin: login, repositoryLogin: login }],
    [imageTags, { image: "a/b:1", repositories: [{ url: "a/b" }, { url: "a/c" }], tags: [], logins: [login, login] }],
  ];
  const inputsOf = async (handler: ResourceHandler<void>, news: PropertyMap) =>
    (await handler.check({ olds: {}, news, randomSeed: new Uint8Array() }, undefined, callContext())).inputs;

  for (const [handler, news] of cases) {
    it(`has its password encrypted even if the program has not marked it: ${handler.type}`, async () => {
      const inputs = await inputsOf(handler, news);
      const { secrets, values } = decode(encode(inputs));
      assert.deepEqual(values, news);
      const found =
        handler === imageCopy
          ? [["sourceLogin"], ["repositoryLogin"]]
          : [
              ["logins", 0],
              ["logins", 1],
            ];
      for (const path of found) assert.ok(secrets.has([...path, "password"]), path.join("."));
      assert.equal(secrets.redact("it said top-secret"), "it said [secret]");
    });
  }

  it("is one secret, not a nested one, if the program has marked all of it", async () => {
    const [handler, news] = cases[0] ?? assert.fail();
    const marked = decode(encode({ ...news, sourceLogin: new Secret(login) }));
    const wire = encode(await inputsOf(handler, marked.values), marked.secrets).toJavaScript();
    const { value } = wire["sourceLogin"] as unknown as { value: unknown };
    assert.deepEqual(value, login);
  });
});

describe("a new ECR login that replaces an expired one", () => {
  const own = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";
  const usual = { ...process.env };
  let aws: http.Server;
  before(async () => {
    aws = http.createServer((_, response) => {
      const authorizationToken = Buffer.from("AWS:token").toString("base64");
      const data = { authorizationToken, proxyEndpoint: `https://${own}` };
      response.writeHead(200, { "Content-Type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify({ authorizationData: [data] }));
    });
    await new Promise<void>((resolve) => {
      aws.listen(0, "127.0.0.1", resolve);
    });
    const { port } = aws.address() as AddressInfo;
    const keys = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "key", AWS_REGION: "eu-west-1" };
    Object.assign(process.env, keys, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
  });
  after(() => {
    for (const name of Object.keys(process.env)) if (!(name in usual)) delete process.env[name];
    Object.assign(process.env, usual);
    aws.closeAllConnections();
    aws.close();
  });

  it("is valid for the registry that AWS issued it for, and for no other", async () => {
    assert.equal((await freshLogin(own))?.forHost(own).password, "token");
    const others = [
      "evil.example",
      "127.0.0.1:5000",
      own.replace("1111", "2222"),
      own.replace("eu-west-1", "eu-west-3"),
    ];
    for (const host of [...others, `${own}.evil.example`, `${own}:8443`]) {
      assert.equal(await freshLogin(host), undefined, host);
    }
  });
});
