import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isLoopbackHost, RegistryLogin } from "../../../ecr/registry/registryLogin";

const authorizationToken = Buffer.from("AWS:top-secret").toString("base64");
const account = "123456789012";
const own = `${account}.dkr.ecr.eu-central-1.amazonaws.com`;
const ecr = (proxyEndpoint: string) => RegistryLogin.ofEcr({ authorizationToken, proxyEndpoint });
const credentials = { username: "AWS", password: "top-secret" };

describe("a registry login", () => {
  const allowed: [string, RegistryLogin, string[]][] = [
    [
      "of a private registry",
      ecr(`https://${own}`),
      [
        own,
        `${account}.dkr.ecr-fips.eu-central-1.amazonaws.com`,
        `${account}.dkr-ecr.eu-central-1.on.aws`,
        `${account}.dkr-ecr-fips.eu-central-1.on.aws`,
      ],
    ],
    [
      "of a private registry in China",
      ecr(`https://${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`),
      [`${account}.dkr.ecr.cn-north-1.amazonaws.com.cn`, `${account}.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn`],
    ],
    ["of a sandbox's private registry", ecr("http://127.0.0.1:4568"), ["127.0.0.1:4568"]],
    ["of another proxy", ecr("https://proxy.example.com/"), ["proxy.example.com"]],
    [
      "of the public registry",
      RegistryLogin.ofEcrPublic({ authorizationToken }),
      ["public.ecr.aws", "ecr-public.aws.com", "127.0.0.1:4568", "localhost:4569"],
    ],
    ["that the user provides", RegistryLogin.ofHost("quay.io", credentials), ["quay.io"]],
  ];
  const hosts = [
    ...allowed.flatMap(([, , own]) => own),
    "evil.example",
    "",
    "210987654321.dkr.ecr.eu-central-1.amazonaws.com",
    `${account}.dkr.ecr.eu-west-1.amazonaws.com`,
    `${account}.dkr.ecr.eu-central-1.amazonaws.com.cn`,
    `${account}.dkr.ecr.eu-central-1.amazonaws.com.evil.example`,
    `${account}.dkr.ecr.eu-central-1.evil.example`,
    `evil.example.${own}`,
    `${own}:443`,
    `${own}.`,
    `${own}@evil.example`,
    `AWS@${own}`,
    own.toUpperCase(),
    "127.0.0.1:4568.evil.example",
    "127.0.0.1.evil.example:4568",
    "public.ecr.aws.evil.example",
    "quay.io:5000",
  ];

  for (const [what, login, own] of allowed) {
    it(`${what} is valid for its own hosts and no other`, () => {
      for (const host of new Set(hosts)) {
        if (own.includes(host)) {
          assert.equal(login.refusal(host), undefined, host);
          assert.deepEqual(login.forHost(host), credentials, host);
        } else {
          assert.ok(login.refusal(host)?.endsWith(`and is not sent to ${host}`), host);
          assert.throws(() => login.forHost(host), /the login belongs to .* and is not sent to /, host);
        }
      }
    });

    it(`${what} never shows its password when printed or inspected`, () => {
      const shown = [
        inspect(login, { depth: 9, showHidden: true }),
        JSON.stringify(login),
        String(login),
        ...Reflect.ownKeys(login).map((key) => inspect(Reflect.get(login, key))),
        inspect({ ...login }),
        login.refusal("evil.example") ?? "",
      ].join("\n");
      assert.doesNotMatch(shown, /top-secret/);
      assert.ok(!shown.includes(authorizationToken));
    });
  }

  it("without an endpoint is not sent to any host", () => {
    const login = RegistryLogin.ofEcr({ authorizationToken });
    for (const host of hosts) assert.throws(() => login.forHost(host), host);
  });
});

describe("a loopback host", () => {
  it("is this machine's own, with or without a port", () => {
    for (const host of ["localhost", "localhost:5000", "127.0.0.1", "127.8.9.1:80", "[::1]", "[::1]:5000"]) {
      assert.ok(isLoopbackHost(host), host);
    }
    for (const host of [
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "1127.0.0.1",
      "evil.example",
      "0.0.0.0",
      "",
    ]) {
      assert.ok(!isLoopbackHost(host), host);
    }
  });
});
