import * as path from "node:path";
import { programFiles, readPlainFile } from "../engine/programFiles";
import { Unknown } from "../engine/unknowns";
import { type ImageBuild, readReference } from "../resources/imageResources";
import { type Instruction, instructionOf, readInstructions, wordsOf } from "./dockerfileLines";
import { ShellWordError } from "./shellPattern";
import { expandWord } from "./shellWord";

/** An image that a Dockerfile refers to. */
export interface NamedImage {
  /** Line of the instruction, counted from 1. */
  line: number;
  /** The instruction as messages show it: `FROM ${NODE_IMAGE}`, `COPY --from=node:22`. */
  instruction: string;
  /** With arguments expanded; `undefined` when Docker would reject it. Unknown values are replaced by a placeholder. */
  reference: string | undefined;
  /** An unknown value that the reference depends on. */
  open: Unknown | undefined;
}

export interface BuildSettings {
  /** Build arguments; an Unknown when not even their names are known. */
  args: Readonly<Record<string, unknown>> | Unknown;
  /** Target platforms. @default linux/amd64 */
  platforms?: readonly string[];
  /** Names of the build's named contexts, which no longer mean images. */
  contexts?: readonly string[];
}

/** The settings of a build that decide which images its Dockerfile refers to. */
export function buildSettings({ args, platforms, contexts }: ImageBuild): Required<BuildSettings> {
  return {
    args,
    platforms: [platforms].flat().filter((each): each is string => typeof each === "string" && each !== ""),
    contexts: contexts instanceof Unknown ? [] : Object.keys(contexts),
  };
}

/** Placeholder for a value that is not known yet. */
const placeholder = "unknown";

/**
 * The images that a Dockerfile refers to, except its own stages and `scratch`: in FROM, COPY --from and RUN
 * --mount=from, also after ONBUILD. They are expanded as BuildKit does, with the arguments that ARG declares before the
 * first FROM, the build's own and those of the platform; where platforms differ, there is one image for each. Never
 * throws.
 */
export function namedImages(dockerfile: string, { args, platforms = [], contexts = [] }: BuildSettings): NamedImage[] {
  const lines = readInstructions(dockerfile);
  const first = lines.instructions.findIndex(({ keyword }) => keyword === "FROM");
  const [globals, rest] = [
    lines.instructions.slice(0, Math.max(first, 0)),
    lines.instructions.slice(Math.max(first, 0)),
  ];
  const found = (platforms.length > 0 ? platforms : ["linux/amd64"]).flatMap((platform) => {
    const variables = globalArguments(globals, args, platform, lines.escapeCharacter);
    return imagesOf(rest, variables, contexts, lines.escapeCharacter);
  });
  const seen = new Set<string>();
  return found.filter(({ line, instruction, reference }) => {
    const key = JSON.stringify([line, instruction, reference]);
    return !seen.has(key) && seen.add(key);
  });
}

/** The names of a Dockerfile's instructions, in order: FROM, RUN, … */
export function instructionNames(dockerfile: string): string[] {
  return readInstructions(dockerfile).instructions.map(({ keyword }) => keyword);
}

type ArgumentValues = Map<string, string | Unknown>;

/**
 * The variables of FROM: the platform's arguments, and those that ARG declares before it. The build's own value
 * overrides a default.
 */
function globalArguments(
  globals: readonly Instruction[],
  args: BuildSettings["args"],
  platform: string,
  escapeCharacter: string,
): ArgumentValues {
  const given = (name: string): string | Unknown | undefined => {
    if (args instanceof Unknown) {
      return args;
    }
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    return value === undefined || value === null || value instanceof Unknown ? (value ?? undefined) : String(value);
  };
  const values: ArgumentValues = new Map();
  for (const [name, value] of platformArguments(platform)) {
    values.set(name, args instanceof Unknown ? value : (given(name) ?? value));
  }
  for (const { keyword, rest } of globals) {
    for (const word of keyword === "ARG" ? wordsOf(rest, escapeCharacter) : []) {
      const [, name = "", , written] = /^([^=]*)(=([\s\S]*))?$/.exec(word) ?? [];
      const value = given(name) ?? (written === undefined ? undefined : defaultValue(written, values, escapeCharacter));
      if (value !== undefined) {
        values.set(name, value);
      }
    }
  }
  return values;
}

/** The value of a default; `undefined` when Docker rejects it. */
function defaultValue(written: string, values: ArgumentValues, escapeCharacter: string): string | Unknown | undefined {
  const { text, open } = expand(written, values, escapeCharacter);
  return open ?? text;
}

function platformArguments(platform: string): [name: string, value: string][] {
  const [os = "", arch = "", variant = ""] = platform.split("/");
  const build = [
    ["BUILDPLATFORM", "linux/amd64"],
    ["BUILDOS", "linux"],
    ["BUILDARCH", "amd64"],
    ["BUILDVARIANT", ""],
  ];
  const target = [
    ["TARGETPLATFORM", platform],
    ["TARGETOS", os],
    ["TARGETARCH", arch],
    ["TARGETVARIANT", variant],
  ];
  const others = [
    ["BUILDOSVERSION", ""],
    ["TARGETOSVERSION", ""],
    ["TARGETSTAGE", "default"],
  ];
  return [...build, ...target, ...others] as [string, string][];
}

