import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Fault } from "../../ecr/faults";
import { type ContextPaths, isSentToDocker } from "./contextFiles";

/**
 * The source of a build secret: exactly one of the three. Environment variables and files are read only when the image
 * is built.
 */
export interface BuildSecret {
  /** Name of an environment variable on the machine that runs `pulumi up`. @default none */
  env?: string;
  /** A file, relative to the project's root; `~/` is the user's home. UTF-8, at most 500 KB. @default none */
  file?: string;
  /** The value itself, such as `config.requireSecret("npmToken")`. Kept as a secret. @default none */
  value?: pulumi.Input<string>;
}

/** BuildKit's limit (session/secrets, MaxSecretSize). */
const maximumBytes = 500 * 1024;

/** Checks the ID of a secret or SSH agent in a Dockerfile: it must not contain separators of buildx's lists. */
export function buildIdFaults(id: string, path: string): Fault[] {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(id)) return [];
  const rule = "an id must begin with a letter, a digit or `_` and can have only letters, digits, `_`, `.` and `-`.";
  return [{ path, value: id, rule, fix: 'use the id of the Dockerfile\'s RUN --mount, such as "npm_token".' }];
}

/** Faults of these secrets; empty when there are none. Reads no secret, and no fault shows one. */
export function buildSecretFaults(secrets: Readonly<Record<string, BuildSecret>>, context: ContextPaths): Fault[] {
  return Object.entries(secrets).flatMap(([id, secret]) => {
    const path = `secrets.${id}`;
    return [...buildIdFaults(id, path), ...sourceFaults(secret, path, context)];
  });
}

function sourceFaults(secret: unknown, path: string, context: ContextPaths): Fault[] {
  const { env, file, value, ...others } = (typeof secret === "object" && secret !== null ? secret : {}) as BuildSecret;
  const given = [env, file, value].filter((each) => each !== undefined && each !== null);
  if (given.length !== 1 || Object.keys(others).length > 0) {
    const rule = "a secret must come from exactly one place: an environment variable, a file, or a Pulumi secret.";
    // The value found may be the secret.
    return [
      { path, value: "(hidden)", rule, fix: 'write { env: "NPM_TOKEN" }, { file: "~/.npmrc" } or { value: … }.' },
    ];
  }
  if (env !== undefined) return envFaults(env, `${path}.env`);
  return file === undefined ? [] : fileFaults(file, `${path}.file`, context);
}

function envFaults(env: unknown, path: string): Fault[] {
  if (typeof env === "string" && /^[A-Za-z_][A-Za-z0-9_]*$/.test(env)) return [];
  // The user may have written the secret instead of a name.
  const rule = "an environment variable's name must be letters, digits and `_`, not beginning with a digit.";
  return [
    { path, value: "(hidden)", rule, fix: "write the variable's name; its value is read when the image is built." },
  ];
}

function fileFaults(file: unknown, at: string, { context, dockerfile }: ContextPaths): Fault[] {
  if (typeof file !== "string" || file === "") {
    return [{ path: at, value: file, rule: "must be a file's path.", fix: 'write one such as "~/.npmrc".' }];
  }
  const isSent = isSentToDocker({ context, dockerfile });
  // Both the path as written and its real path.
  const below = [path.resolve, realPath]
    .map((place) =>
      path
        .relative(place(context), place(expandHome(file)))
        .split(path.sep)
        .join("/"),
    )
    .find((each) => !each.startsWith("../") && !path.isAbsolute(each) && isSent(each));
  if (below === undefined) return [];
  return [
    {
      path: at,
      value: file,
      rule: "this file is part of the build context: it could end up in the image, and a new secret would give the image a new tag.",
      fix: `write ${JSON.stringify(below)} into .dockerignore, or keep the file elsewhere.`,
    },
  ];
}

/** For a path that does not exist (yet), the path as written. */
function realPath(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return path.resolve(file);
  }
}

/** Expands a leading `~/` to the user's home, as a shell does. */
export function expandHome(file: string): string {
  return file.startsWith("~/") ? path.join(os.homedir(), file.slice(2)) : file;
}

/** The secrets that can be read now, each marked as a secret, and why others cannot. */
export function readBuildSecrets(secrets: Readonly<Record<string, BuildSecret>>): {
  values: Record<string, pulumi.Output<string>>;
  faults: Fault[];
} {
  const values: Record<string, pulumi.Output<string>> = {};
  const faults: Fault[] = [];
  for (const [id, { env, file, value = "" }] of Object.entries(secrets)) {
    const read =
      env !== undefined ? readEnv(env, id) : file !== undefined ? readFile(file, id) : checkedValue(value, id);
    if ("fault" in read) faults.push(read.fault);
    else values[id] = pulumi.secret(read.value);
  }
  return { values, faults };
}

type SecretResult = { value: pulumi.Input<string> } | { fault: Fault };

function readEnv(name: string, id: string): SecretResult {
  const value = process.env[name];
  if (value) return { value };
  const rule = "the build uses this environment variable's value, but it is not set here.";
  return { fault: { path: `secrets.${id}.env`, value: name, rule, fix: `set ${name} where \`pulumi up\` runs.` } };
}

/** A value that is known later can only be checked by the provider. */
function checkedValue(value: pulumi.Input<string>, id: string): SecretResult {
  if (value !== "") return { value };
  const rule = "the image is built with this value, and it is empty.";
  return { fault: { path: `secrets.${id}.value`, value, rule, fix: "set it, or leave the secret out." } };
}

function readFile(file: string, id: string): SecretResult {
  const refuse = (rule: string, fix: string): SecretResult => ({
    fault: { path: `secrets.${id}.file`, value: file, rule, fix },
  });
  const real = expandHome(file);
  try {
    const { size } = fs.statSync(real);
    if (size > maximumBytes) {
      return refuse(
        `BuildKit accepts secrets of at most 500 KB; this file has ${size.toLocaleString("en")} bytes.`,
        "name a smaller file.",
      );
    }
    const content = fs.readFileSync(real);
    const value = content.toString("utf8");
    if (Buffer.from(value).equals(content)) return { value };
    return refuse(
      "Pulumi passes secrets on as strings, and this file is not UTF-8.",
      "encode it, for example with base64.",
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return refuse(
      `the build uses this file's content, but it cannot be read here (${code}).`,
      "create it where `pulumi up` runs.",
    );
  }
}
