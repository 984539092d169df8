// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have a syntax of their own.
import * as fs from "node:fs";
import * as path from "node:path";
import type { ImageBuild } from "./imageResources";
import { programFiles } from "./programFiles";

/** An image that a Dockerfile builds on. */
export interface BaseImage {
  /** Line of the FROM, counted from 1. */
  line: number;
  /** As it stands in the Dockerfile: `${NODE_IMAGE}`. */
  written: string;
  /** With the arguments filled in; `undefined` when one of them has no value. */
  reference: string | undefined;
  /** Arguments that it takes its value from. */
  variables: readonly string[];
}

/**
 * The images that a Dockerfile builds on, but for its own stages and `scratch`: the references of FROM, with the defaults of ARG
 * instructions before the first FROM and the build's arguments filled in. Never throws.
 */
export function baseImages(dockerfile: string, args: Readonly<Record<string, unknown>>): BaseImage[] {
  // Loaded when first needed: most stacks that are judged build no image.
  const { DockerfileParser } = require("dockerfile-ast") as typeof import("dockerfile-ast");
  const parsed = DockerfileParser.parse(dockerfile);
  const defaults: Record<string, unknown> = {};
  for (const arg of parsed.getInitialARGs()) {
    const property = arg.getProperty();
    if (property) {
      defaults[property.getName()] = property.getValue() ?? undefined;
    }
  }
  const values = { ...defaults, ...pick(args, Object.keys(defaults)) };
  const stages = new Set<string>();
  const found: BaseImage[] = [];
  for (const from of parsed.getFROMs()) {
    const written = from.getImage();
    if (written && written !== "scratch" && !stages.has(written.toLowerCase())) {
      const variables = [...written.matchAll(variable)].map((match) => match[1] ?? match[4] ?? "");
      found.push({ line: from.getRange().start.line + 1, written, reference: filledIn(written, values), variables });
    }
    const stage = from.getBuildStage();
    if (stage) {
      stages.add(stage.toLowerCase());
    }
  }
  return found;
}

/** The instructions of a Dockerfile by name, in their order: FROM, RUN, … */
export function instructions(dockerfile: string): string[] {
  const { DockerfileParser } = require("dockerfile-ast") as typeof import("dockerfile-ast");
  return DockerfileParser.parse(dockerfile)
    .getInstructions()
    .map((each) => each.getKeyword());
}

/** `$NAME`, `${NAME}`, or with an operator and a word: `${NAME:-word}`. */
const variable = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** Only arguments that an ARG declares before the first FROM count there. */
function pick(args: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(args, name)).map((name) => [name, args[name]]));
}

function filledIn(written: string, values: Readonly<Record<string, unknown>>): string | undefined {
  let complete = true;
  const reference = written.replace(
    variable,
    (
      _,
      braced: string | undefined,
      operator: string | undefined,
      word: string | undefined,
      plain: string | undefined,
    ) => {
      const value = values[braced ?? plain ?? ""];
      const isSet = typeof value === "string" && (value !== "" || operator?.startsWith(":") !== true);
      if (operator?.endsWith("+")) {
        return isSet ? (word ?? "") : "";
      }
      if (isSet) {
        return value;
      }
      if (operator !== undefined) {
        return word ?? "";
      }
      complete = false;
      return "";
    },
  );
  return complete && reference !== "" ? reference : undefined;
}

/** A Dockerfile is some kilobytes; anything much larger is something else. */
const maximumBytes = 1_000_000;

/**
 * The text of a build's Dockerfile, where it can be read: given as text, or a file on this machine.
 *
 * @returns `undefined` when there is no such file, as for a context that is fetched.
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
    const text = read(candidate);
    if (text !== undefined) {
      return text;
    }
  }
  return undefined;
}

function read(file: string): string | undefined {
  try {
    const { size } = fs.statSync(file);
    return size <= maximumBytes ? fs.readFileSync(file, "utf8") : undefined;
  } catch {
    // Not there, or not for us to read.
    return undefined;
  }
}
