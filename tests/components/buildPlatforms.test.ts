import assert from "node:assert/strict";
import { type BuildPlatforms, buildPlatformFaults, platformsOf } from "../../components/images/buildPlatforms";

describe("buildPlatformFaults", () => {
  const messages = (settings: unknown) =>
    buildPlatformFaults(settings as BuildPlatforms).map(({ path, rule, fix }) => `${path}: ${rule} ${fix}`);

  it("finds nothing wrong with platforms and builders that Docker takes", () => {
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
      [/^platform: a platform is an operating system and an architecture.* write platforms: \["linux\/amd64", /],
    ],
    ["a list where one is meant", { platform: ["linux/amd64"] }, [/^platform: .* write platforms: \[/]],
    ["an architecture alone", { platforms: ["arm64"] }, [/^platforms\[0\]: .*write "linux\/amd64" or "linux\/arm64"/]],
    ["what is not a string", { platforms: [7, null] }, [/^platforms\[0\]: /, /^platforms\[1\]: /]],
    ["an empty list", { platforms: [] }, [/^platforms: an image is built for at least one platform/]],
    ["the same twice", { platforms: ["linux/arm64", "linux/arm64"] }, [/^platforms\[1\]: an image is built once/]],
    ["one beside several", { platform: "linux/amd64", platforms: ["linux/arm64"] }, [/^platform: an image has one/]],
    [
      "a builder for another platform, at no address",
      { platforms: ["linux/amd64"], builders: { "linux/arm64": "arm.example" } },
      [/^builders\["linux\/arm64"\]: a builder is for one of.*linux\/amd64\./, /^builders\["linux\/arm64"\]: .* "ssh:/],
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

  it("puts platforms into one order, which the content's tag and the index have", () => {
    assert.deepEqual(platformsOf({}), ["linux/amd64"]);
    assert.deepEqual(platformsOf({ platform: "linux/arm64" }), ["linux/arm64"]);
    assert.deepEqual(platformsOf({ platforms: ["linux/arm64", "linux/amd64"] }), ["linux/amd64", "linux/arm64"]);
  });
});
