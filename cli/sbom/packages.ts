import { countText } from "../text";

/** What is read of a CycloneDX document (https://cyclonedx.org/docs/1.6/json/). */
interface Document {
  components?: { purl?: string }[];
}

/** How many packages a CycloneDX document names, in all and by the kind of their package URLs: `10 packages (8 deb, 2 npm)`. */
export function packagesText(document: string): string {
  const { components = [] } = JSON.parse(document) as Document;
  const counts = new Map<string, number>();
  for (const { purl } of components) {
    // Files and the operating system are components without a package URL.
    const kind = /^pkg:([^/]+)\//.exec(purl ?? "")?.[1];
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...counts]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([kind, count]) => `${count} ${kind}`);
  return countText(all, "package") + (kinds.length > 0 ? ` (${kinds.join(", ")})` : "");
}