interface ExpandedWord {
  text: string | undefined;
  open: Unknown | undefined;
  /** Whether the word has a variable without a value. */
  unset: boolean;
}

function expand(word: string, values: ArgumentValues, escapeCharacter: string): ExpandedWord {
  let open: Unknown | undefined;
  let unset = false;
  try {
    const text = expandWord(
      word,
      (name) => {
        const value = values.get(name);
        if (value instanceof Unknown) {
          open ??= value;
          return placeholder;
        }
        unset ||= value === undefined;
        return value;
      },
      escapeCharacter,
    );
    return { text, open, unset };
  } catch (error) {
    if (error instanceof ShellWordError) {
      return { text: undefined, open, unset };
    }
    throw error;
  }
}

/** The images that instructions refer to, from the first FROM on. */
function imagesOf(
  instructions: readonly Instruction[],
  values: ArgumentValues,
  contexts: readonly string[],
  escapeCharacter: string,
): NamedImage[] {
  const stages = new Set(contexts.map((each) => each.toLowerCase()));
  const isImage = (name: string | undefined) =>
    name !== undefined && name !== "scratch" && !stages.has(name.toLowerCase());
  const bases: NamedImage[] = [];
  for (const { keyword, line, rest } of instructions) {
    if (keyword !== "FROM") {
      continue;
    }
    const [written = "", as, stage] = rest.split(/[\t\v\f\r ]+/);
    const { text, open, unset } = expand(written, values, escapeCharacter);
    // Only this comparison is case-sensitive in BuildKit.
    if (text === undefined || (text !== "scratch" && !stages.has(text))) {
      const refused = text === undefined || text === "" || (unset && readReference(text) === undefined);
      bases.push({ line, instruction: `FROM ${written}`, reference: refused ? undefined : text, open });
    }
    if (as?.toLowerCase() === "as" && stage !== undefined) {
      stages.add(stage.toLowerCase());
    }
  }
  // These may refer to a later stage, or to one by its number.
  const others = instructions
    .flatMap((each) => sourcesOf(each, escapeCharacter))
    .filter(({ reference }) => isImage(reference) && !/^\d+$/.test(reference ?? ""));
  return [...bases, ...others].toSorted((a, b) => a.line - b.line);
}

/** The images that an instruction copies or mounts files from. Docker does not expand variables there. */
function sourcesOf(instruction: Instruction, escapeCharacter: string): NamedImage[] {
  const { line, keyword, flags, rest } = instruction;
  if (keyword === "ONBUILD") {
    // A build on this image parses it again, without the directives of this file.
    const inner = instructionOf(rest, line, "\\");
    return inner === undefined
      ? []
      : sourcesOf(inner, "\\").map((each) => ({ ...each, instruction: `ONBUILD ${each.instruction}` }));
  }
  const names =
    keyword === "COPY"
      ? flags.flatMap((flag) => /^--from=([\s\S]+)$/.exec(flag)?.[1] ?? [])
      : keyword === "RUN"
        ? flags
            .flatMap((flag) => fromOf(/^--mount=([\s\S]+)$/.exec(flag)?.[1] ?? "") ?? [])
            .map((name) => withoutQuotes(name, escapeCharacter))
        : [];
  return names.map((name) => ({
    line,
    instruction: keyword === "COPY" ? `COPY --from=${name}` : `RUN --mount=from=${name}`,
    reference: name,
    open: undefined,
  }));
}

/** Removes quotes and escapes from a name. A name that Docker rejects or that has a variable stays as written. */
function withoutQuotes(name: string, escapeCharacter: string): string {
  const { text, unset } = expand(name, new Map(), escapeCharacter);
  return unset ? name : (text ?? name);
}

/** The source of a mount: the last `from` counts. */
function fromOf(mount: string): string | undefined {
  return fieldsOf(mount)
    .flatMap((field) => /^from=([\s\S]+)$/i.exec(field)?.[1] ?? [])
    .at(-1);
}

/** The fields of a mount, which is a line of CSV. */
function fieldsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

/** Maximum size. Dockerfiles have a few kilobytes; anything much larger is something else. */
const maximumBytes = 1_000_000;

/**
 * The content of a build's Dockerfile: inline, or from a file on this machine.
 *
 * @returns `undefined` when there is no such file, as with a remote context.
 */
export function readDockerfile(build: Pick<ImageBuild, "context" | "dockerfile" | "inline">): string | undefined {
  if (typeof build.inline === "string" && build.inline !== "") {
    return build.inline;
  }
  const { context, dockerfile } = build;
  const file =
    typeof dockerfile === "string" && dockerfile !== ""
      ? dockerfile
      : typeof context === "string"
        ? path.join(context, "Dockerfile")
        : undefined;
  if (file === undefined) {
    return undefined;
  }
  for (const candidate of programFiles(file)) {
    const text = readPlainFile(candidate, maximumBytes);
    if (text !== undefined) {
      return text;
    }
  }
  return undefined;
}
