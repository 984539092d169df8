import { isDeepStrictEqual } from "node:util";
import type { RunRecord } from "./runRecord";

/** Lines of a build that are shown again; its error is among the last. */
const buildLines = 12;
/** Lines of one error: a dump of hundreds would bury the others. */
const errorLines = 30;

/** A step of a build failed: what its own output says is to be mended, and a second try fails as the first. */
const buildFailure =
  /executor failed running|did not complete successfully|returned a non-zero code|dockerfile parse error/i;

export interface Run {
  operation: "preview" | "up";
  /** Exit code of the Pulumi CLI. */
  code: number;
  isInterrupted: boolean;
  record: RunRecord;
}

/**
 * What is said below Pulumi's own output: which outputs are other ones now; after a failure whether the policies came to a
 * verdict, since Pulumi shows a ✅ for a pack that said nothing, and the cause, which its display has buried by then.
 *
 * @param advice What to do about it, a line for each thing.
 */
export function afterwards({ operation, code, isInterrupted, record }: Run, advice: readonly string[]): string {
  const failed = code !== 0 || isInterrupted;
  const parts = failed
    ? [verdict(record), isInterrupted ? interruption(operation, record) : causes(record)]
    : [operation === "up" ? changedOutputs(record) : ""];
  if (advice.length > 0) parts.push(["What to do:", ...advice.map((line) => `- ${line}`)].join("\n"));
  return parts.filter((part) => part !== "").join("\n\n");
}

/** What advice is looked for in: not what a build's own steps said, which only looks like a fault around it. */
export function advisable({ errors, diagnostics }: RunRecord): string {
  const builds = errors.filter(({ message }) => buildFailure.test(message)).map(({ message }) => message);
  return diagnostics.filter((text) => !builds.some((each) => text.includes(each))).join("\n");
}

function verdict({ hasBegun, judged, isJudgedWhole }: RunRecord): string {
  if (isJudgedWhole || !hasBegun) return "";
  return judged === 0
    ? "Policies: nothing was judged. A ✅ above stands for a run that ended before there was anything to judge."
    : `Policies: not judged to the end. ${judged === 1 ? "1 resource was" : `${judged} resources were`} looked at before the run ended, the rest was not.`;
}

function causes({ errors, builds }: RunRecord): string {
  if (errors.length === 0) return "";
  const lines = errors.flatMap(({ resource, message }) => {
    const text = message.split("\n");
    const more = text.length - errorLines;
    const shown = [...text.slice(0, errorLines), ...(more > 0 ? [`… ${more} more lines above`] : [])];
    const build = resource !== undefined && buildFailure.test(message) ? (builds.get(resource) ?? []) : [];
    const said =
      build.length > 0 ? ["the end of its build:", ...build.slice(-buildLines).map((line) => `| ${line}`)] : [];
    const [first = "", ...rest] = [...shown, ...said];
    return [`- ${resource === undefined ? "" : `${resource}: `}${first}`, ...rest.map((line) => `  ${line}`)];
  });
  return ["Why it failed:", ...lines].join("\n");
}

function interruption(operation: Run["operation"], { errors }: RunRecord): string {
  const others = errors.filter(({ message }) => !/cancel/i.test(message)).map(({ message }) => message.split("\n")[0]);
  const what =
    operation === "preview"
      ? "Interrupted: nothing was changed."
      : "Interrupted: what was done is kept, and the same command goes on from there.";
  return [what, ...others.map((line) => `- ${line}`)].join("\n");
}

function changedOutputs({ outputs: { before, after }, isUpdated }: RunRecord): string {
  if (!isUpdated) return "";
  const changed = leaves(after, before);
  if (changed.length === 0) return "Outputs: unchanged. `pulumi stack output` shows them.";
  const width = Math.max(...changed.map(([path]) => path.length));
  return ["Outputs:", ...changed.map(([path, value]) => `  ${path.padEnd(width)}  ${value}`)].join("\n");
}

/** What is new or another one, by path; what is gone. */
function leaves(after: unknown, before: unknown, path = ""): [path: string, value: string][] {
  if (isDeepStrictEqual(after, before)) return [];
  const isMap = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(after))
    return [[path, after === undefined ? "(gone)" : typeof after === "string" ? after : JSON.stringify(after)]];
  const old = isMap(before) ? before : {};
  return [...new Set([...Object.keys(after), ...Object.keys(old)])].flatMap((key) =>
    leaves(after[key], old[key], path === "" ? key : `${path}.${key}`),
  );
}
