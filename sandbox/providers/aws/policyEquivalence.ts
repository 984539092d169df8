import { isObject } from "../../../ecr/values/jsonObjects";

/**
 * Whether the released provider considers two policy documents equivalent (hashicorp/awspolicyequivalence 1.7): the
 * order of statements and lists does not matter, a single value equals a list of one, an account equals its root user,
 * and `Effect` is case-insensitive. Everything else counts: the case of actions, repeated values, a missing `Version`
 * or `Condition`.
 *
 * @throws SyntaxError when one is not JSON.
 */
export function policiesAreEquivalent(left: string, right: string): boolean {
  const empty = (text: string) => ["", "{}"].includes(text.trim());
  if (empty(left) || empty(right)) return empty(left) && empty(right);
  const [ours, theirs] = [readDocument(left), readDocument(right)];
  return (
    ours.version === theirs.version &&
    ours.id === theirs.id &&
    ours.statements.length === theirs.statements.length &&
    ours.statements.every((each) => theirs.statements.some((other) => sameStatement(each, other))) &&
    theirs.statements.every((each) => ours.statements.some((other) => sameStatement(each, other)))
  );
}

type Document = Record<string, unknown>;

function readDocument(text: string) {
  const document: unknown = JSON.parse(text);
  const { Version = "", Id = "", Statement } = isObject(document) ? document : {};
  return { version: Version, id: Id, statements: [Statement ?? []].flat().filter(isObject) };
}

function sameStatement(ours: Document, theirs: Document): boolean {
  const effect = (statement: Document) => String(statement["Effect"] ?? "").toLowerCase();
  return (
    (ours["Sid"] ?? "") === (theirs["Sid"] ?? "") &&
    effect(ours) === effect(theirs) &&
    ["Action", "NotAction", "Resource", "NotResource"].every((key) => sameList(ours[key], theirs[key])) &&
    sameConditions(ours["Condition"], theirs["Condition"]) &&
    ["Principal", "NotPrincipal"].every((key) => samePrincipals(ours[key], theirs[key]))
  );
}

function stringsOf(values: unknown): string[] {
  return values === undefined || values === null ? [] : [values].flat().map(String);
}

/** The same values, repeated equally often, in any order. */
function sameList(ours: unknown, theirs: unknown): boolean {
  return JSON.stringify(stringsOf(ours).sort()) === JSON.stringify(stringsOf(theirs).sort());
}

/** The same values, equally many. */
function sameSet(ours: readonly string[], theirs: readonly string[]): boolean {
  return (
    ours.length === theirs.length &&
    ours.every((each) => theirs.includes(each)) &&
    theirs.every((each) => ours.includes(each))
  );
}

function sameConditions(ours: unknown, theirs: unknown): boolean {
  if (!isObject(ours) || !isObject(theirs)) return isObject(ours) === isObject(theirs);
  const operators = Object.keys(ours);
  return (
    sameSet(operators, Object.keys(theirs)) &&
    operators.every((operator) => {
      const [left, right] = [ours[operator], theirs[operator]];
      if (!isObject(left) || !isObject(right)) return false;
      const keys = Object.keys(left);
      return (
        sameSet(keys, Object.keys(right)) && keys.every((key) => sameSet(stringsOf(left[key]), stringsOf(right[key])))
      );
    })
  );
}

function samePrincipals(ours: unknown, theirs: unknown): boolean {
  if (ours === undefined && theirs === undefined) return true;
  if (typeof ours === "string" && typeof theirs === "string") return samePrincipal(ours, theirs);
  const [left, right] = [principalLists(ours), principalLists(theirs)];
  const among = (names: readonly string[], others: readonly string[]) =>
    names.every((name) => others.some((other) => samePrincipal(name, other)));
  return (
    typeof ours !== "string" &&
    typeof theirs !== "string" &&
    sameSet([...left.keys()], [...right.keys()]) &&
    [...left].every(([kind, names]) => {
      const others = right.get(kind) ?? [];
      return names.length === others.length && among(names, others) && among(others, names);
    })
  );
}

/** Principal names by kind, without empty kinds. */
function principalLists(principal: unknown): Map<string, string[]> {
  const kinds = Object.entries(isObject(principal) ? principal : {}).map(([kind, names]): [string, string[]] => [
    kind,
    stringsOf(names),
  ]);
  return new Map(kinds.filter(([, names]) => names.length > 0));
}

function samePrincipal(ours: string, theirs: string): boolean {
  const rootOf = (name: string) => /^arn:[^:]+:iam::(\d{12}):root$/.exec(name)?.[1];
  return ours === theirs || rootOf(ours) === theirs || rootOf(theirs) === ours;
}
