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

  it("asks the registry's own helper, or else the default helper", () => {
    configure({ credsStore: "all", credHelpers: { "quay.io": "one" } });
    addHelper("one", "quay.io", '{"Username":"one","Secret":"1"}');
    addHelper("all", "https://index.docker.io/v1/", '{"Username":"all","Secret":"2"}');
    assert.deepEqual(dockerLogin("quay.io", environment()), { username: "one", password: "1" });
    assert.deepEqual(dockerLogin("docker.io", environment()), { username: "all", password: "2" });
    assert.equal(dockerLogin("ghcr.io", environment()), undefined);
  });

  it("does not mistake inherited object properties for helpers", () => {
    configure({ credsStore: "all", credHelpers: { "quay.io": "one" } });
    for (const host of ["toString", "valueOf", "hasOwnProperty"]) {
      addHelper("all", host, '{"Username":"all","Secret":"2"}');
      assert.deepEqual(dockerLogin(host, environment()), { username: "all", password: "2" }, host);
    }
  });

  it("falls back to the file if the helper is missing, fails, or has no entry or only a token", () => {
    const auths = { "quay.io": { auth: encode("me:p") } };
    addHelper("other", "ghcr.io", '{"Username":"you","Secret":"2"}');
    addHelper("empty", "quay.io", '{"Username":"","Secret":""}');
    addHelper("broken", "quay.io", "no JSON");
    addHelper("token", "quay.io", '{"Username":"<token>","Secret":"refresh"}');
    const failing = '#!/bin/sh\necho \'{"Username":"you","Secret":"3"}\'\nexit 1\n';
    fs.writeFileSync(path.join(folder, "docker-credential-failing"), failing, { mode: 0o755 });
    for (const helper of ["absent", "other", "empty", "broken", "token", "failing"]) {
      for (const helpers of [{ credsStore: helper }, { credHelpers: { "quay.io": helper } }]) {
        configure({ ...helpers, auths });
        assert.deepEqual(dockerLogin("quay.io", environment()), { username: "me", password: "p" }, helper);
        configure(helpers);
        assert.equal(dockerLogin("quay.io", environment()), undefined, helper);
      }
    }
  });

  it("has no login without a configuration, or with one that is not JSON", () => {
    assert.equal(dockerLogin("quay.io", environment()), undefined);
    configure("{");
    assert.equal(dockerLogin("quay.io", environment()), undefined);
  });
});
