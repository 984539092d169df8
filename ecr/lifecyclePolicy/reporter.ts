import type { Fault } from "../faults";
import type { JsonObject } from "../values/jsonObjects";
import { nearestWord } from "../values/nearestWord";

/** Collects faults below one path. */
export class Reporter {
  readonly faults: Fault[] = [];

  constructor(private readonly root: string) {}

  /** @param at Path inside the document; empty for the document itself. */
  fault(at: string, value: unknown, rule: string, fix: string): void {
    const path = [this.root, at].filter((part) => part !== "").join(".");
    this.faults.push({ path: path === "" ? "policy" : path, value, rule, fix });
  }
}

/** ECR refuses unknown keys and nulls: omit a key that has no value. */
export function keyFaults(object: JsonObject, at: string, known: readonly string[], report: Reporter): void {
  for (const [key, value] of Object.entries(object)) {
    const place = at === "" ? key : `${at}.${key}`;
    if (!known.includes(key)) {
      const near = nearestWord(key, known);
      report.fault(
        place,
        value,
        `ECR has no property "${key}" here.`,
        near ? `write "${near}".` : `leave it out. Allowed: ${known.join(", ")}.`,
      );
    } else if (value === null) {
      report.fault(place, value, "ECR does not accept null.", "leave the key out, or give it a value.");
    }
  }
}
