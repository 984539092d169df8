import * as fs from "node:fs";
import * as path from "node:path";
import type { ContextCase } from "./docker";

/** Where projects of many kinds keep their files: names that the ignore files mention, and similar names. */
const folders = [
  ...["", "src", "src/lib", "app", "app/tests", "docs", "docs/sub", "docs/embed", "public", "test", "node_modules/a"],
  ...[
    "target",
    "target/lib",
    "build/libs",
    "dist",
    "bin",
    "obj",
    "cmd/api",
    "internal/x",
    "pkg",
    "vendor/b",
    ".git/refs/heads",
  ],
  ...["services/api", "services/api/node_modules/c", "services/web/dist", "packages/core/lib", "packages/shared/dist"],
  ...["libs/x/src", "crates/core/src", "crates/core/benches", "log", "tmp", "tmp/pids", "storage/logs", "data/raw"],
  ...[
    "data/sample",
    "charts",
    "modules/m",
    "certs",
    ".yarn/cache",
    ".next/static",
    "my docs",
    "html",
    "__pycache__",
    ".venv/lib",
  ],
];
const names = [
  ...["README.md", "index.html", "app.js", "app.test.js", "a.ts", "main.go", "main_test.go", "test_a.py", "a.pyc"],
  ...[".env", ".env.example", "debug.log", ".keep", "keep.md", "x.jar"],
];
const special = [
  ...[
    "package.json",
    "package-lock.json",
    "tsconfig.build.json",
    "Dockerfile",
    "docker-compose.yml",
    "go.mod",
    "go.sum",
  ],
  ...["Cargo.toml", "Cargo.lock", "pom.xml", "pyproject.toml", "nginx.conf", "Makefile", "LICENSE", "README-secret.md"],
  ...[
    "docs/sub/y.md",
    "temp1",
    "a/temp",
    "a/b/temp.txt",
    "my docs/keep me.txt",
    "a copy.txt",
    "#x#",
    "x~",
    "id_rsa.pub",
  ],
  ...["certs/public.key", "config/master.key", ".vscode/extensions.json", ".vscode/settings.json", "target/app-runner"],
  ...["target/x-sources.jar", ".git/HEAD", "hack/boilerplate.go.txt", "example.tfvars", "prod.tfvars", "Debug/a.dll"],
  ...[
    "src/{a,b}/x.js",
    "src/a/x.js",
    "dist/(old|new)/x",
    "dist/old/x",
    "x.{js,ts}",
    "y.@(md|txt)",
    ".\\dist",
    "src\\tmp",
  ],
];

/** Every folder gets some of the names in turn, which gives a wide tree from a short list. */
const realTree: readonly string[] = [
  ...new Set([
    ...special,
    ...folders.flatMap((folder, at) =>
      names.filter((_, index) => folder === "" || (at + index) % 2 === 0).map((name) => path.join(folder, name)),
    ),
  ]),
];

/** Ignore files in the style of real projects, one per line: its name, and its lines separated by ` ; `. */
export function realIgnoreFiles(): (ContextCase & { name: string })[] {
  const lines = fs.readFileSync(path.join(__dirname, "ignoreFiles.txt"), "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const [name = "", ...rest] = line.split(": ");
    return { name, files: realTree, ignore: Buffer.from(`${rest.join(": ").split(" ; ").join("\n")}\n`) };
  });
}
