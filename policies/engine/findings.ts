import type { ReportViolation } from "@pulumi/policy";
import { onOneLine } from "../../ecr/values/printable";
import { exceptionFor, isExpired } from "./exceptions";
import { permanentlyUnknown, type Unknown } from "./unknowns";

/** The resource that a finding is about; its URN and its name in the program are known in every preview. */
export interface FindingSubject {
  urn: string;
  name: string;
}

interface Finding {
  message: string;
  resource: FindingSubject | undefined;
  /** Set when the rule cannot decide yet. */
  unknown: Unknown | undefined;
  /** Not a violation, and `pulumi up` cannot decide it either. */
  isNote?: boolean;
}

/**
 * What one run of a rule found: violations, and what it cannot decide while a value is unknown. Reported together at
 * the end, except what an exception excuses: first the violations, then in one advisory message what `pulumi up` has to
 * check.
 */
export class Findings {
  private readonly list: Finding[] = [];

  constructor(
    private readonly rule: string,
    /** The resource of findings that do not name one. */
    private readonly about?: FindingSubject,
  ) {}

  /** @param message `path: what was found. Must be what is allowed. What to write.` */
  violation(message: string, resource: FindingSubject | undefined = this.about): void {
    this.list.push({ message, resource, unknown: undefined });
  }

  /** @param unknown The value that the decision depends on. What is wrong whatever its value is a violation. */
  unjudged(message: string, unknown: Unknown, resource: FindingSubject | undefined = this.about): void {
    this.list.push({ message, resource, unknown });
  }

  /** A remark at advisory level, whatever the rule's own level: what the rule could not read, and why. */
  note(message: string, resource: FindingSubject | undefined = this.about): void {
    this.list.push({ message, resource, unknown: permanentlyUnknown(), isNote: true });
  }

  /** A violation, unless an unknown value may allow it. */
  violationUnless(allowed: Unknown | undefined, message: string, why: string, resource?: FindingSubject): void {
    if (allowed === undefined) {
      this.violation(message, resource);
    } else {
      this.unjudged(`${message} ${why}`, allowed, resource);
    }
  }

  /** The last call of a rule. Throws when something could not be decided, which Pulumi reports at advisory level. */
  report(reportViolation: ReportViolation): void {
    const open: Finding[] = [];
    for (const finding of this.list) {
      const exception = finding.resource && exceptionFor(this.rule, finding.resource);
      if (exception !== undefined && !isExpired(exception)) {
        continue;
      }
      if (finding.unknown !== undefined) {
        open.push(finding);
        continue;
      }
      const expired =
        exception === undefined
          ? ""
          : ` The exception for it (${JSON.stringify(exception.reason)}) expired after ${exception.expires}.`;
      reportViolation(onOneLine(finding.message + expired), finding.resource?.urn);
    }
    const [first] = open;
    if (first?.unknown !== undefined) {
      const { error } = first.unknown;
      const messages = (wanted: boolean) =>
        open.filter(({ isNote = false }) => isNote === wanted).map(({ message }) => message);
      const unknown = messages(false);
      const all = [...unknown, ...(unknown.length > 0 ? ["`pulumi up` checks it."] : []), ...messages(true)];
      error.message = onOneLine(all.join(" "));
      throw error;
    }
  }
}
