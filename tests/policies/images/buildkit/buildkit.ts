import { execFileSync } from "node:child_process";
import { goProgram } from "../../../sandbox/tools";
import type { Build } from "./randomDockerfiles";

/** How BuildKit's own modules read a Dockerfile. */
export interface Answer {
  refused?: string;
  images: { line: number; keyword: string; reference: string }[] | null;
  /** The image in its syntax directive. */
  frontend?: string;
}

/** The program built from main.go. */
export function buildkitReader(): Promise<string> {
  return goProgram(__dirname, "ecr/tests/buildkit", ["go.sum", "main.go"]);
}

export function askBuildkit(program: string, builds: readonly Build[]): Answer[] {
  const input = builds.map((each) => `${JSON.stringify(each)}\n`).join("");
  const answers = execFileSync(program, { input, maxBuffer: 1 << 30, encoding: "utf8" })
    .trimEnd()
    .split("\n");
  if (answers.length !== builds.length) throw new Error(`${answers.length} answers to ${builds.length} builds`);
  return answers.map((line) => JSON.parse(line));
}
