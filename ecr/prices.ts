import type { Fault } from "./faults";
import { isObject } from "./jsonObjects";
import { withGuess } from "./nearestWord";

/** What ECR charges, in one currency. Amounts are per month; a GB is `bytesPerGb` bytes. */
export interface PriceTable {
  /** The month of these prices, `2026-03`. */
  asOf: string;
  /** The region they hold for; others cost the same or a little more. */
  region: string;
  currency: string;
  /** @default 2^30, as AWS bills storage */
  bytesPerGb: number;
  /** Standard storage, private and public, per GB. */
  storagePerGb: number;
  /** Archive storage of private repositories, per GB, in steps: the first up to its limit, and so on; the last has no limit. */
  archive: readonly { upToGb?: number; perGb: number }[];
  /** Private storage that is free for the first 12 months of accounts opened before 15 July 2025, in GB. */
  legacyFreeGb: number;
  /** Public storage that is always free, in GB. */
  publicFreeGb: number;
  /** Anonymous pulls of public images that are free, in GB. */
  publicTransferFreeGb: number;
  /** Pulls of public images to the internet beyond that, per GB. */
  publicTransferPerGb: number;
  /**
   * What is replicated to another region, per GB; within a region nothing. AWS charges its cross-Region rate, which is the source
   * region's (AWS containers blog, "Understanding data transfer costs for AWS container services"; price list AWSDataTransfer, usage types
   * `<from>-<to>-AWS-Out-Bytes`): 0.02 from us-east-1, to us-east-2 0.01; from regions elsewhere several times that, as 0.08 from ap-northeast-2.
   */
  replicationPerGb: number;
}

/**
 * Prices of us-east-1 in US dollars, as third parties printed them in March 2026; AWS's own page is
 * https://aws.amazon.com/ecr/pricing. Retrieval from the archive is not in the table: it depends on what is restored.
 * Put prices of your own over them with the config `ecr:costs`, prices, or replace the whole table for one command with
 * `npm run cost -- --prices FILE`.
 */
export const prices: PriceTable = {
  asOf: "2026-03",
  region: "us-east-1",
  currency: "USD",
  bytesPerGb: 2 ** 30,
  storagePerGb: 0.1,
  archive: [{ upToGb: 150 * 1024, perGb: 0.1 }, { perGb: 0.07 }],
  legacyFreeGb: 0.5,
  publicFreeGb: 50,
  publicTransferFreeGb: 500,
  publicTransferPerGb: 0.09,
  replicationPerGb: 0.02,
};

/** The table with a user's own prices over it. */
export function withOwnPrices(own: Partial<PriceTable> = {}): PriceTable {
  return { ...prices, ...own };
}

const textKeys = ["asOf", "region", "currency"] as const;
const amountKeys = [
  "bytesPerGb",
  "storagePerGb",
  "legacyFreeGb",
  "publicFreeGb",
  "publicTransferFreeGb",
  "publicTransferPerGb",
  "replicationPerGb",
] as const;

/**
 * Why a value is no price table.
 *
 * @param path What faults begin with: the file's name.
 * @returns Every fault, or none. Never throws.
 */
export function priceTableFaults(value: unknown, path: string): Fault[] {
  if (!isObject(value)) {
    return [{ path, value, rule: "a price table is an object.", fix: "copy the table of ecr/prices.ts as JSON." }];
  }
  const faults: Fault[] = [];
  const fault = (key: string, rule: string, fix: string) =>
    faults.push({ path: `${path}.${key}`, value: value[key], rule, fix });
  for (const key of textKeys) {
    if (typeof value[key] !== "string" || value[key] === "") {
      fault(key, "this is a text.", `write it as "${prices[key]}".`);
    }
  }
  for (const key of amountKeys) {
    const divides = key === "bytesPerGb";
    if (!isAmount(value[key]) || (divides && value[key] === 0)) {
      fault(key, `this is a number, ${divides ? "above 0" : "0 or more"}.`, `write it as ${prices[key]}.`);
    }
  }
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(prices, key)) {
      const known = Object.keys(prices);
      const fix = withGuess(key, known, `correct it or leave it out; the keys are ${known.join(", ")}.`);
      fault(key, `a price table has no "${key}".`, fix);
    }
  }
  if (!isArchive(value["archive"])) {
    fault(
      "archive",
      "archive prices are a list of steps with rising limits; the last has none.",
      'write [{"upToGb":153600,"perGb":0.1},{"perGb":0.07}].',
    );
  }
  return faults;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isArchive(steps: unknown): boolean {
  if (!Array.isArray(steps) || steps.length === 0) {
    return false;
  }
  let limit = 0;
  return steps.every((step: unknown, index) => {
    if (!isObject(step) || !isAmount(step["perGb"])) {
      return false;
    }
    const upTo = step["upToGb"];
    if (index === steps.length - 1) {
      return upTo === undefined;
    }
    const rises = isAmount(upTo) && upTo > limit;
    limit = rises ? upTo : limit;
    return rises;
  });
}
