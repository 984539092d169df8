import { countText } from "../quantities";

/** The parts of a CycloneDX document used here (https://cyclonedx.org/docs/1.6/json/). */
interface Document {
  components?: { purl?: string }[];
}

/**
 * The number of packages in a CycloneDX document, in total and by type of package URL: `10 packages (8 deb, 2 npm)`.
 */
export function packagesText(document: string): string {
  const { all, kinds } = countPackages(document);
  const parts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  return countText(all, "package") + (parts.length > 0 ? ` (${parts.join(", ")})` : "");
}

/** The same as numbers, with types sorted by name. */
export function countPackages(document: string): { all: number; kinds: Record<string, number> } {
  const { components = [] } = JSON.parse(document) as Document;
  const counts = new Map<string, number>();
  for (const { purl } of components) {
    // Files and the operating system are components without a package URL.
    const kind = /^pkg:([^/]+)\//.exec(purl ?? "")?.[1];
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return {
    all: [...counts.values()].reduce((sum, count) => sum + count, 0),
    kinds: Object.fromEntries([...counts].sort(([one], [other]) => one.localeCompare(other))),
  };
}
