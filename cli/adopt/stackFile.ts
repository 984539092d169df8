import { Document, isMap, type Scalar, visit } from "yaml";
import { printable } from "../../ecr/values/printable";
import type { AdoptedConfig } from "./adoptedConfig";

/** Renders the stack file for adopted repositories and registries. */
export function adoptedStackFile(
  { defaults, registries, privateRepositories, publicRepositories }: AdoptedConfig,
  { region, account }: { region: string; account: string },
): string {
  const sections = {
    "aws:region": region,
    "aws:allowedAccountIds": [account],
    ...(Object.keys(registries).length > 0 && { "ecr:registries": registries }),
    ...(Object.keys(defaults).length > 0 && { "ecr:defaults": { privateRepository: defaults } }),
    ...(Object.keys(privateRepositories).length > 0 && { "ecr:privateRepositories": privateRepositories }),
    ...(Object.keys(publicRepositories).length > 0 && { "ecr:publicRepositories": publicRepositories }),
  };
  // Pulumi reads YAML 1.1, where unquoted `yes` and 2020-01-01 are not strings.
  const document = new Document({ config: sections }, { compat: "yaml-1.1" });
  document.commentBefore =
    " The settings that AWS has. The first update imports them; `import` can be removed after that.";
  for (const section of ["ecr:privateRepositories", "ecr:publicRepositories"]) {
    const entries = document.getIn(["config", section]);
    if (!isMap(entries)) continue;
    for (const { value } of entries.items) {
      // On one line, as people write it: `import: { repository: team/app, repositoryPolicy: true }`.
      const adopted = isMap(value) ? value.get("import") : undefined;
      if (isMap(adopted)) adopted.flow = true;
    }
  }
  visit(document, { Scalar: (_, node) => setStyle(node) });
  // No folding: Pulumi's reader and this writer disagree on where a folded line may break. Escapes require double
  // quotes.
  return printable(document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }));
}

/**
 * Uses block literals where that is safe, so that Markdown stays readable. Strings are double-quoted and escaped if
 * they contain what Pulumi's reader rejects or treats as a line break (control characters, U+0085, U+2028) or what
 * could be a terminal escape sequence.
 */
function setStyle(node: Scalar): void {
  const { value } = node;
  if (typeof value !== "string") return;
  if (printable(value) !== value || /^[ \t]+$|[^\P{Cc}\n]/mu.test(value)) node.type = "QUOTE_DOUBLE";
  else if (value.includes("\n")) node.type = "BLOCK_LITERAL";
}
