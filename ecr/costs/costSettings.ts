import { z } from "zod";
import { prices } from "./prices";

// Cost settings: the config `ecr:costs` and the files for `npm run cost`. The single source for the type, the checks,
// and the reference in docs/config.md.

const nonEmptyString = z.string().min(1);

/** A number with a limit, and the fix for a value outside it. */
function number(isRight: (value: number) => boolean, error: string, fix: string) {
  return z.number().refine(isRight, { error, params: { fix } });
}

const amount = (fix: string, name = "") => number((value) => value >= 0, `${name}must be a number, 0 or more`, fix);
const optionalAmount = amount("write a number, or leave it out.");
const price = (key: keyof typeof prices) => amount(`write it as ${prices[key]}.`);

/** ECR's prices, in one currency. Amounts are per month; a GB is `bytesPerGb` bytes. */
export const priceTable = z.strictObject({
  asOf: nonEmptyString.describe("Month of these prices, as YYYY-MM"),
  region: nonEmptyString,
  currency: nonEmptyString,
  bytesPerGb: number((value) => value > 0, "must be a number, above 0", `write it as ${prices.bytesPerGb}.`).describe(
    "Bytes of a billed GB",
  ),
  storagePerGb: price("storagePerGb").describe("One GB of standard storage for a month, private and public"),
  archive: z
    .array(z.strictObject({ upToGb: z.number().optional(), perGb: z.number() }))
    .refine(areSteps, {
      error: "archive prices must be a list of steps with rising limits; the last step has no limit",
      params: { fix: 'write [{"upToGb":153600,"perGb":0.1},{"perGb":0.07}].' },
    })
    .describe("One GB in the archive for a month, in steps with rising limits; the last step has no limit"),
  // Private storage, for the first 12 months of accounts opened before 15 July 2025.
  legacyFreeGb: price("legacyFreeGb").describe("GB that `freeTier: legacy` subtracts"),
  publicFreeGb: price("publicFreeGb").describe("GB of public storage that are free"),
  publicTransferFreeGb: price("publicTransferFreeGb").describe("GB of anonymous pulls that are free"),
  publicTransferPerGb: price("publicTransferPerGb").describe("One GB of anonymous pulls beyond that"),
  // Free within a region. AWS charges its cross-Region rate, which is the source region's (AWS containers blog,
  // "Understanding data transfer costs for AWS container services"; price list AWSDataTransfer, usage types
  // `<from>-<to>-AWS-Out-Bytes`): 0.02 from us-east-1, 0.01 to us-east-2; from regions elsewhere several times that.
  replicationPerGb: price("replicationPerGb").describe(
    "One GB replicated to another region, by the source region: 0.02 from us-east-1, 0.08 from ap-northeast-2",
  ),
});

const push = z.strictObject({
  tags: z.array(nonEmptyString).optional().describe("Tags of a typical image. Default: untagged"),
  perDay: number(
    (value) => value > 0,
    "perDay must be a number above 0",
    "write how many images are pushed a day; 0.1 is one in ten days.",
  ).describe("Images pushed per day"),
  megabytes: amount("write a number.", "megabytes ").describe("Megabytes that each image adds"),
  pulledForDays: amount("write a number.", "pulledForDays ")
    .optional()
    .describe("Days from the push to the last pull. Default: 0"),
});

const lastDay = "the legacy free tier needs its last day";

export const costSettings = z
  .strictObject({
    // Available to accounts opened before 15 July 2025.
    freeTier: z
      .enum(["legacy", "none"])
      .optional()
      .describe("`legacy`: the 500 MB that older accounts have. Default: `none`"),
    freeTierEnds: nonEmptyString
      .refine(isDay, { error: lastDay, params: { fix: 'write it as "2026-07-01".' } })
      .optional()
      .describe("The day on which it ends, as YYYY-MM-DD; required with `legacy`"),
    monthlyBudget: optionalAmount.optional().describe("Monthly cost above which a warning is given. Default: none"),
    publicPullGb: optionalAmount.optional().describe("GB of public images pulled anonymously a month. Default: 0"),
    pushes: z
      .record(nonEmptyString, z.array(push))
      .optional()
      .describe("What is pushed, by the key of a private repository. Default: nothing"),
    prices: priceTable
      .partial()
      .optional()
      .describe("Prices that differ from the program's table. Default: those of us-east-1"),
  })
  .refine(({ freeTier, freeTierEnds }) => freeTier !== "legacy" || freeTierEnds !== undefined, {
    path: ["freeTier"],
    error: lastDay,
    params: { fix: 'write freeTierEnds: "2026-07-01".' },
  });

export type PriceTable = z.infer<typeof priceTable>;
export type CostSettings = z.infer<typeof costSettings>;
/** A stream of images in the settings. */
export type PushSettings = z.infer<typeof push>;

/** The price table with the user's own prices. */
export function withPriceOverrides(own: Partial<PriceTable> = {}): PriceTable {
  return { ...prices, ...own };
}

function areSteps(steps: readonly { upToGb?: number; perGb: number }[]): boolean {
  const limits = steps.map(({ upToGb = Number.POSITIVE_INFINITY }) => upToGb);
  return (
    steps.every(({ perGb }) => perGb >= 0) &&
    limits.every((limit, index) => limit > (limits[index - 1] ?? 0)) &&
    steps.at(-1)?.upToGb === undefined &&
    steps.length > 0
  );
}

/** A valid calendar date: JavaScript would convert 31 February to 3 March. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(text);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
