import * as fs from "node:fs";
import * as path from "node:path";
import type { BuildInputs } from "../../../components/images/buildContext";

/** A typical build context, and the tag that it has had since the first release. */
export interface OrdinaryContext {
  name: string;
  /** By path: the content, or the target of a link after `-> `. */
  files: Record<string, string>;
  executable?: string;
  settings?: Partial<Omit<BuildInputs, "context" | "dockerfile">>;
  tag: string;
}

/** Tags that live stacks have. What they are computed from must not change. */
export const ordinaryContexts: readonly OrdinaryContext[] = [
  {
    name: "no ignore file",
    files: {
      Dockerfile: "FROM scratch\nCOPY . .\n",
      "src/index.js": "1\n",
      "src/lib/a.js": "2\n",
      "run.sh": "#!/bin/sh\n",
    },
    executable: "run.sh",
    tag: "src-338dad0c2e58d7cd",
  },
  {
    name: "Node, with exceptions below an ignored folder",
    files: {
      Dockerfile: "FROM node\n",
      ".dockerignore": "# what npm makes\nnode_modules\n**/*.log\n.git\ndist/*\n!dist/index.html\n.dockerignore\n",
      "package.json": "{}\n",
      "node_modules/a/index.js": "a\n",
      "src/app.js": "app\n",
      "src/debug.log": "x\n",
      "dist/index.html": "<html>\n",
      "dist/app.js": "app\n",
      ".git/HEAD": "ref: refs/heads/main\n",
    },
    settings: { args: { VERSION: "1" }, target: "run" },
    tag: "src-f9fb77c6f27de18a",
  },
  {
    name: "Python, everything but what is named",
    files: {
      Dockerfile: "FROM python\n",
      ".dockerignore": "*\n!app\n!requirements.txt\n**/__pycache__\n**/*.pyc\n",
      "requirements.txt": "flask\n",
      "app/main.py": "main\n",
      "app/__pycache__/main.pyc": "x\n",
      "tests/test_main.py": "test\n",
      "README.md": "read\n",
    },
    settings: { extraHosts: { db: "10.0.0.1" }, network: "none", rebuild: "2024" },
    tag: "src-4a2f8fd5dfdce445",
  },
  {
    name: "Dockerfile hidden, links, names beyond ASCII, CRLF",
    files: {
      Dockerfile: "FROM scratch\n",
      ".dockerignore": "Dockerfile\r\n/docs/\r\n*.md\r\n",
      "docs/a.txt": "a\n",
      "README.md": "read\n",
      "größe/été.txt": "x\n",
      "😀.txt": "y\n",
      current: "-> größe",
      away: "-> /nowhere",
    },
    tag: "src-b04cabd30fa6fa0a",
  },
  {
    name: "Dockerfile that is a link within the context",
    files: { "docker/Dockerfile": "FROM scratch\n", Dockerfile: "-> docker/Dockerfile", "a.txt": "a\n" },
    tag: "src-7d42967231da47c3",
  },
];

/** Writes a context into `<folder>/app`, with modes that do not depend on the machine. */
export function writeOrdinary(folder: string, { files, executable }: OrdinaryContext): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, "app", name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (text.startsWith("-> ")) fs.symlinkSync(text.slice(3), file);
    else {
      fs.writeFileSync(file, text);
      fs.chmodSync(file, name === executable ? 0o755 : 0o644);
    }
  }
}
