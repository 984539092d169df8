/** The results of one policy rule for a stack. */
export interface RuleReport {
  pack: string;
  rule: string;
  /** Resources that passed; for a rule about the whole stack, the stack. */
  passed: number;
  violations: Finding[];
  /** What could not be evaluated in a preview. */
  unjudged: Finding[];
}

export interface Finding {
  urn: string;
  level: string;
  severity?: string;
  message: string;
}

/** The parts of the engine's events used here (Pulumi's apitype, EngineEvent). */
interface EngineEvent {
  policyEvent?: {
    resourceUrn?: string;
    message?: string;
    policyName: string;
    policyPackName: string;
    enforcementLevel: string;
    severity?: string;
  };
  policyAnalyzeSummaryEvent?: Summary;
  policyAnalyzeStackSummaryEvent?: Summary;
  diagnosticEvent?: { severity?: string; message?: string };
}

interface Summary {
  policyPackName: string;
  passed?: string[];
  failed?: string[];
}

/** Start of @pulumi/policy's message about a policy that met an unknown value. */
const unjudgedMessage = /^can't run policy '[^']+' from policy pack '[^']+' during preview: /;

/**
 * The results of each rule, from the events of `pulumi preview --json`, one JSON object per line. Other lines are
 * ignored.
 *
 * @returns Rules sorted by name, and errors of the program or the engine.
 */
export function readPolicyEvents(lines: string): { rules: RuleReport[]; errors: string[] } {
  const reports = new Map<string, RuleReport>();
  const errors: string[] = [];
  const reportOf = (pack: string, rule: string): RuleReport => {
    const key = `${pack}/${rule}`;
    const report = reports.get(key) ?? { pack, rule, passed: 0, violations: [], unjudged: [] };
    reports.set(key, report);
    return report;
  };
  for (const event of lines.split("\n").flatMap(parsed)) {
    const { policyEvent, policyAnalyzeSummaryEvent, policyAnalyzeStackSummaryEvent, diagnosticEvent } = event;
    const summary = policyAnalyzeSummaryEvent ?? policyAnalyzeStackSummaryEvent;
    for (const rule of summary?.passed ?? []) {
      reportOf(summary?.policyPackName ?? "", rule).passed++;
    }
    if (policyEvent !== undefined) {
      const { policyPackName, policyName, enforcementLevel, severity, resourceUrn = "", message = "" } = policyEvent;
      const report = reportOf(policyPackName, policyName);
      const isOpen = unjudgedMessage.test(message);
      (isOpen ? report.unjudged : report.violations).push({
        urn: resourceUrn,
        level: enforcementLevel,
        ...(severity && { severity }),
        message: message.replace(unjudgedMessage, "").trim(),
      });
    }
    if (diagnosticEvent?.severity === "error" && diagnosticEvent.message) {
      errors.push(diagnosticEvent.message.trim());
    }
  }
  const rules = [...reports.values()].sort((a, b) => (`${a.pack}/${a.rule}` < `${b.pack}/${b.rule}` ? -1 : 1));
  return { rules, errors };
}

function parsed(line: string): EngineEvent[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? [value as EngineEvent] : [];
  } catch {
    return [];
  }
}
