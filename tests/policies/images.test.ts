// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have a syntax of their own.
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { baseImages, readDockerfile } from "../../policies/dockerfile";
import { imageBases, imagePlatforms } from "../../policies/images";
import { resourceTypes } from "../../policies/resources";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "./harness";

const digest = `sha256:${"0".repeat(64)}`;
const { image, builtImage } = resourceTypes;

describe("policies: Dockerfiles", () => {
  const references = (text: string, args: Props = {}) => baseImages(text, args).map(({ reference }) => reference);

  it("gives the images that one builds on, with arguments filled in", () => {
    assert.deepEqual(references("FROM node:22"), ["node:22"]);
    assert.deepEqual(references("ARG A=node:22\nFROM ${A}"), ["node:22"]);
    assert.deepEqual(references("ARG A=node:22\nFROM $A", { A: "mirror/node:22" }), ["mirror/node:22"]);
    assert.deepEqual(references("ARG V=22\nFROM node:${V}-slim AS build\nFROM scratch"), ["node:22-slim"]);
    assert.deepEqual(references("FROM --platform=linux/amd64 node:22 AS one\nFROM ONE\nFROM alpine"), [
      "node:22",
      "alpine",
    ]);
    assert.deepEqual(references("FROM ${A:-node:20}"), ["node:20"]);
    assert.deepEqual(references("ARG A\nFROM ${A:-node:20}", { A: "" }), ["node:20"]);
    assert.deepEqual(references("ARG A\nFROM ${A-node:20}", { A: "" }), [undefined]);
    assert.deepEqual(references("ARG A=1\nFROM node${A:+:22}"), ["node:22"]);
    assert.deepEqual(references("FROM node${A:+:22}"), ["node"]);
    assert.deepEqual(references("FROM ${A}"), [undefined]);
    assert.deepEqual(references("FROM node:${A}"), [undefined]);
    assert.deepEqual(references("ARG TAG\nFROM node$TAG", { TAG: "" }), ["node"]);
    assert.deepEqual(references("ARG BASE_1=node:22\nFROM $BASE_1"), ["node:22"]);
    assert.deepEqual(references("# escape=`\nFROM node:22"), ["node:22"]);
  });

  it("takes only arguments that are declared before the first FROM", () => {
    assert.deepEqual(references("FROM $A", { A: "node:22" }), [undefined]);
    assert.deepEqual(references("FROM x\nARG A=node:22\nFROM $A", { A: "y" }), ["x", undefined]);
  });

  it("says where", () => {
    assert.deepEqual(baseImages("ARG A=x\n\nFROM ${A}", {}), [
      { line: 3, written: "${A}", reference: "x", variables: ["A"] },
    ]);
  });

  it("reads nothing that is not there, too large, or no file", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-dockerfile-"));
    try {
      fs.writeFileSync(path.join(folder, "Dockerfile"), "FROM here");
      fs.writeFileSync(path.join(folder, "Large"), "#".repeat(1_000_001));
      fs.writeFileSync(path.join(folder, "Largest"), "#".repeat(1_000_000));
      const read = (parts: Props) =>
        readDockerfile({ context: undefined, dockerfile: undefined, inline: undefined, ...parts });
      assert.equal(read({ context: folder }), "FROM here");
      assert.equal(read({ context: "elsewhere", dockerfile: path.join(folder, "Dockerfile") }), "FROM here");
      assert.equal(read({ context: path.relative(process.cwd(), folder) }), "FROM here");
      assert.equal(read({ context: folder, inline: "FROM inline" }), "FROM inline");
      assert.equal(read({ context: folder, inline: "", dockerfile: "" }), "FROM here");
      assert.equal(read({ dockerfile: path.join(folder, "Largest") })?.length, 1_000_000);
      for (const parts of [
        {},
        { context: folder, dockerfile: path.join(folder, "Large") },
        { dockerfile: folder },
        { context: "https://example.com/a.git" },
        { context: unknownText },
      ]) {
        assert.equal(read(parts), undefined);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe("policies: ecr-image-bases", () => {
  const inline = (text: string, buildArgs: unknown = undefined, config: object = {}) =>
    judgeResource(
      imageBases,
      { type: builtImage, name: "app", props: { dockerfile: { inline: text }, buildArgs } },
      config,
    );
  const build = (args: unknown, config: object = {}, more: Props = {}) =>
    judgeResource(
      imageBases,
      { type: image, name: "app", props: { build: { context: "/nowhere", args, ...more } } },
      config,
    );

  it("passes bases with a digest or on the list", async () => {
    assertPasses(await inline(`FROM node:22@${digest}\nFROM scratch`));
    assertPasses(await inline("FROM node:22-slim", undefined, { allowedBases: ["node:22*"] }));
    assertPasses(await inline("ARG B=node\nFROM $B", { B: `node@${digest}` }));
    assertPasses(await build({ NODE_IMAGE: `node@${digest}`, VERSION: "1.0" }));
    assertPasses(await build({ NODE_IMAGE: "" }));
    assertPasses(await judgeResource(imageBases, { type: image, props: { imageName: "a" } }));
  });

  it("fails all others, by line or by argument", async () => {
    assertFails(
      await inline("ARG B=node:22\nFROM $B"),
      /^Dockerfile, line 2 \(FROM \$B\): image "app" is built on "node:22", which may be another image tomorrow; allowed are bases with a digest, and no others\. Write "node:22@sha256:<digest>"\.$/,
    );
    assertFails(await inline("FROM a\nFROM b"), /line 1/, /line 2/);
    assertFails(
      await build({ NODE_IMAGE: "node:22", BASE: "x" }, { allowedBases: ["x"] }),
      /^build\.args\.NODE_IMAGE: .*, and "x"\./,
    );
    assertFails(await build({ FROM_: "node:22" }, { baseArguments: ["FROM*"] }), /^build\.args\.FROM_/);
  });

  it("reads the Dockerfile where the build's context or its own path says", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-bases-"));
    const file = path.join(folder, "Dockerfile");
    const line = /^Dockerfile, line 1 \(FROM node:22\): image "app"/;
    try {
      fs.writeFileSync(file, "FROM node:22");
      for (const props of [{ context: { location: folder } }, { dockerfile: { location: file } }]) {
        assertFails(await judgeResource(imageBases, { type: builtImage, name: "app", props }), line);
      }
      for (const given of [folder, { context: folder }, { dockerfile: file }]) {
        assertFails(await judgeResource(imageBases, { type: image, name: "app", props: { build: given } }), line);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });

  it("fails what is no reference, as nobody can tell which image it is", async () => {
    assertFails(await build({ NODE_IMAGE: "NODE:22" }), /is built on "NODE:22"/);
  });

  it("goes by the Dockerfile where it can be read, not by arguments' names", async () => {
    assertPasses(await inline(`FROM node@${digest}`, { IMAGE_NAME: "petclinic" }));
    assertFails(await build({ IMAGE_NAME: "petclinic" }), /IMAGE_NAME/);
  });

  it("says what is not known, and judges the rest", async () => {
    assertUnjudged(
      await inline("ARG B=node\nFROM $B", { B: unknownText }),
      /^Dockerfile, line 2 \(FROM \$B\) of image "app" is not known yet/,
    );
    assertUnjudged(
      await build({ NODE_IMAGE: unknownText }),
      /^build\.args\.NODE_IMAGE of image "app" is not known yet/,
    );
    assertUnjudged(await build(unknownText), /^How image "app" is built is not known yet/);
    assertUnjudged(await build({}, {}, { dockerfile: unknownText }), /^How image "app" is built/);
    assertUnjudged(
      await judgeResource(imageBases, { type: image, name: "app", props: { build: unknownText } }),
      /^The build of image "app"/,
    );
    const mixed = await inline("ARG B\nFROM $B\nFROM node:22", { B: unknownText });
    assert.match(mixed.violations.join(), /line 3/);
    assert.equal(mixed.unjudged.length, 1);
  });
});

describe("policies: ecr-image-platforms", () => {
  const judge = (props: Props, type: string = image) => judgeResource(imagePlatforms, { type, name: "app", props });

  it("passes builds for a platform, and resources that build nothing", async () => {
    assertPasses(await judge({ build: { platform: "linux/amd64" } }));
    assertPasses(await judge({ platforms: ["linux/amd64", "linux/arm64"] }, builtImage));
    assertPasses(await judge({ imageName: "a" }));
    assertPasses(await judge({}, resourceTypes.registryImage));
  });

  it("fails builds without", async () => {
    for (const build of [{}, { platform: "" }, { platform: null }, "app"]) {
      assertFails(
        await judge({ build }),
        /^build\.platform: not set in image "app".*Write build\.platform: "linux\/amd64"\.$/,
      );
    }
    assertFails(await judge({}, builtImage), /^platforms: not set.*Write platforms: \["linux\/amd64"\]\.$/);
    assertFails(await judge({ platforms: [] }, builtImage), /^platforms: not set/);
  });

  it("says what is not known", async () => {
    assertUnjudged(await judge({ build: { platform: unknownText } }), /^The platform of image "app" is not known yet/);
    assertUnjudged(await judge({ build: unknownText }), /^The platform of image "app"/);
    assertUnjudged(await judge({ platforms: unknownText }, builtImage), /^The platform/);
  });
});
