import * as fs from "node:fs";
import * as path from "node:path";

/** What the sandbox and the commands fetch besides npm packages; their own packages say which licence they have. */
const programs = [
  ["Pulumi engine and CLI", "built as a Go module, or downloaded", "Apache-2.0"],
  ["CNCF Distribution", "Debian package, or a program on PATH", "Apache-2.0"],
  ["MiniStack", "PyPI", "MIT"],
  ["docker (SDK for Python, for MiniStack)", "PyPI", "Apache-2.0"],
  ["awscli", "PyPI", "Apache-2.0"],
  ["moto (tests)", "PyPI", "Apache-2.0"],
  ["actionlint, zizmor (tests)", "Go module, PyPI", "MIT"],
  ["crane, go-containerregistry, oras, regctl, helm, cosign (tests)", "Go modules", "Apache-2.0"],
  ["skopeo, buildah (tests)", "Debian packages, or programs on PATH", "Apache-2.0"],
  ["Cloud Custodian, Prowler (tests)", "PyPI", "Apache-2.0"],
  ["ansible (tests)", "PyPI", "GPL-3.0-or-later"],
  ["pytest (tests)", "PyPI", "MIT"],
  ["syft (`npm run sbom`)", "Go module, or a program on PATH", "Apache-2.0"],
  ["Node.js, in the base image", "npm", "MIT"],
] as const;

interface Locked {
  version?: string;
  license?: string;
  dev?: boolean;
  link?: boolean;
}

/** docs/licences.md: every npm package of the lockfile, grouped by the licence that it declares. */
export function licences(): string {
  const lock = JSON.parse(fs.readFileSync(path.join(__dirname, "../../package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };
  const groups = new Map<string, Set<string>>();
  for (const [folder, { version, license = "none declared", dev = false, link = false }] of Object.entries(
    lock.packages,
  )) {
    const name = folder.split("node_modules/").pop();
    if (!folder.includes("node_modules/") || link || name === undefined) continue;
    const group = groups.get(license) ?? new Set();
    group.add(`${name} ${version}${dev ? " (development)" : ""}`);
    groups.set(license, group);
  }
  const sorted = [...groups].sort(([one, few], [other, many]) => many.size - few.size || (one < other ? -1 : 1));
  return [
    "# Licences of the dependencies",
    "",
    "Made by `npm run docs` from package-lock.json: each package with its version, by the licence that it declares.",
    "`npm run licences` fails on one that is not on the list in supply/licences.mjs, for packages that the program runs with.",
    "`SEE LICENSE IN LICENSE` means that the package has the text of its licence in its file LICENSE.",
    "",
    "| licence | packages |",
    "|---|---|",
    ...sorted.map(([licence, names]) => `| ${licence} | ${names.size} |`),
    "",
    "## Programs of the sandbox, of its tests and of the commands",
    "",
    "They are fetched when they are needed and are not part of this repository. What they bring with them has licences of its own.",
    "",
    "| program | from | licence |",
    "|---|---|---|",
    ...programs.map((row) => `| ${row.join(" | ")} |`),
    ...sorted.flatMap(([licence, names]) => ["", `## ${licence}`, "", [...names].sort().join(", ")]),
    "",
  ].join("\n");
}
