import { z } from "zod";
import * as common from "./common";

/** Prices that differ from the table of ecr/prices.ts, under its own names. */
const prices = z.strictObject({
  asOf: common.text.optional().describe("Month of these prices, as YYYY-MM"),
  region: common.text.optional(),
  currency: common.text.optional(),
  bytesPerGb: z.number().optional().describe("Bytes of a billed GB"),
  storagePerGb: z.number().optional().describe("A GB of standard storage for a month, private and public"),
  archive: z
    .array(z.strictObject({ upToGb: z.number().optional(), perGb: z.number() }))
    .optional()
    .describe("A GB in the archive for a month, in steps with rising limits; the last has none"),
  legacyFreeGb: z.number().optional().describe("GB that `freeTier: legacy` takes off"),
  publicFreeGb: z.number().optional().describe("GB of public storage that are free"),
  publicTransferFreeGb: z.number().optional().describe("GB of anonymous pulls that are free"),
  publicTransferPerGb: z.number().optional().describe("A GB of anonymous pulls beyond that"),
  replicationPerGb: z
    .number()
    .optional()
    .describe(
      "A GB that is replicated to another region, by the region that it comes from: 0.02 from us-east-1, 0.08 from ap-northeast-2",
    ),
});

export const costs = z.strictObject({
  freeTier: z.enum(["legacy", "none"]).optional().describe("`legacy`: 500 MB of old accounts. Default: `none`"),
  freeTierEnds: common.text.optional().describe("The day on which it ends, as YYYY-MM-DD; needed with `legacy`"),
  monthlyBudget: z.number().optional().describe("More a month is worth a warning. Default: none"),
  publicPullGb: z.number().optional().describe("GB of public images pulled anonymously a month. Default: 0"),
  pushes: z
    .record(
      common.text,
      z.array(
        z.strictObject({
          tags: z.array(common.text).optional().describe("Tags of a typical image. Default: untagged"),
          perDay: z.number().describe("Images a day"),
          megabytes: z.number().describe("Megabytes that each image adds"),
          pulledForDays: z.number().optional().describe("Days until the last pull. Default: 0"),
        }),
      ),
    )
    .optional()
    .describe("What is pushed, by the key of a private repository. Default: nothing"),
  prices: prices.optional().describe("Prices that differ from the program's table. Default: those of us-east-1"),
});
