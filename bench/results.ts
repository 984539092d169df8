import * as fs from "node:fs";
import * as path from "node:path";
import type { Machine } from "./measure/machine";
import { root } from "./project";
import type { Group } from "./scenario";

/** Raw measurements of one scenario, as stored in bench/results/<scenario>.json. */
export interface ScenarioResult {
  scenario: string;
  /** Date in UTC. */
  date: string;
  runs: number;
  n: number;
  /** Duration of the scenario. */
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
  // Keep lists of numbers on one line.
  const text = JSON.stringify(result, undefined, 2).replace(/\[[\d\s.,e+-]+\]/g, (list) =>
    list.replace(/\s+/g, " ").replace("[ ", "[").replace(" ]", "]"),
  );
  fs.writeFileSync(file, `${text}\n`);
}

/** The saved results of these scenarios, from this run or earlier ones. */
export function readResults(scenarios: readonly string[]): ScenarioResult[] {
  return scenarios
    .map(fileOf)
    .filter((file) => fs.existsSync(file))
    .map((file) => JSON.parse(fs.readFileSync(file, "utf8")) as ScenarioResult);
}
