// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have a syntax of their own.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { permanentlyUnknown, Unknown } from "../../../policies/engine/unknowns";
import { type BuildSettings, instructionNames, namedImages, readDockerfile } from "../../../policies/images/dockerfile";
import { ShellWordError } from "../../../policies/images/shellPattern";
import { expandWord } from "../../../policies/images/shellWord";
import { type Props, unknownText } from "../harness";

/** How BuildKit itself reads words and Dockerfiles (its Go packages shell, parser and instructions), on linux/amd64. */
const buildkit: {
  words: { word: string; escape?: string; result?: string; refused?: true }[];
  variables: Record<string, string>;
  files: {
    file: string;
    args: Record<string, string>;
    images?: { line: number; reference: string }[];
    refused?: true;
  }[];
} = JSON.parse(fs.readFileSync(path.join(__dirname, "buildkit.json"), "utf8"));

const variables = (name: string) => (Object.hasOwn(buildkit.variables, name) ? buildkit.variables[name] : undefined);

describe("policies: words of Dockerfiles", () => {
  for (const { word, escape: escapeCharacter, result } of buildkit.words) {
    it(`${JSON.stringify(word)}${escapeCharacter === undefined ? "" : " with another escape character"}`, () => {
      if (result === undefined) {
        assert.throws(() => expandWord(word, variables, escapeCharacter), ShellWordError);
      } else {
        assert.equal(expandWord(word, variables, escapeCharacter), result);
      }
    });
  }

  it("expand in time proportional to their length", () => {
    let looked = 0;
    const counted = () => {
      looked += 1;
      return "a".repeat(2_000);
    };
    const pattern = `${"*a".repeat(50)}b`;
    assert.equal(expandWord(`\${V#${pattern}}\${V%%${pattern}}`, counted).length, 4_000);
    assert.equal(looked, 2);
  });
});

describe("policies: Dockerfiles", () => {
  const images = (text: string, args: BuildSettings["args"] = {}, more: Partial<BuildSettings> = {}) =>
    namedImages(text, { args, ...more });
  const references = (...given: Parameters<typeof images>) => images(...given).map(({ reference }) => reference);

  for (const { file, args, images: expected } of buildkit.files) {
    it(`are read as BuildKit reads them: ${JSON.stringify(file)}`, () => {
      const found = images(file, args).map(({ line, reference }) => ({ line, reference }));
      if (expected !== undefined) {
        assert.deepEqual(found, expected);
      }
    });
  }

  it("refer to different images on different platforms", () => {
    const platforms = ["linux/arm64", "linux/arm/v7", "linux/amd64"];
    const file = "FROM node:22 AS a\nFROM x:$TARGETARCH$TARGETVARIANT";
    assert.deepEqual(references(file, {}, { platforms }), ["node:22", "x:arm64", "x:armv7", "x:amd64"]);
    assert.deepEqual(references("FROM x:$BUILDARCH", {}, { platforms }), ["x:amd64"]);
  });

  it("leave out stages and named contexts", () => {
    const file = "FROM base AS one\nFROM other\nCOPY --from=files a b\nRUN --mount=from=ONE,target=/x make";
    assert.deepEqual(references(file), ["base", "other", "files"]);
    assert.deepEqual(references(file, {}, { contexts: ["base", "Files"] }), ["other"]);
  });

  it("include images after ONBUILD, as builds on the image use them", () => {
    const file = "FROM a\nONBUILD COPY --from=x:1 a b\nONBUILD RUN --mount=type=bind,from=y:1,target=/y make";
    assert.deepEqual(
      images(file).map(({ instruction, reference }) => [instruction, reference]),
      [
        ["FROM a", "a"],
        ["ONBUILD COPY --from=x:1", "x:1"],
        ["ONBUILD RUN --mount=from=y:1", "y:1"],
      ],
    );
  });

  it("report unknown values with the known parts", () => {
    const unknown = permanentlyUnknown();
    const file = "ARG A=node\nARG B\nARG C=${A}:22\nFROM ${C}\nFROM $B\nFROM fixed:1";
    assert.deepEqual(
      images(file, { A: unknown }).map(({ reference, open }) => [reference, open]),
      [
        ["unknown", unknown],
        [undefined, undefined],
        ["fixed:1", undefined],
      ],
    );
    assert.deepEqual(
      images("ARG A=x\nFROM $A:1\nFROM fixed:1\nFROM y:$TARGETARCH", unknown).map(({ open }) => open),
      [unknown, undefined, undefined],
    );
    assert.ok(images("ARG R\nFROM $R/node@sha256:1", { R: unknown })[0]?.open instanceof Unknown);
  });

  it("give the line and instruction", () => {
    assert.deepEqual(images("ARG A=x\n\nFROM ${A}"), [
      { line: 3, instruction: "FROM ${A}", reference: "x", open: undefined },
    ]);
    assert.deepEqual(instructionNames("arg A\nFROM x\nRUN <<E\nCOPY\nE\nOnBuild RUN x"), [
      "ARG",
      "FROM",
      "RUN",
      "ONBUILD",
    ]);
  });

  it("never throw", () => {
    const part = fc.constantFrom(
      "FROM ",
      "ARG A=",
      "$A",
      "${",
      "}",
      "\n",
      "\\",
      '"',
      "<<E",
      "COPY --from=",
      "#",
      " ",
      "`",
      "x:1",
      "RUN --mount=",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(part, fc.string()), { maxLength: 20 }),
        (parts) => images(parts.join("")).length >= 0,
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  it("does not read a Dockerfile that is missing, too large or not a file", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-dockerfile-"));
    try {
      fs.writeFileSync(path.join(folder, "Dockerfile"), "FROM here");
      fs.writeFileSync(path.join(folder, "Large"), "#".repeat(1_000_001));
      execFileSync("mkfifo", [path.join(folder, "Pipe")]);
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
        { dockerfile: path.join(folder, "Pipe") },
        { dockerfile: "/dev/zero" },
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
