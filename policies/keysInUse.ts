import { lookup } from "./lookup";
import { placeOf, samePlace } from "./places";
import { repositoryTypes, resourceTypes } from "./resources";
import type { Stack, StackSubject } from "./rule";
import type { Unknown } from "./unknowns";

/** Each kind of key, with its property that says whether it works. */
export const enabledBy: Readonly<Record<string, string>> = {
  [resourceTypes.key]: "isEnabled",
  [resourceTypes.replicaKey]: "enabled",
  [resourceTypes.externalKey]: "enabled",
  [resourceTypes.replicaExternalKey]: "enabled",
};
export const keyTypes: readonly string[] = Object.keys(enabledBy);

/** A repository or template that is encrypted with a key. */
interface User {
  user: StackSubject;
  /** What stands in the way of being sure. */
  doubt?: Unknown;
}

/** Each key that something of the stack is encrypted with, and the first thing that is, surely where it can be told. */
export function keysInUse(stack: Stack): Map<StackSubject, User> {
  const keys = keyFinder(stack);
  const found = new Map<StackSubject, User>();
  for (const user of stack.ofType(...repositoryTypes)) {
    for (const { key, doubt } of keys(user)) {
      const known = found.get(key);
      if (known === undefined || (known.doubt !== undefined && doubt === undefined)) {
        found.set(key, { user, ...(doubt && { doubt }) });
      }
    }
  }
  return found;
}

interface Use {
  key: StackSubject;
  doubt?: Unknown | undefined;
}

/**
 * Finds the keys of a repository: by what it depends on, an alias in between or not, or by the name that it writes. An alias's
 * name is one within an account and region; a key's id and every ARN is one everywhere.
 */
function keyFinder(stack: Stack): (user: StackSubject) => Use[] {
  const keys = stack.ofType(...keyTypes);
  const keyByUrn = lookup(keys, ({ urn }) => [urn]);
  const keyByName = lookup(keys, (key) => ["arn", "keyId", "id"].map((each) => textOf(key.read(each))));
  const aliases = stack.ofType(resourceTypes.keyAlias).map((alias) => ({
    urn: alias.urn,
    arn: textOf(alias.read("arn")),
    name: textOf(alias.read("name")),
    place: placeOf(alias),
    keys: [
      ...alias.dependencies("targetKeyId").flatMap(({ urn }) => keyByUrn(urn)),
      ...keyByName(textOf(alias.read("targetKeyId"))),
    ],
  }));
  const aliasByUrn = lookup(aliases, ({ urn }) => [urn]);
  const aliasByArn = lookup(aliases, ({ arn }) => [arn]);
  const aliasByName = lookup(aliases, ({ name }) => [name]);
  return (user) => {
    const sources = user.dependencies("encryptionConfigurations").map(({ urn }) => urn);
    const names = namesOf(user);
    const place = placeOf(user);
    const ofAlias = (alias: (typeof aliases)[number], here: boolean | Unknown): Use[] =>
      here === false ? [] : alias.keys.map((key) => ({ key, doubt: here === true ? undefined : here }));
    return [
      ...[...sources.flatMap(keyByUrn), ...names.flatMap(keyByName)].map((key) => ({ key })),
      ...names.flatMap(aliasByArn).flatMap((alias) => ofAlias(alias, true)),
      ...[...sources.flatMap(aliasByUrn), ...names.flatMap(aliasByName)].flatMap((alias) =>
        ofAlias(alias, samePlace(place, alias.place)),
      ),
    ];
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function namesOf(user: StackSubject): string[] {
  const configurations = user.read("encryptionConfigurations");
  return (Array.isArray(configurations) ? configurations : []).flatMap((each) => {
    const { kmsKey } = (each ?? {}) as Record<string, unknown>;
    return typeof kmsKey === "string" ? [kmsKey] : [];
  });
}
