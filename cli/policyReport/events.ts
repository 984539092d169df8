/** What one rule of a policy pack said about a stack. */
export interface RuleReport {
  pack: string;
  rule: string;
  /** Resources that passed; for a rule about the stack as a whole, the stack. */
  passed: number;
  violations: Finding[];
  /** What could not be judged in a preview. */
  unjudged: Finding[];
}

export interface Finding {
  urn: string;
  level: string;
  severity?: string;
  message: string;
}

/** The parts of the engine's events that are read here (Pulumi's apitype, EngineEvent). */
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

/** How @pulumi/policy begins what it says about a policy that met a value that is not known. */
const unjudgedMessage = /^can't run policy '[^']+' from policy pack '[^']+' during preview: /;

/**
 * What each rule said, from the events that `pulumi preview --json` streams, one JSON object a line. Lines that are no
 * events are left out.
 *
 * @returns Rules in the order of their names, and errors of the program or the engine.
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
