import { Document, isMap, type Scalar, visit } from "yaml";
import { printable } from "../../ecr/printable";
import type { AdoptedConfig } from "./adoptedConfig";

/** The file of an environment whose repositories were there before it. */
export function adoptedStackFile(
  { privateRepositories, publicRepositories }: AdoptedConfig,
  { region, account }: { region: string; account: string },
): string {
  const sections = {
    "aws:region": region,
    "aws:allowedAccountIds": [account],
    ...(Object.keys(privateRepositories).length > 0 && { "ecr:privateRepositories": privateRepositories }),
    ...(Object.keys(publicRepositories).length > 0 && { "ecr:publicRepositories": publicRepositories }),
  };
  // Pulumi reads YAML 1.1, where `yes` and 2020-01-01 are no strings.
  const document = new Document({ config: sections }, { compat: "yaml-1.1" });
  document.commentBefore =
    " Repositories as they were found. Their first update imports them; `import` may be taken out after that.";
  for (const section of ["ecr:privateRepositories", "ecr:publicRepositories"]) {
    const entries = document.getIn(["config", section]);
    if (!isMap(entries)) continue;
    for (const { value } of entries.items) {
      // As people write it: `import: { repository: team/app, repositoryPolicy: true }`.
      const adopted = isMap(value) ? value.get("import") : undefined;
      if (isMap(adopted)) adopted.flow = true;
    }
  }
  visit(document, { Scalar: (_, node) => setStyle(node) });
  // Not folded: Pulumi's reader and this writer differ in where a folded line may break. What is escaped stands in double quotes.
  return printable(document.toString({ lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER }));
}

/**
 * Lines stand as they are where that is safe: Markdown can be read. In double quotes, and escaped, stands what Pulumi's
 * reader refuses or takes for a line break (control characters, U+0085, U+2028), and what is a command to a terminal.
 */
function setStyle(node: Scalar): void {
  const { value } = node;
  if (typeof value !== "string") return;
  if (printable(value) !== value || /^[ \t]+$|[^\P{Cc}\n]/mu.test(value)) node.type = "QUOTE_DOUBLE";
  else if (value.includes("\n")) node.type = "BLOCK_LITERAL";
}
