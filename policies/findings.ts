import type { ReportViolation } from "@pulumi/policy";
import { onOneLine } from "../ecr/printable";
import { exceptionFor, isExpired } from "./exceptions";
import { neverKnown, type Unknown } from "./unknowns";

/** What a finding is about; its URN and its name in the program are known in every preview. */
export interface Named {
  urn: string;
  name: string;
}

interface Finding {
  message: string;
  resource: Named | undefined;
  /** Set when it cannot be judged yet, and may be all right. */
  unknown: Unknown | undefined;
  /** It is no violation, and `pulumi up` can judge it no better. */
  isNote?: boolean;
}

/**
 * What one run of a rule found: violations, and what cannot be judged as long as something is not known. Reported together at
 * the end, without what an exception excuses: violations first, then once, at advisory level, what `pulumi up` has to judge.
 */
export class Findings {
  private readonly list: Finding[] = [];

  constructor(
    private readonly rule: string,
    /** What findings are about that name no resource. */
    private readonly about?: Named,
  ) {}

  /** @param message What was found, where, what is allowed and what to write. */
  violation(message: string, resource: Named | undefined = this.about): void {
    this.list.push({ message, resource, unknown: undefined });
  }

  /** @param unknown What stands in the way. A violation that is known from the rest does not belong here. */
  unjudged(message: string, unknown: Unknown, resource: Named | undefined = this.about): void {
    this.list.push({ message, resource, unknown });
  }

  /** Something to be said at advisory level, whatever level the rule has: what it could not look at, and why. */
  note(message: string, resource: Named | undefined = this.about): void {
    this.list.push({ message, resource, unknown: neverKnown(), isNote: true });
  }

  /** A violation, unless something that is not known may allow it. */
  violationUnless(allowed: Unknown | undefined, message: string, why: string, resource?: Named): void {
    if (allowed === undefined) {
      this.violation(message, resource);
    } else {
      this.unjudged(`${message} ${why}`, allowed, resource);
    }
  }

  /** Throws when anything could not be judged, which Pulumi reports at advisory level; the last thing that a rule does. */
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
      const all = [...unknown, ...(unknown.length > 0 ? ["`pulumi up` judges it."] : []), ...messages(true)];
      error.message = onOneLine(all.join(" "));
      throw error;
    }
  }
}
