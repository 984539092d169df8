import { parseArguments, usage } from "./arguments";
import { describeMachine } from "./measure/machine";
import { writePerformanceDocument } from "./report/document";
import { printGroups } from "./report/text";
import { keepResults, readResults, type ScenarioResult } from "./results";
import { scenarios } from "./scenarios";

/** `npm run bench`: runs the scenarios, saves their raw numbers and updates docs/performance.md. */
async function main(args: string[]): Promise<number> {
  const parsed = parseArguments(args, scenarios);
  if ("error" in parsed) {
    console.error(`${parsed.error}\n\n${usage(scenarios)}`);
    return 1;
  }
  if (process.env["AWS_ENDPOINT_URL"] === undefined) {
    console.error("the benchmarks need the sandbox: run `npm run bench`");
    return 1;
  }
  const machine = describeMachine(process.env);
  const log = (line: string) => console.log(`  ${line}`);
  const failed: string[] = [];
  for (const scenario of parsed.scenarios) {
    const runs = parsed.runs ?? scenario.runs ?? 5;
    const n = parsed.n ?? scenario.size?.n ?? 0;
    console.log(`\n${scenario.name} (about ${scenario.minutes} minutes)`);
    const started = performance.now();
    try {
      const groups = await scenario.run({ env: process.env, runs, n, log });
      const minutes = Number(((performance.now() - started) / 60_000).toFixed(1));
      const result: ScenarioResult = { scenario: scenario.name, date: today(), runs, n, minutes, machine, groups };
      printGroups(groups);
      // Quick runs are too imprecise for the document.
      if (parsed.keep) keepResults(result);
    } catch (error) {
      // A failed scenario must not discard the figures of the others.
      failed.push(scenario.name);
      console.error(`${scenario.name} failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  if (parsed.keep) writePerformanceDocument(readResults(scenarios.map(({ name }) => name)));
  if (failed.length > 0) console.error(`\nfailed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : String(error));
    process.exitCode = 1;
  },
);
