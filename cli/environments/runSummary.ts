import { isDeepStrictEqual } from "node:util";
import type { RunRecord } from "./runRecord";

/** Lines of a build's output to repeat; its error is among the last. */
const buildLines = 12;
/** Limit on the lines of one error: a dump of hundreds would bury the others. */
const errorLines = 30;

/** A build step failed: the fix is in its own output, and a retry fails the same way. */
const buildFailure =
  /executor failed running|did not complete successfully|returned a non-zero code|dockerfile parse error/i;

export interface PulumiRun {
  operation: "preview" | "up";
  /** Exit code of the Pulumi CLI. */
  code: number;
  isInterrupted: boolean;
  record: RunRecord;
}

/**
 * The text below Pulumi's own output: changed outputs; after a failure, whether the policies were evaluated, because
 * Pulumi shows a ✅ for a pack that reported nothing; and the cause, which Pulumi's display has buried by then.
 *
 * @param advice What to do, one line for each fault.
 */
export function runSummary({ operation, code, isInterrupted, record }: PulumiRun, advice: readonly string[]): string {
  const failed = code !== 0 || isInterrupted;
  const parts = failed
    ? [verdict(record), isInterrupted ? interruption(operation, record) : causes(record)]
    : [operation === "up" ? changedOutputs(record) : ""];
  if (advice.length > 0) parts.push(["What to do:", ...advice.map((line) => `- ${line}`)].join("\n"));
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The text to search for known faults, without output of build steps, which may look like a fault but is not. */
export function searchableOutput({ errors, diagnostics }: RunRecord): string {
  const builds = errors.filter(({ message }) => buildFailure.test(message)).map(({ message }) => message);
  return diagnostics.filter((text) => !builds.some((each) => text.includes(each))).join("\n");
}

function verdict({ hasBegun, judged, isJudgedWhole }: RunRecord): string {
  if (isJudgedWhole || !hasBegun) return "";
  return judged === 0
    ? "Policies: nothing was evaluated. A ✅ above means only that the run ended before there was anything to evaluate."
    : `Policies: not fully evaluated. ${judged === 1 ? "1 resource was" : `${judged} resources were`} evaluated before the run ended; the rest were not.`;
}

function causes({ errors, builds }: RunRecord): string {
  if (errors.length === 0) return "";
  const lines = errors.flatMap(({ resource, message }) => {
    const text = message.split("\n");
    const more = text.length - errorLines;
    const shown = [...text.slice(0, errorLines), ...(more > 0 ? [`… ${more} more lines above`] : [])];
    const build = resource !== undefined && buildFailure.test(message) ? (builds.get(resource) ?? []) : [];
    const buildOutput =
      build.length > 0 ? ["the end of its build:", ...build.slice(-buildLines).map((line) => `| ${line}`)] : [];
    const [first = "", ...rest] = [...shown, ...buildOutput];
    return [`- ${resource === undefined ? "" : `${resource}: `}${first}`, ...rest.map((line) => `  ${line}`)];
  });
  return ["Why it failed:", ...lines].join("\n");
}

function interruption(operation: PulumiRun["operation"], { errors }: RunRecord): string {
  const others = errors.filter(({ message }) => !/cancel/i.test(message)).map(({ message }) => message.split("\n")[0]);
  const what =
    operation === "preview"
      ? "Interrupted: nothing was changed."
      : "Interrupted: what was done is kept, and the same command goes on from there.";
  return [what, ...others.map((line) => `- ${line}`)].join("\n");
}

function changedOutputs({ outputs: { before, after }, isUpdated }: RunRecord): string {
  if (!isUpdated) return "";
  const changed = changedLeaves(after, before);
  if (changed.length === 0) return "Outputs: unchanged. `pulumi stack output` shows them.";
  const width = Math.max(...changed.map(([path]) => path.length));
  return ["Outputs:", ...changed.map(([path, value]) => `  ${path.padEnd(width)}  ${value}`)].join("\n");
}

/** New or changed values by path, and removed ones. */
function changedLeaves(after: unknown, before: unknown, path = ""): [path: string, value: string][] {
  if (isDeepStrictEqual(after, before)) return [];
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(after)) {
    return [[path, after === undefined ? "(gone)" : typeof after === "string" ? after : JSON.stringify(after)]];
  }
  const old = isMap(before) ? before : {};
  return [...new Set([...Object.keys(after), ...Object.keys(old)])].flatMap((key) =>
    changedLeaves(after[key], old[key], path === "" ? key : `${path}.${key}`),
  );
}
