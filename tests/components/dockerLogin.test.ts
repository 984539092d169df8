import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { dockerLogin as loginFor } from "../../components/images/dockerLogin";

function dockerLogin(host: string, environment: NodeJS.ProcessEnv) {
  return loginFor(host, environment)?.forHost(host);
}

describe("dockerLogin", () => {
  let folder: string;
  const environment = () => ({ DOCKER_CONFIG: folder, PATH: `${folder}:${process.env["PATH"]}` });
  const configure = (config: unknown) =>
    fs.writeFileSync(path.join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  const encode = (text: string) => Buffer.from(text).toString("base64");
  /** A credential helper that knows one address. */
  const addHelper = (name: string, address: string, answer: string) => {
    const script = `#!/bin/sh\nread address\n[ "$address" = "${address}" ] || { echo "credentials not found"; exit 1; }\ncat <<END\n${answer}\nEND\n`;
    fs.writeFileSync(path.join(folder, `docker-credential-${name}`), script, { mode: 0o755 });
  };
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "docker-config-"));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it("reads what docker login wrote, for this host only", () => {
    configure({
      auths: {
        "https://quay.io/v2/": { auth: encode("me:pass:word") },
        "localhost:5000": { username: "you", password: "other" },
        "https://index.docker.io/v1/": { auth: encode("hub:secret") },
        "empty.example.com": {},
      },
    });
    assert.deepEqual(dockerLogin("quay.io", environment()), { username: "me", password: "pass:word" });
    assert.deepEqual(dockerLogin("localhost:5000", environment()), { username: "you", password: "other" });
    assert.deepEqual(dockerLogin("docker.io", environment()), { username: "hub", password: "secret" });
    for (const host of ["localhost:5001", "empty.example.com", "io"]) {
      assert.equal(dockerLogin(host, environment()), undefined, host);
    }
  });

  it("asks the helper of the registry, else that of all", () => {
    configure({ credsStore: "all", credHelpers: { "quay.io": "one" } });
    addHelper("one", "quay.io", '{"Username":"one","Secret":"1"}');
    addHelper("all", "https://index.docker.io/v1/", '{"Username":"all","Secret":"2"}');
    assert.deepEqual(dockerLogin("quay.io", environment()), { username: "one", password: "1" });
    assert.deepEqual(dockerLogin("docker.io", environment()), { username: "all", password: "2" });
    assert.equal(dockerLogin("ghcr.io", environment()), undefined);
  });

  it("takes no helper from what every object inherits", () => {
    configure({ credsStore: "all", credHelpers: { "quay.io": "one" } });
    for (const host of ["toString", "valueOf", "hasOwnProperty"]) {
      addHelper("all", host, '{"Username":"all","Secret":"2"}');
      assert.deepEqual(dockerLogin(host, environment()), { username: "all", password: "2" }, host);
    }
  });

  it("falls back to the file where the helper has nothing, fails or is not there", () => {
    configure({ credsStore: "absent", auths: { "quay.io": { auth: encode("me:p") } } });
    assert.deepEqual(dockerLogin("quay.io", environment()), { username: "me", password: "p" });
    configure({ credsStore: "broken" });
    addHelper("broken", "quay.io", "no JSON");
    assert.equal(dockerLogin("quay.io", environment()), undefined);
    configure({ credsStore: "token" });
    addHelper("token", "quay.io", '{"Username":"<token>","Secret":"refresh"}');
    assert.equal(dockerLogin("quay.io", environment()), undefined);
  });

  it("has no login without a configuration, or with one that is no JSON", () => {
    assert.equal(dockerLogin("quay.io", environment()), undefined);
    configure("{");
    assert.equal(dockerLogin("quay.io", environment()), undefined);
  });
});
