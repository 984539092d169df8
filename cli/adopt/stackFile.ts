import { Document, isMap } from "yaml";
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
  const document = new Document({ config: sections });
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
  return document.toString({ lineWidth: 120 });
}
