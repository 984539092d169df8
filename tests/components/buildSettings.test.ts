import assert from "node:assert/strict";
import { type BuildSettings, buildSettingsFaults } from "../../components/images/buildSettings";

describe("buildSettingsFaults", () => {
  const messages = (settings: BuildSettings) =>
    buildSettingsFaults(settings).map(({ path, rule, fix }) => `${path}: ${rule} ${fix}`);

  it("finds nothing wrong with the defaults, nor with settings that Docker takes", () => {
    assert.deepEqual(messages({}), []);
    const settings: BuildSettings = {
      args: { VERSION: "1", KEYBOARD: "us", AUTHOR: "me", SSH_PUBLIC_KEY: "ssh-ed25519 …", CACHE_KEY: "v1" },
      publicArgs: ["CACHE_KEY"],
      target: "runtime",
      extraHosts: { "registry.internal": "10.0.0.7", six: "fd00::1", docker: "host-gateway" },
      network: "host",
      rebuild: "2026-11",
      platform: "linux/arm/v7",
    };
    assert.deepEqual(messages(settings), []);
  });

  for (const name of [
    "NPM_TOKEN",
    "password",
    "API_KEY",
    "secret",
    "DB_PASSWD",
    "Auth",
    "AWS_SECRET_ACCESS_KEY",
    "CREDENTIALS_FILE",
  ]) {
    it(`refuses the build argument ${name}, without its value`, () => {
      const faults = buildSettingsFaults({ args: { [name]: "hunter22" } });
      assert.deepEqual(
        faults.map(({ path }) => path),
        [`args.${name}`],
      );
      assert.match(faults[0]?.rule ?? "", /looks like a secret's.*readable in the image's history/);
      assert.match(faults[0]?.fix ?? "", new RegExp(`publicArgs: \\["${name}"\\]`));
      assert.ok(!JSON.stringify(faults).includes("hunter22"));
    });
  }

  for (const [what, settings, expected] of [
    ["a name that no ARG can have", { args: { "A=B": "1" } }, /^args\.A=B: a build argument's name begins with/],
    ["an exception for no argument", { publicArgs: ["A_KEY"] }, /^publicArgs\[0\]: there is no build argument/],
    [
      "a host's name with a colon",
      { extraHosts: { "a:b": "10.0.0.1" } },
      /^extraHosts\.a:b: a host's name has letters/,
    ],
    ["an address that is none", { extraHosts: { a: "10.0.0" } }, /^extraHosts\.a: a name resolves to an IP address/],
    ["an empty target", { target: "" }, /^target: it must not be empty/],
    ["an empty network", { network: "" }, /^network: it must not be empty/],
    ["an empty rebuild", { rebuild: "" }, /^rebuild: it must not be empty/],
  ] as const) {
    it(`refuses ${what}`, () => {
      const found = messages(settings as BuildSettings);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
    });
  }
});
