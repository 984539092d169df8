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
  type ScalarTag,
  type Tags,
} from "yaml";
import type { Fault } from "../ecr/faults";
import { didYouMean, nearestWord } from "../ecr/nearestWord";
import { unknownKeyRule } from "./schemaFaults";

/** A stack's file, `Pulumi.<stack>.yaml`, as far as it can be read without Pulumi. */
export interface StackFile {
  /** As messages name it: `Pulumi.dev.yaml`. */
  name: string;
  /** What is wrong with the file itself. */
  faults: Fault[];
  /** Every value as the engine would give it, by `<namespace>:<key>`; secrets have a text in their place. */
  values: Record<string, string>;
  /** Whether the values come from elsewhere too: Pulumi ESC. */
  importsEnvironments: boolean;
  /** The faults with their places, `Pulumi.dev.yaml:12:5`, in their order. What is not there has the place of what is around it. */
  located(faults: readonly Fault[]): Fault[];
  /** Whether a path leads to what is encrypted: nobody knows what it is. */
  isSecret(path: string): boolean;
}

/** Where the files of a project's stacks are: beside Pulumi.yaml, or where it says (`stackConfigDir`). */
export function stackFilesFolder(project: string): string {
  const { stackConfigDir } = projectSettings(project);
  return path.join(project, typeof stackConfigDir === "string" ? stackConfigDir : "");
}

/** Pulumi.yaml of a project; nothing of one that cannot be read: Pulumi says so itself. */
function projectSettings(project: string): Record<string, unknown> {
  try {
    return plain(parseDocument(fs.readFileSync(path.join(project, "Pulumi.yaml"), "utf8")).toJS());
  } catch {
    return {};
  }
}

/** Values that a project gives to all of its stacks (`config` of Pulumi.yaml: `value`, `default`). */
export function projectValues(project: string, namespace: string): Record<string, string> {
  const entries = Object.entries(plain(projectSettings(project)["config"])).flatMap(([key, entry]) => {
    const { value = undefined, default: otherwise = value } = plain(entry);
    return otherwise === undefined ? [] : [[qualified(key, namespace), engineText(otherwise)] as const];
  });
  return Object.fromEntries(entries);
}

/** What a stack's file holds at its top (Pulumi's ProjectStack). */
const topKeys = ["config", "environment", "secretsprovider", "encryptedkey", "encryptionsalt"];

/**
 * Plain words that Pulumi's parser (Go's yaml.v3) takes for something else than YAML 1.2 does: numbers with a leading zero
 * are octal, `_` may stand in them, and a day is a time, which arrives as the text that Go prints.
 */
const asPulumi = (tags: Tags): Tags => [
  plainWord("int", /^[-+]?0[0-7]+$/, (word) => Number.parseInt(word, 8)),
  plainWord("int", /^[-+]?[1-9]\d*(_\d+)+$/, (word) => Number(word.replaceAll("_", ""))),
  plainWord("timestamp", /^\d{4}-\d\d-\d\d$/, (word) => `${word} 00:00:00 +0000 UTC`),
  ...tags,
];

function plainWord(tag: string, test: RegExp, resolve: (word: string) => unknown): ScalarTag {
  return { tag: `tag:yaml.org,2002:${tag}`, default: true, test, resolve };
}

/** Stands for what is encrypted. */
const secret = "(secret)";

/**
 * Reads a stack's file.
 *
 * @param namespace Of keys without one: the project's name.
 * @throws the error of the file system.
 */
export function readStackFile(file: string, namespace: string): StackFile {
  const name = path.relative(process.cwd(), file) || file;
  const lines = new LineCounter();
  const text = fs.readFileSync(file, "utf8");
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, customTags: asPulumi });
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
    fix: "correct the file's syntax.",
  }));
  const find = (text: string) => findNode(config, text, namespace);
  const offsetOf = ({ pair, node }: Found, isKey: boolean) =>
    (isKey || isBlock(node) ? undefined : offset(node)) ?? offset(pair?.key);
  return {
    name,
    faults: faults.length > 0 ? faults : shapeFaults(document, placeAt),
    values: faults.length > 0 ? {} : valuesOf(config, document, namespace),
    importsEnvironments: document.has("environment"),
    located: (found) =>
      found
        .map((fault) => ({ fault, at: offsetOf(find(fault.path), fault.rule === unknownKeyRule) }))
        .sort((one, other) => (one.at ?? 0) - (other.at ?? 0))
        .map(({ fault, at }) => (at === undefined ? fault : { ...fault, place: placeAt(at) })),
    isSecret: (text) => {
      const { node, trail } = find(text);
      return [...trail, node].some(isSecretNode);
    },
  };
}

/** Faults of the file around the config: keys that Pulumi does not know, and would not look at. */
function shapeFaults(document: Document, placeAt: (offset: number) => string): Fault[] {
  const { contents } = document;
  const fault = (at: number, text: string, value: unknown, rule: string, fix: string): Fault[] => [
    { place: placeAt(at), path: text, value, rule, fix },
  ];
  if (contents === null) return [];
  if (!isMap(contents))
    return fault(0, "YAML", document.toJS(), "a stack's file is a map.", "write config: and its keys.");
  return contents.items.flatMap(({ key, value }) => {
    const word = isScalar(key) ? String(key.value) : "";
    const at = offset(key) ?? 0;
    if (word === "config" && value !== null && !isMap(value) && !(isScalar(value) && value.value === null)) {
      return fault(at, "config", isScalar(value) ? value.value : "a list", "must be a map.", "write one key a line.");
    }
    const meant = topKeys.includes(word) ? undefined : (nearestWord(word, topKeys) ?? (word.includes(":") && "config"));
    if (!meant) return [];
    const fix = word.includes(":") ? "move it below config:." : `${didYouMean(word, topKeys)}Correct it.`;
    return fault(at, word, isScalar(value) ? value.value : {}, "Pulumi does not know this key.", fix);
  });
}

interface Found {
  node: unknown;
  pair?: Pair;
  /** Every node on the way. */
  trail: unknown[];
}

/** The node that a fault's path leads to, or the last one on the way. Keys may have dots and brackets in them. */
function findNode(config: unknown, text: string, namespace: string): Found {
  let best: Found & { left: number } = { node: config, trail: [], left: Number.POSITIVE_INFINITY };
  const visit = (node: unknown, rest: string, found: Found) => {
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
      return [[qualified(String(key.value), namespace), engineText(withoutSecrets(read))] as const];
    }),
  );
}

function engineText(value: unknown): string {
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

/** Pulumi puts the project's name before a key without a namespace. */
function qualified(key: string, namespace: string): string {
  return key.includes(":") ? key : `${namespace}:${key}`;
}

/** What stands on several lines begins at its key, for a reader. */
function isBlock(node: unknown): boolean {
  return (isMap(node) || isSeq(node)) && node.flow !== true;
}

function offset(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function plain(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
