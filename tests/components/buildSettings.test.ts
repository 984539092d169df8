import assert from "node:assert/strict";
import { type BuildSettings, buildSettingsFaults } from "../../components/images/buildSettings";

describe("buildSettingsFaults", () => {
  const messages = (settings: BuildSettings) =>
    buildSettingsFaults(settings).map(({ path, rule, fix }) => `${path}: ${rule} ${fix}`);

  it("accepts the defaults, and settings that Docker accepts", () => {
    assert.deepEqual(messages({}), []);
    const settings: BuildSettings = {
      args: { VERSION: "1", KEYBOARD: "us", AUTHOR: "me", SSH_PUBLIC_KEY: "ssh-ed25519 …", MAPS_KEY: "v1" },
      publicArgs: ["MAPS_KEY"],
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
    "DBPASSWORD",
    "GITHUB_PAT",
  ]) {
    it(`refuses the build argument ${name} without showing its value`, () => {
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

  it("refuses a value that looks like a secret without showing it, unless publicArgs names the argument", () => {
    const args = { A: "AKIAIOSFODNN7EXAMPLE" };
    const [fault, ...others] = buildSettingsFaults({ args });
    assert.deepEqual(others, []);
    assert.match(`${fault?.path}: ${fault?.rule}`, /^args\.A: its value looks like a secret's/);
    assert.ok(!JSON.stringify(fault).includes("AKIA"));
    assert.deepEqual(buildSettingsFaults({ args, publicArgs: ["A"] }), []);
  });

  for (const [what, settings, expected] of [
    ["an invalid argument name", { args: { "A=B": "1" } }, /^args\.A=B: a build argument's name must begin with/],
    [
      "an exception for an unknown argument",
      { publicArgs: ["A_KEY"] },
      /^publicArgs\[0\]: must be the name of a build argument/,
    ],
    [
      "a host name with a colon",
      { extraHosts: { "a:b": "10.0.0.1" } },
      /^extraHosts\.a:b: a host name must have only letters/,
    ],
    ["an invalid address", { extraHosts: { a: "10.0.0" } }, /^extraHosts\.a: must be an IP address/],
    ["an empty target", { target: "" }, /^target: must not be empty/],
    ["an empty network", { network: "" }, /^network: must not be empty/],
    ["an empty rebuild", { rebuild: "" }, /^rebuild: must not be empty/],
  ] as const) {
    it(`refuses ${what}`, () => {
      const found = messages(settings as BuildSettings);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", expected);
    });
  }
});
