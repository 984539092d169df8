/** Whether an image is Docker's own Dockerfile frontend, with any tag. */
export function isOfficialFrontend(image: string): boolean {
  return /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?:[:@]|$)/.test(image);
}

/** The frontend image that a Dockerfile names instead of Docker's own. */
export interface Frontend {
  line: number;
  reference: string;
}

/**
 * The image in the directive `syntax`, as BuildKit finds it (parser.DetectSyntax): after `#`, or else `//`, before
 * everything but a line `#!`; or else in a JSON object. `undefined` when there is none, or it is one of Docker's own.
 * Never throws.
 */
export function foreignFrontend(text: string): Frontend | undefined {
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  const skipped = lines[0]?.startsWith("#!") ? 1 : 0;
  const found =
    directive(lines, skipped, "#") ?? directive(lines, skipped, "//") ?? inJson(lines.slice(skipped).join("\n"));
  return found === undefined || isOfficialFrontend(found.reference) ? undefined : found;
}

function directive(lines: readonly string[], from: number, comment: string): Frontend | undefined {
  const seen = new Set<string>();
  for (let at = from; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, name = "", value = ""] = line.startsWith(comment)
      ? (/^\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line.slice(comment.length)) ?? [])
      : [];
    const key = name.toLowerCase();
    if (!["syntax", "escape", "check"].includes(key) || seen.has(key)) {
      return undefined;
    }
    if (key === "syntax") {
      return { line: at + 1, reference: value.split(" ")[0] ?? "" };
    }
    seen.add(key);
  }
  return undefined;
}

function inJson(text: string): Frontend | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const syntax = (value as { syntax?: unknown } | null)?.syntax;
    return typeof syntax === "string" ? { line: 1, reference: syntax } : undefined;
  } catch {
    return undefined;
  }
}
