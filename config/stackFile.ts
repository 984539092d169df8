import * as fs from "node:fs";
import * as path from "node:path";
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  type Scalar,
  type ScalarTag,
  type Tags,
} from "yaml";
import type { Fault } from "../ecr/faults";
import { didYouMean, nearestWord } from "../ecr/values/nearestWord";
import { emptyFix, hidden, quotedFix, unknownKeyRule, unquotedFix } from "./schemaFaults";

/** A stack file, `Pulumi.<stack>.yaml`, as far as it can be read without Pulumi. */
export interface StackFile {
  /** The name in messages: `Pulumi.dev.yaml`. */
  name: string;
  /** Faults in the file's syntax and structure. */
  faults: Fault[];
  /** Every value in the engine's format, by `<namespace>:<key>`. Secrets are replaced by a placeholder. */
  values: Record<string, string>;
  /** Whether more values come from Pulumi ESC environments. */
  importsEnvironments: boolean;
  /**
   * Adds positions such as `Pulumi.dev.yaml:12:5` to faults and sorts by them. A missing value gets its parent's
   * position. A value that must be a string, but is written without quotes, is shown and quoted as the file has it.
   */
  located(faults: readonly Fault[]): Fault[];
  /** Whether a path is in an encrypted value, whose content is not known here. */
  isSecret(path: string): boolean;
}

/** The folder of a project's stack files: beside Pulumi.yaml, or its `stackConfigDir`. */
export function stackFilesFolder(project: string): string {
  const { stackConfigDir } = projectSettings(project);
  return path.join(project, typeof stackConfigDir === "string" ? stackConfigDir : "");
}

/** The content of Pulumi.yaml. Empty when it cannot be read, which Pulumi reports itself. */
function projectSettings(project: string): Record<string, unknown> {
  try {
    return asRecord(parseDocument(fs.readFileSync(path.join(project, "Pulumi.yaml"), "utf8")).toJS());
  } catch {
    return {};
  }
}

/** Values that Pulumi.yaml sets for all stacks (`config`: `value`, `default`). */
export function projectValues(project: string, namespace: string): Record<string, string> {
  const entries = Object.entries(asRecord(projectSettings(project)["config"])).flatMap(([key, entry]) => {
    const { value = undefined, default: otherwise = value } = asRecord(entry);
    return otherwise === undefined ? [] : [[qualified(key, namespace), engineString(otherwise)] as const];
  });
  return Object.fromEntries(entries);
}

/** Top-level keys of a stack file (Pulumi's ProjectStack). */
const topKeys = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

/**
 * Plain scalars that Pulumi's parser (Go's yaml.v3) resolves differently from YAML 1.2: numbers with a leading zero are
 * octal, numbers may contain `_`, and a date becomes a time, which arrives in Go's string format.
 */
const pulumiScalarTags = (tags: Tags): Tags => [
  plainScalar("int", /^[-+]?0[0-7]+$/, (word) => Number.parseInt(word, 8)),
  plainScalar("int", /^[-+]?[1-9]\d*(_\d+)+$/, (word) => Number(word.replaceAll("_", ""))),
  plainScalar("timestamp", /^\d{4}-\d\d-\d\d$/, (word) => `${word} 00:00:00 +0000 UTC`),
  ...tags,
];

function plainScalar(tag: string, test: RegExp, resolve: (word: string) => unknown): ScalarTag {
  return { tag: `tag:yaml.org,2002:${tag}`, default: true, test, resolve };
}

/** Placeholder for encrypted values. */
const secret = "(secret)";

/**
 * Reads a stack file.
 *
 * @param namespace The namespace of keys without one: the project's name.
 * @throws The file system's error.
 */
export function readStackFile(file: string, namespace: string): StackFile {
  const name = path.relative(process.cwd(), file) || file;
  const lines = new LineCounter();
  const text = fs.readFileSync(file, "utf8");
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, customTags: pulumiScalarTags });
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const config = document.get("config", true);
  const faults = document.errors.map(({ message, pos }) => ({
    place: placeAt(pos[0]),
    path: "YAML",
    value: text.slice(text.lastIndexOf("\n", pos[0] - 1) + 1).split("\n")[0],
    rule: `${message.replace(/\.$/, "")}.`,
    fix: "correct the file's YAML syntax.",
  }));
  const find = (text: string) => findNode(config, text, namespace);
  const offsetOf = ({ pair, node }: ConfigNode, isKey: boolean) =>
    (isKey || isBlock(node) ? undefined : offset(node)) ?? offset(pair?.key);
  return {
    name,
    faults: faults.length > 0 ? faults : shapeFaults(document, placeAt),
    values: faults.length > 0 ? {} : valuesOf(config, document, namespace),
    importsEnvironments: document.has("environment"),
    located: (found) =>
      found
        .map((fault) => ({ fault, found: find(fault.path) }))
        .map(({ fault, found }) => ({
          fault: withSource(fault, writtenScalar(found, document)),
          at: offsetOf(found, fault.rule === unknownKeyRule),
        }))
        .sort((one, other) => (one.at ?? 0) - (other.at ?? 0))
        .map(({ fault, at }) => (at === undefined ? fault : { ...fault, place: placeAt(at) })),
    isSecret: (text) => {
      const { node, trail } = find(text);
      return [...trail, node].some(isSecretNode);
    },
  };
}

