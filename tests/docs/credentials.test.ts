import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { root } from "./markdown";

/** Everything that runs with a user's credentials, and the parts of the sandbox that hand out logins. */
function sources(): [file: string, text: string][] {
  const files = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "--", "*.ts", "*.mjs", "*.cjs"],
    {
      cwd: root,
      encoding: "utf8",
    },
  ).split("\n");
  return files
    .filter(
      (file) =>
        file !== "" && !/^(tests|bench|docs|app)\/|^sandbox\/(gateway|providers|engine|languageHost)\//.test(file),
    )
    .filter((file) => fs.existsSync(path.join(root, file)))
    .map((file) => [file, fs.readFileSync(path.join(root, file), "utf8")]);
}

const filesWith = (words: RegExp) =>
  sources()
    .filter(([, text]) => words.test(text))
    .map(([file]) => file)
    .sort();

// A registry's login can only be read from RegistryLogin, which asks for the host
// (tests/ecr/registry/registryLogin.test.ts).
// This test checks that nothing else creates or sends a login.
describe("a registry's login", () => {
  const makers = [
    "cli/aws/registryLogin.ts",
    "components/images/ecrLogin.ts",
    "provider/resources/freshLogin.ts",
    "sandbox/services/registryLogin.ts",
  ];

  it("is requested from AWS in four files only, each of which passes it to RegistryLogin", () => {
    assert.deepEqual(
      filesWith(/[gG]etAuthorizationToken(?:Output|Command)?\s*\(|ecr\.getCredentials|get-login-password --/),
      [
        ...makers,
        // The command that a user copies, for the repository's own host.
        "ecr/docker/pushCommands.ts",
      ].sort(),
    );
    for (const file of makers) {
      const text = fs.readFileSync(path.join(root, file), "utf8");
      // The whole answer goes to RegistryLogin; nobody takes it apart.
      assert.match(text, /RegistryLogin\.ofEcr\(/, file);
      assert.doesNotMatch(text, /authorizationToken|userName|base64/, file);
      assert.doesNotMatch(text, /(?:token|answer|data)\??\.password/, file);
    }
  });

  it("is parsed in one place", () => {
    assert.deepEqual(filesWith(/authorizationToken\b/), ["ecr/registry/registryLogin.ts"]);
  });

  it("is put into requests in one place, which gets it from RegistryLogin", () => {
    assert.deepEqual(filesWith(/`Basic |`Bearer |"Basic |"Bearer |Authorization:|["']authorization["']/), [
      "oci/registryAuthorization.ts",
      "oci/registryRequest.ts",
    ]);
    const authorization = fs.readFileSync(path.join(root, "oci/registryAuthorization.ts"), "utf8");
    assert.deepEqual(authorization.match(/[\w.?]*\.(?:forHost|password|username)\b/g), [
      "this.login?.forHost",
      "credentials.username",
      "credentials.password",
    ]);
    assert.match(authorization, /this\.login\?\.forHost\(this\.host\)/);
  });

  it("is sent over HTTP only by code that does not follow redirects by itself", () => {
    // Node's own ways of sending a request. Those in sandbox/ call the sandbox's own gateway.
    const senders = filesWith(/\bfetch\(|https?\.(?:request|get)\(|"node:https?"|"undici"/).filter(
      (file) => !file.startsWith("sandbox/"),
    );
    assert.deepEqual(senders, ["oci/registryRequest.ts"]);
    const request = fs.readFileSync(path.join(root, "oci/registryRequest.ts"), "utf8");
    // Of these, only `fetch` follows redirects, and it takes the login along.
    assert.doesNotMatch(request, /\bfetch\(|undici/);
    assert.equal(request.match(/\.request\(/g)?.length, 1);
  });
});
