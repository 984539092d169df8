import type { Fault } from "../faults";
import type { JsonObject } from "../jsonObjects";
import { nearestWord } from "../nearestWord";

/** Gathers faults below one path. */
export class Reporter {
  readonly faults: Fault[] = [];

  constructor(private readonly root: string) {}

  /** @param at The path inside the document; empty for the document itself. */
  fault(at: string, value: unknown, rule: string, fix: string): void {
    const path = [this.root, at].filter((part) => part !== "").join(".");
    this.faults.push({ path: path === "" ? "policy" : path, value, rule, fix });
  }
}

/** ECR refuses keys that it does not know, and nulls: a key without a value is to be left out. */
export function keyFaults(object: JsonObject, at: string, known: readonly string[], report: Reporter): void {
  for (const [key, value] of Object.entries(object)) {
    const place = at === "" ? key : `${at}.${key}`;
    if (!known.includes(key)) {
      const near = nearestWord(key, known);
      report.fault(
        place,
        value,
        `ECR knows no "${key}" here.`,
        near ? `write "${near}".` : `leave it out; the keys are ${known.join(", ")}.`,
      );
    } else if (value === null) {
      report.fault(place, value, "ECR refuses null.", "leave the key out, or give it a value.");
    }
  }
}
