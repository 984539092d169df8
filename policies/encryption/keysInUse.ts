import { lookup } from "../engine/lookup";
import type { Stack, StackSubject } from "../engine/rule";
import type { Unknown } from "../engine/unknowns";
import { locationOf, sameLocation } from "../resources/resourceLocation";
import { repositoryTypes, resourceTypes } from "../resources/resourceTypes";

/** Each type of key, with the property that enables it. */
export const enabledBy: Readonly<Record<string, string>> = {
  [resourceTypes.key]: "isEnabled",
  [resourceTypes.replicaKey]: "enabled",
  [resourceTypes.externalKey]: "enabled",
  [resourceTypes.replicaExternalKey]: "enabled",
};
export const keyTypes: readonly string[] = Object.keys(enabledBy);

/** A repository or template that is encrypted with a key. */
interface KeyUser {
  user: StackSubject;
  /** The unknown value that leaves it in doubt. */
  doubt?: Unknown;
}

/** The keys that encrypt repositories of the stack, each with its first user, preferably one without doubt. */
export function keysInUse(stack: Stack): Map<StackSubject, KeyUser> {
  const keys = keyFinder(stack);
  const found = new Map<StackSubject, KeyUser>();
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

interface KeyUse {
  key: StackSubject;
  doubt?: Unknown | undefined;
}

/**
 * Finds the keys of a repository: by dependency, directly or through an alias, or by the name in its properties. The
 * name of an alias is unique within an account and region; a key's id and every ARN are globally unique.
 */
function keyFinder(stack: Stack): (user: StackSubject) => KeyUse[] {
  const keys = stack.ofType(...keyTypes);
  const keyByUrn = lookup(keys, ({ urn }) => [urn]);
  const keyByName = lookup(keys, (key) => ["arn", "keyId", "id"].map((each) => textOf(key.read(each))));
  const aliases = stack.ofType(resourceTypes.keyAlias).map((alias) => ({
    urn: alias.urn,
    arn: textOf(alias.read("arn")),
    name: textOf(alias.read("name")),
    location: locationOf(alias),
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
    const location = locationOf(user);
    const ofAlias = (alias: (typeof aliases)[number], here: boolean | Unknown): KeyUse[] =>
      here === false ? [] : alias.keys.map((key) => ({ key, doubt: here === true ? undefined : here }));
    return [
      ...[...sources.flatMap(keyByUrn), ...names.flatMap(keyByName)].map((key) => ({ key })),
      ...names.flatMap(aliasByArn).flatMap((alias) => ofAlias(alias, true)),
      ...[...sources.flatMap(aliasByUrn), ...names.flatMap(aliasByName)].flatMap((alias) =>
        ofAlias(alias, sameLocation(location, alias.location)),
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
