// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have a syntax of their own.
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { imageBases } from "../../../policies/images/imageBases";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, unknownText } from "../harness";

const digest = `sha256:${"0".repeat(64)}`;
const { image, builtImage } = resourceTypes;

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

  it("fails all others, and names the line or the argument", async () => {
    assertFails(
      await inline("ARG B=node:22\nFROM $B"),
      /^Dockerfile, line 2 \(FROM \$B\): image "app" is built on "node:22", which may be another image tomorrow\. Must be pinned by digest, or be on the list \(empty\)\. Write "node:22@sha256:<digest>"\.$/,
    );
    assertFails(await inline("FROM a\nFROM b"), /line 1/, /line 2/);
    assertFails(
      await build({ NODE_IMAGE: "node:22", BASE: "x" }, { allowedBases: ["x"] }),
      /^build\.args\.NODE_IMAGE: .*, or be on the list \("x"\)\./,
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

  it("fails images in other instructions and in the build's own settings", async () => {
    assertFails(
      await inline(`FROM a@${digest}\nCOPY --from=image:latest a b\nRUN --mount=type=bind,from=tools:1,target=/t make`),
      /^Dockerfile, line 2 \(COPY --from=image:latest\): image "app" is built on "image:latest"/,
      /^Dockerfile, line 3 \(RUN --mount=from=tools:1\): image "app" is built on "tools:1"/,
    );
    assertFails(await inline("FROM x:${TARGETARCH}"), /is built on "x:amd64"/);
    assertFails(await inline("ARG A=1 B=node:22\nFROM $B"), /is built on "node:22"/);
    const arm = { platforms: ["linux/arm64"], dockerfile: { inline: "FROM x:${TARGETARCH}" } };
    assertFails(
      await judgeResource(imageBases, { type: builtImage, name: "app", props: arm }),
      /is built on "x:arm64"/,
    );
    const named = (location: unknown) => ({
      context: { location: "app", named: { base: { location }, files: { location: "./files" } } },
      dockerfile: { inline: `FROM base\nCOPY --from=files a b` },
    });
    const judge = (props: Props) => judgeResource(imageBases, { type: builtImage, name: "app", props });
    assertFails(
      await judge(named("docker-image://node:22")),
      /^context\.named\.base: image "app" is built on "node:22"/,
    );
    assertPasses(await judge(named(`docker-image://node@${digest}`)));
    assertUnjudged(await judge(named(unknownText)), /^context\.named\.base of image "app" is not known yet/);
  });

  it("fails a frontend that replaces Docker's own", async () => {
    const from = `FROM node@${digest}`;
    assertFails(
      await inline(`# syntax=evil/reader:1\n${from}`),
      /^Dockerfile, line 1 \(# syntax=evil\/reader:1\): image "app" is built by the frontend "evil\/reader:1", which may be another/,
    );
    assertFails(
      await inline(`#!/bin/x\n# check=skip=all\n#Syntax = evil/reader debug\n${from}`),
      /^Dockerfile, line 3 /,
    );
    assertFails(await inline(`// syntax=evil/reader\n${from}`), /^Dockerfile, line 1 /);
    assertFails(await inline('{"syntax": "evil/reader"}'), /^Dockerfile, line 1 /);
    assertFails(await inline(from, { BUILDKIT_SYNTAX: "evil/reader" }), /^buildArgs\.BUILDKIT_SYNTAX: /);
    assertFails(await inline(`# syntax=docker/dockerfileevil:1\n${from}`), /frontend/);
    assertUnjudged(await inline(from, { BUILDKIT_SYNTAX: unknownText }), /^buildArgs\.BUILDKIT_SYNTAX of image "app"/);
    for (const text of [
      `# syntax=docker/dockerfile:1.7-labs\n${from}`,
      `# syntax = docker.io/docker/dockerfile\n${from}`,
      `# syntax=docker/dockerfile-upstream:master\n${from}`,
      `# syntax=own/reader@${digest}\n${from}`,
      `# comment\n# syntax=evil/reader\n${from}`,
    ]) {
      assertPasses(await inline(text));
    }
    assertPasses(await inline(`# syntax=own/reader:1\n${from}`, undefined, { allowedBases: ["own/reader:*"] }));
    assertPasses(await inline(`# syntax=evil/reader\n${from}`, { BUILDKIT_SYNTAX: "docker/dockerfile:1" }));
  });

  it("passes references that Docker accepts as pinned", async () => {
    for (const text of [
      `ARG A=${digest}\nARG B=node@\${A}\nFROM \${B}`,
      `ARG BASE=base\nFROM node@${digest} AS base\nFROM $BASE`,
      `ARG V=v22\nFROM node:\${V#v}@${digest}`,
      `FROM "node@${digest}"`,
      `FROM node@${digest} AS a\nFROM scratch\nCOPY --from=a x y\nCOPY --from=0 x y`,
    ]) {
      assertPasses(await inline(text));
    }
    // The digest is given, so the rest does not matter.
    assertPasses(await inline(`ARG R\nFROM $R/node@${digest}`, { R: unknownText }));
    assertUnjudged(
      await inline(`ARG D\nFROM node@$D`, { D: unknownText }),
      /\(FROM node@\$D\) of image "app" is not known yet/,
    );
  });

  it("fails a value that is not an image reference", async () => {
    assertFails(await build({ NODE_IMAGE: "NODE:22" }), /is built on "NODE:22"/);
  });

  it("checks the Dockerfile where it can be read, not the arguments' names", async () => {
    assertPasses(await inline(`FROM node@${digest}`, { IMAGE_NAME: "petclinic" }));
    assertFails(await build({ IMAGE_NAME: "petclinic" }), /IMAGE_NAME/);
  });

  it("reports unknown values, and checks the rest", async () => {
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
