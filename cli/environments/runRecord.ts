/** The parts of the engine's events that are read here (Pulumi's apitype, EngineEvent). */
export interface EngineEvent {
  /** An operation begins: an update has two, its preview and itself. */
  preludeEvent?: unknown;
  diagnosticEvent?: { urn?: string; severity?: string; message?: string; ephemeral?: boolean };
  resourcePreEvent?: { metadata?: StepMetadata };
  resOutputsEvent?: { metadata?: StepMetadata };
  policyEvent?: { enforcementLevel?: string; policyName?: string; resourceUrn?: string };
  policyAnalyzeStackSummaryEvent?: unknown;
  summaryEvent?: { isPreview?: boolean; result?: string };
}

interface StepMetadata {
  type?: string;
  old?: State | null;
  new?: State | null;
}

interface State {
  custom?: boolean;
  outputs?: Record<string, unknown>;
}

/** Something that went wrong. */
export interface RunError {
  /** What it went wrong with: `docker:index/image:Image petclinic`. @default the program, or the run as a whole */
  resource?: string;
  message: string;
}

const stackType = "pulumi:pulumi:Stack";

/** What a run of the Pulumi CLI said, as far as it is told again below its own output. */
export class RunRecord {
  /** Errors of the whole run, each once. */
  readonly errors: RunError[] = [];
  /** Errors and warnings, in their own words. */
  readonly diagnostics: string[] = [];
  /** Mandatory rules that failed, with what they are about, each once. */
  readonly violations: { rule: string; urn: string }[] = [];
  /** What was built, by resource: the last lines that a build wrote. */
  readonly builds = new Map<string, string[]>();
  /** Whether there was an operation at all. */
  hasBegun = false;
  /** Resources that policies looked at in the last operation. */
  judged = 0;
  /** Whether the last operation came to the rules about the stack as a whole, which are judged at its end. */
  isJudgedWhole = false;
  /** Whether the update itself came to its end, rather than its preview alone. */
  isUpdated = false;
  /** The stack's outputs before the last operation and after it. */
  outputs: { before: Record<string, unknown>; after: Record<string, unknown> } = { before: {}, after: {} };

  add(event: EngineEvent): void {
    if (event.preludeEvent !== undefined) {
      this.hasBegun = true;
      this.judged = 0;
      this.isJudgedWhole = false;
    }
    if (event.policyAnalyzeStackSummaryEvent !== undefined) this.isJudgedWhole = true;
    const { enforcementLevel, policyName: rule = "", resourceUrn = "" } = event.policyEvent ?? {};
    const isKnown = this.violations.some((each) => each.rule === rule && each.urn === resourceUrn);
    if (enforcementLevel === "mandatory" && !isKnown) this.violations.push({ rule, urn: resourceUrn });
    if (event.diagnosticEvent) this.#addDiagnostic(event.diagnosticEvent);
    const { type = "", new: made } = event.resourcePreEvent?.metadata ?? {};
    // Providers and components have hardly a rule; a step comes after what the policies say of it.
    if (made?.custom && !type.startsWith("pulumi:")) this.judged++;
    const { type: kind, old, new: now } = event.resOutputsEvent?.metadata ?? {};
    if (kind === stackType) this.outputs = { before: old?.outputs ?? {}, after: now?.outputs ?? {} };
    if (event.summaryEvent?.isPreview === false && event.summaryEvent.result === "succeeded") this.isUpdated = true;
  }

  #addDiagnostic({ urn, severity = "", message = "", ephemeral }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    if (severity === "error" || severity === "warning") this.diagnostics.push(message);
    const resource = urn === undefined ? undefined : resourceOf(urn);
    if (severity === "info" && resource !== undefined && ephemeral !== true && message.startsWith("Build output:")) {
      this.builds.set(resource, linesOf(message).slice(1));
    }
    if (severity !== "error") return;
    const text = withoutStack(message);
    const isSaid = this.errors.some((each) => each.message.includes(text));
    // What the engine adds when there was an error; the error itself says more.
    if (text === "" || isSaid || /^(update|preview|refresh) failed$/.test(text)) return;
    // The program's own dump of an error that its resource has said.
    const repeated = this.errors.some((each) => text.includes(each.message));
    if (!repeated) this.errors.push({ ...(resource !== undefined && { resource }), message: text });
  }
}

/** `docker:index/image:Image petclinic` for `urn:pulumi:dev::ecr::ecr:index:ContainerImage$docker:index/image:Image::petclinic`. */
function resourceOf(urn: string): string | undefined {
  const parts = urn.split("::");
  const type = parts[2]?.split("$").at(-1);
  return type === undefined || type === stackType ? undefined : `${type} ${parts.slice(3).join("::")}`;
}

/** An error of the program as its message: without the sentence that Pulumi begins with, and without the calls. */
function withoutStack(message: string): string {
  return linesOf(message)
    .filter(
      (line) => !/^\s+at .*[:(]/.test(line) && !/^Running program '.*' failed with an unhandled exception:$/.test(line),
    )
    .join("\n")
    .replace(/^(Uncaught )?Error: /, "")
    .trim();
}

function linesOf(text: string): string[] {
  return text.trimEnd().split("\n");
}