/** Faults of the file's structure, such as misspelled top-level keys, which Pulumi would silently ignore. */
function shapeFaults(document: Document, placeAt: (offset: number) => string): Fault[] {
  const { contents } = document;
  const fault = (at: number, text: string, value: unknown, rule: string, fix: string): Fault[] => [
    { place: placeAt(at), path: text, value, rule, fix },
  ];
  if (contents === null) return [];
  if (!isMap(contents)) {
    return fault(0, "YAML", document.toJS(), "a stack's file must be a map.", "write config: and its keys.");
  }
  return contents.items.flatMap(({ key, value }) => {
    const word = isScalar(key) ? String(key.value) : "";
    const at = offset(key) ?? 0;
    if (word === "config" && value !== null && !isMap(value) && !(isScalar(value) && value.value === null)) {
      return fault(at, "config", isScalar(value) ? value.value : "a list", "must be a map.", "write one key per line.");
    }
    const meant = topKeys.includes(word) ? undefined : (nearestWord(word, topKeys) ?? (word.includes(":") && "config"));
    if (!meant) return [];
    const fix = word.includes(":") ? "move it under config:." : `${didYouMean(word, topKeys)}Correct it.`;
    return fault(at, word, isScalar(value) ? value.value : {}, "Pulumi has no such key.", fix);
  });
}

/** The scalar at a fault's path; undefined if the file has none there. */
function writtenScalar({ node, left }: NearestNode, document: Document): Scalar | undefined {
  const written = isAlias(node) ? node.resolve(document) : node;
  return left === 0 && isScalar(written) ? written : undefined;
}

/** A fault that a string is missing where the file has a number, a boolean, a null or a date: with its text. */
function withSource(fault: Fault, written: Scalar | undefined): Fault {
  const { fix, rule, value } = fault;
  const isUnquoted =
    fix === unquotedFix || (/must be a string\b/.test(rule) && /^(number|boolean)$/.test(typeof value));
  if (!written?.source || value === hidden || !(isUnquoted || fix === emptyFix)) return fault;
  return { ...fault, source: written.source, fix: quotedFix(written.source, fix === emptyFix) };
}

interface ConfigNode {
  node: unknown;
  pair?: Pair;
  /** All ancestors of the node. */
  trail: unknown[];
}

interface NearestNode extends ConfigNode {
  /** The length of the path's rest, below the node. */
  left: number;
}

/** The node at a fault's path, or its nearest existing ancestor. Keys may contain dots and brackets. */
function findNode(config: unknown, text: string, namespace: string): NearestNode {
  let best: NearestNode = { node: config, trail: [], left: Number.POSITIVE_INFINITY };
  const visit = (node: unknown, rest: string, found: ConfigNode) => {
    if (rest.length < best.left) best = { ...found, left: rest.length };
    if (isMap(node)) {
      for (const pair of node.items) {
        const key = isScalar(pair.key) ? String(pair.key.value) : "";
        const name = node === config ? qualified(key, namespace) : key;
        const start = node === config ? rest : rest.replace(/^\./, "");
        const after = start.slice(name.length);
        if (start.startsWith(name) && ["", ".", "["].includes(after.charAt(0))) {
          visit(pair.value, after, { node: pair.value, pair, trail: [...found.trail, node] });
        }
      }
    }
    const [whole = "", index] = /^\[(\d+)\]/.exec(rest) ?? [];
    if (isSeq(node) && index !== undefined && node.items[Number(index)] !== undefined) {
      const item = node.items[Number(index)];
      visit(item, rest.slice(whole.length), { node: item, trail: [...found.trail, node] });
    }
  };
  visit(config, text, best);
  return best;
}

function valuesOf(config: unknown, document: Document, namespace: string): Record<string, string> {
  if (!isMap(config)) return {};
  return Object.fromEntries(
    config.items.flatMap(({ key, value }) => {
      if (!isScalar(key) || isSecretNode(value)) return [];
      const read: unknown =
        isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value.toJS(document) : null;
      return [[qualified(String(key.value), namespace), engineString(withoutSecrets(read))] as const];
    }),
  );
}

function engineString(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") return secret;
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutSecrets(each)]));
}

function isSecretNode(node: unknown): boolean {
  const [pair, ...others] = isMap(node) ? node.items : [];
  return others.length === 0 && isScalar(pair?.key) && pair.key.value === "secure";
}

/** Pulumi prefixes keys that have no namespace with the project's name. */
function qualified(key: string, namespace: string): string {
  return key.includes(":") ? key : `${namespace}:${key}`;
}

/** Whether the node is a block collection, which is located by its key. */
function isBlock(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true;
}

function offset(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
