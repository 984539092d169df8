import assert from "node:assert/strict";
import { type BuildPlatforms, buildPlatformFaults, platformsOf } from "../../components/images/buildPlatforms";

describe("buildPlatformFaults", () => {
  const messages = (settings: unknown) =>
    buildPlatformFaults(settings as BuildPlatforms).map(({ path, rule, fix }) => `${path}: ${rule} ${fix}`);

  it("accepts platforms and builders that Docker accepts", () => {
    assert.deepEqual(messages({}), []);
    assert.deepEqual(messages({ platform: "linux/arm/v7" }), []);
    const builders = { "linux/arm64": "ssh://me@arm.example", "linux/amd64": "unix:///run/docker.sock" };
    assert.deepEqual(messages({ platforms: ["linux/arm64", "linux/amd64"], builders }), []);
    assert.deepEqual(messages({ platforms: ["linux/arm64"], builders: {} }), []);
  });

  for (const [what, settings, expected] of [
    [
      "several platforms in one string",
      { platform: "linux/amd64,linux/arm64" },
      [/^platform: a platform must be one operating system and one architecture.* write platforms: \["linux\/amd64", /],
    ],
    ["a list as the single platform", { platform: ["linux/amd64"] }, [/^platform: .* write platforms: \[/]],
    [
      "an architecture without an operating system",
      { platforms: ["arm64"] },
      [/^platforms\[0\]: .*write "linux\/amd64" or "linux\/arm64"/],
    ],
    ["values that are not strings", { platforms: [7, null] }, [/^platforms\[0\]: /, /^platforms\[1\]: /]],
    ["an empty list", { platforms: [] }, [/^platforms: must name at least one platform/]],
    [
      "the same platform twice",
      { platforms: ["linux/arm64", "linux/arm64"] },
      [/^platforms\[1\]: each platform can be listed only once/],
    ],
    [
      "`platform` together with `platforms`",
      { platform: "linux/amd64", platforms: ["linux/arm64"] },
      [/^platform: must not be set together with `platforms`/],
    ],
    [
      "a builder for another platform, at an invalid address",
      { platforms: ["linux/amd64"], builders: { "linux/arm64": "arm.example" } },
      [
        /^builders\["linux\/arm64"\]: a builder must be for one of.*linux\/amd64\./,
        /^builders\["linux\/arm64"\]: .* "ssh:/,
      ],
    ],
    [
      "a builder without platforms",
      { builders: { "linux/arm64": "ssh://arm.example" } },
      [/^builders\["linux\/arm64"\]: .*write `platforms`, or leave it out/],
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      const found = messages(settings);
      assert.equal(found.length, expected.length, found.join("\n"));
      for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? "", pattern);
    });
  }

  it("sorts platforms into the order that the content tag and the index use", () => {
    assert.deepEqual(platformsOf({}), ["linux/amd64"]);
    assert.deepEqual(platformsOf({ platform: "linux/arm64" }), ["linux/arm64"]);
    assert.deepEqual(platformsOf({ platforms: ["linux/arm64", "linux/amd64"] }), ["linux/amd64", "linux/arm64"]);
  });
});
