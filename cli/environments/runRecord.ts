/** The parts of the engine's events used here (Pulumi's apitype, EngineEvent). */
export interface EngineEvent {
  /** Start of an operation: an update has two, its preview and the update itself. */
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
  /** The resource that failed: `docker:index/image:Image petclinic`. @default the program, or the run as a whole */
  resource?: string;
  message: string;
}

const stackType = "pulumi:pulumi:Stack";

/** The output of a Pulumi CLI run, as far as it is repeated below the CLI's own output. */
export class RunRecord {
  /** Errors of the whole run, without duplicates. */
  readonly errors: RunError[] = [];
  /** Errors and warnings, as printed. */
  readonly diagnostics: string[] = [];
  /** Failed mandatory rules with the resources they concern, without duplicates. */
  readonly violations: { rule: string; urn: string }[] = [];
  /** The last lines of build output, by resource. */
  readonly builds = new Map<string, string[]>();
  /** Whether any operation started. */
  hasBegun = false;
  /** Number of resources that policies evaluated in the last operation. */
  judged = 0;
  /** Whether the last operation evaluated the rules for the whole stack, which run at its end. */
  isJudgedWhole = false;
  /** Whether the update itself finished, not only its preview. */
  isUpdated = false;
  /** The stack's outputs before and after the last operation. */
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
    // Providers and components have hardly any rules; a resource's step event comes after its policies' events.
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
    // The engine adds these to an error, which is more specific.
    if (text === "" || isSaid || /^(update|preview|refresh) failed$/.test(text)) return;
    // The program's dump of an error that its resource has already reported.
    const repeated = this.errors.some((each) => text.includes(each.message));
    if (!repeated) this.errors.push({ ...(resource !== undefined && { resource }), message: text });
  }
}

/**
 * Returns `docker:index/image:Image petclinic` for
 * `urn:pulumi:dev::ecr::ecr:index:ContainerImage$docker:index/image:Image::petclinic`.
 */
function resourceOf(urn: string): string | undefined {
  const parts = urn.split("::");
  const type = parts[2]?.split("$").at(-1);
  return type === undefined || type === stackType ? undefined : `${type} ${parts.slice(3).join("::")}`;
}

/** The message of a program's error, without Pulumi's introduction and without the stack trace. */
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
