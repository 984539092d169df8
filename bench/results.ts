import * as fs from "node:fs";
import * as path from "node:path";
import type { Machine } from "./measure/machine";
import { root } from "./project";
import type { Group } from "./scenario";

/** All that one scenario has measured, raw, as bench/results/<scenario>.json keeps it. */
export interface ScenarioResult {
  scenario: string;
  /** Day, in UTC. */
  date: string;
  runs: number;
  n: number;
  /** How long it took. */
  minutes: number;
  machine: Machine;
  groups: readonly Group[];
}

function fileOf(scenario: string): string {
  return path.join(root, "bench", "results", `${scenario}.json`);
}

export function keepResults(result: ScenarioResult): void {
  const file = fileOf(result.scenario);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  // A list of numbers stays on one line.
  const text = JSON.stringify(result, undefined, 2).replace(/\[[\d\s.,e+-]+\]/g, (list) =>
    list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"),
  );
  fs.writeFileSync(file, `${text}\n`);
}

/** What is kept of these scenarios, of this run and of earlier ones. */
export function readResults(scenarios: readonly string[]): ScenarioResult[] {
  return scenarios
    .map(fileOf)
    .filter((file) => fs.existsSync(file))
    .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as ScenarioResult);
}
