// An esbuild plugin: evaluates packages on first use instead of when the bundle starts.
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Inserts a module of getters between a program and each package, with the names that the program imports.
 *
 * @param filter Matches names of packages.
 * @param folder The program's TypeScript sources.
 */
export function lazyPackages(filter, folder) {
  const names = importedNames(filter, folder);
  return {
    name: "lazy-packages",
    setup(build) {
      build.onResolve({ filter }, ({ path: name, namespace }) =>
        namespace === "lazy" ? undefined : { path: name, namespace: "lazy" },
      );
      build.onLoad({ filter: /.*/, namespace: "lazy" }, ({ path: name }) => ({
        resolveDir: folder,
        contents: `const load = () => require(${JSON.stringify(name)});
Object.defineProperty(exports, "__esModule", { value: true });
for (const name of ${JSON.stringify([...(names.get(name) ?? [])])})
  Object.defineProperty(exports, name, { enumerable: true, get: () => load()[name] });`,
      }));
    },
  };
}

/**
 * The names that the sources import from each package.
 *
 * @throws Error for any other form of import, whose names would be undefined at run time.
 */
function importedNames(filter, folder) {
  const found = new Map();
  for (const file of fs.readdirSync(folder, { recursive: true })) {
    if (!file.endsWith(".ts")) continue;
    const source = fs.readFileSync(path.join(folder, file), "utf8");
    for (const [statement, form, name] of source.matchAll(/^import ([^"]*?) ?from "([^"]+)";/gm)) {
      if (!filter.test(name) || form.startsWith("type ")) continue;
      const list = /^\{([^}]*)\}$/.exec(form)?.[1];
      if (list === undefined) {
        throw new Error(`${file}: use named imports, as in import { A } from "${name}": ${statement}`);
      }
      const names = list.split(",").map((each) => each.trim().split(" as ")[0]);
      found.set(name, new Set([...(found.get(name) ?? []), ...names.filter((each) => /^\w+$/.test(each))]));
    }
  }
  return found;
}
