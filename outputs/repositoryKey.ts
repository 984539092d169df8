/** A repository's key in the config and the outputs: `private/<key>` or `public/<key>`. */
export type RepositoryKey = `${RepositoryKind}/${string}`;
export type RepositoryKind = "private" | "public";

export const repositoryKeyPattern = /^(private|public)\/.+$/;

export function isRepositoryKey(text: string): text is RepositoryKey {
  return repositoryKeyPattern.test(text);
}

/** Undefined for any other string: an ARN, a name in a registry. */
export function parseRepositoryKey(text: string): { kind: RepositoryKind; key: string } | undefined {
  if (!isRepositoryKey(text)) return undefined;
  const slash = text.indexOf("/");
  return { kind: text.slice(0, slash) as RepositoryKind, key: text.slice(slash + 1) };
}
