/**
 * Whether Pulumi's config preserves a string within a list, such as the description of a template or a rule. Pulumi
 * loses leading line breaks and tabs. Once it has saved the file, a multi-line string that begins with a space changes,
 * or makes the whole file unreadable.
 */
export function isPreserved(text: string): boolean {
  return !/^(\s*[\n\t\r]| .*\n)/.test(text);
}

/** Removes leading blank lines and tabs, which Pulumi's config reader would lose. */
export function withoutLostWhitespace(text: string, what: string, warnings: string[]): string {
  const rest = text.replace(/^\s*[\n\t\r]/, "");
  if (rest !== text) {
    warnings.push(
      `${what} begins with a blank line or a tab; the first update removes it, because Pulumi's config cannot hold it.`,
    );
  }
  return rest;
}

/**
 * A lifecycle policy for the config: ECR's document, or a JSON string if Pulumi's config would not preserve a
 * description.
 */
export function lifecycleOf(text: string | undefined): unknown {
  if (text === undefined) return false;
  const document = JSON.parse(text) as { rules?: { description?: string }[] };
  return (document.rules ?? []).every(({ description = "" }) => isPreserved(description)) ? document : text;
}
