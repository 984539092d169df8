import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

export const root = path.resolve(__dirname, "../..");

/** A step of a job, as far as the rules use it. */
export interface Step {
  uses?: string;
  run?: string;
  id?: string;
  if?: string;
  name?: string;
  with?: Record<string, unknown>;
  env?: Record<string, string>;
}

export interface Job {
  if?: string;
  needs?: string | string[];
  environment?: string | { name: string };
  permissions?: Record<string, string> | string;
  concurrency?: { group: string } | string;
  "runs-on"?: string;
  "timeout-minutes"?: number;
  strategy?: { matrix?: Record<string, string[]> };
  uses?: string;
  secrets?: unknown;
  steps?: Step[];
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions?: Record<string, string> | string;
  concurrency?: { group: string } | string;
  env?: Record<string, string>;
  jobs: Record<string, Job>;
}

/** The rules of one environment, as in .github/environments.json. */
export interface EnvironmentRules {
  refs: { type: "branch" | "tag"; name: string }[];
  reviewed: boolean;
  variables: string[];
  secrets: string[];
}

/** GitHub accepts one event, a list of events or a map. This always gives the map. */
export function readWorkflow(text: string): Workflow {
  const { on, ...rest } = parse(text, { merge: true }) as Workflow & { on: string | string[] | Workflow["on"] };
  const events = typeof on === "string" ? [on] : on;
  return { ...rest, on: Array.isArray(events) ? Object.fromEntries(events.map((event) => [event, null])) : events };
}

/** The repository's workflows, by file name. */
export function workflows(): Map<string, Workflow> {
  const folder = path.join(root, ".github/workflows");
  return new Map(
    fs.readdirSync(folder).map((name) => [name, readWorkflow(fs.readFileSync(path.join(folder, name), "utf8"))]),
  );
}

export function environmentRules(): Record<string, EnvironmentRules> {
  return JSON.parse(fs.readFileSync(path.join(root, ".github/environments.json"), "utf8")).environments;
}

/** The environments that a job runs in: one, or one for each value of its matrix. */
export function environmentsOf({ environment, strategy }: Job): string[] {
  const name = typeof environment === "object" ? environment.name : environment;
  if (name === undefined) return [];
  const [, before, key, after] = /^(.*)\$\{\{ matrix\.(\w+) \}\}(.*)$/.exec(name) ?? [];
  if (key === undefined) return [name];
  return (strategy?.matrix?.[key] ?? []).map((value) => `${before}${value}${after}`);
}
