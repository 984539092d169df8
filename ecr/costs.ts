import type { Fault } from "./faults";
import { isObject } from "./jsonObjects";
import { withGuess } from "./nearestWord";
import { type PriceTable, priceTableFaults, withOwnPrices } from "./prices";
import type { PushStream } from "./steadyState";

/** What one account stores and sends in a month. */
export interface MonthlyUse {
  /** Private repositories, standard storage, in bytes. */
  privateBytes: number;
  archiveBytes: number;
  publicBytes: number;
  /** Anonymous pulls of public images, in bytes. */
  publicTransferBytes: number;
}

/** Amounts of a month in the price table's currency, free amounts taken off. */
export interface MonthlyCost {
  privateStorage: number;
  archiveStorage: number;
  publicStorage: number;
  publicTransfer: number;
  total: number;
}

/** What config says of an account's costs. */
export interface CostSettings {
  /** `legacy`: the 500 MB of accounts opened before 15 July 2025, until `freeTierEnds`. @default "none" */
  freeTier?: "legacy" | "none";
  /** The day on which the free tier ends, `2026-07-01`; needed with `legacy`. */
  freeTierEnds?: string;
  /** More than this a month is worth a warning. In the price table's currency. @default none */
  monthlyBudget?: number;
  /** GB of public images that are pulled anonymously in a month. @default 0 */
  publicPullGb?: number;
  /** What is pushed, by the key of a private repository in config. @default nothing */
  pushes?: Record<string, readonly PushSettings[]>;
  /** Prices that differ from the program's table: another region's, or newer ones. @default none */
  prices?: Partial<PriceTable>;
}

/** A stream of images, as config writes it. */
export interface PushSettings {
  /** Tags of a typical image. @default none: untagged */
  tags?: readonly string[];
  /** More than 0. */
  perDay: number;
  /** Megabytes (10^6 bytes) that each image adds. */
  megabytes: number;
  /** @default 0 */
  pulledForDays?: number;
}

/** Whether the free tier of old accounts still applies. It ends with the day before `freeTierEnds`, in UTC. */
export function hasLegacyFreeTier({ freeTier, freeTierEnds }: CostSettings, now: Date): boolean {
  return freeTier === "legacy" && freeTierEnds !== undefined && now < new Date(freeTierEnds);
}

/**
 * What a month costs.
 *
 * @param legacyFreeTier Whether the free tier of old accounts applies (`hasLegacyFreeTier`).
 */
export function monthlyCost(use: MonthlyUse, prices: PriceTable, legacyFreeTier: boolean): MonthlyCost {
  const gb = (bytes: number) => bytes / prices.bytesPerGb;
  const beyond = (amount: number, free: number) => Math.max(0, amount - free);
  const privateStorage = beyond(gb(use.privateBytes), legacyFreeTier ? prices.legacyFreeGb : 0) * prices.storagePerGb;
  const archiveStorage = stepped(gb(use.archiveBytes), prices.archive);
  const publicStorage = beyond(gb(use.publicBytes), prices.publicFreeGb) * prices.storagePerGb;
  const publicTransfer = beyond(gb(use.publicTransferBytes), prices.publicTransferFreeGb) * prices.publicTransferPerGb;
  const total = privateStorage + archiveStorage + publicStorage + publicTransfer;
  return { privateStorage, archiveStorage, publicStorage, publicTransfer, total };
}

/** What it costs to copy images to another registry once, and to keep them there. */
export interface ReplicationCost {
  /** Once. */
  transfer: number;
  /** A month. */
  storage: number;
}

/**
 * What replication of so much costs at most: what the destination has already is not sent and not kept twice.
 *
 * @param bytes Of the images, layers that several of them share counted for each.
 */
export function replicationCost(bytes: number, isOtherRegion: boolean, prices: PriceTable): ReplicationCost {
  const gb = bytes / prices.bytesPerGb;
  return { transfer: isOtherRegion ? gb * prices.replicationPerGb : 0, storage: gb * prices.storagePerGb };
}

function stepped(amount: number, steps: PriceTable["archive"]): number {
  let cost = 0;
  let from = 0;
  for (const { upToGb = Number.POSITIVE_INFINITY, perGb } of steps) {
    const inStep = Math.max(0, Math.min(amount, upToGb) - from);
    // An amount without end in a step that costs nothing stays nothing.
    cost += perGb === 0 ? 0 : inStep * perGb;
    from = upToGb;
  }
  return cost;
}

/** The streams of one repository, as the steady state takes them. */
export function pushStreams(pushes: readonly PushSettings[]): PushStream[] {
  return pushes.map(({ tags = [], perDay, megabytes, pulledForDays }) => ({
    tags,
    perDay,
    bytes: megabytes * 1e6,
    ...(pulledForDays !== undefined && { pulledForDays }),
  }));
}

const settingKeys = ["freeTier", "freeTierEnds", "monthlyBudget", "publicPullGb", "pushes", "prices"];
const pushKeys = ["tags", "perDay", "megabytes", "pulledForDays"];

/**
 * Why a value is no cost settings.
 *
 * @returns Every fault, or none. Never throws.
 */
export function costSettingsFaults(settings: unknown, path: string): Fault[] {
  if (!isObject(settings)) {
    return [{ path, value: settings, rule: "cost settings are an object.", fix: "write { freeTier: none }." }];
  }
  const { freeTier, freeTierEnds, monthlyBudget, publicPullGb, pushes, prices } = settings;
  const faults = unknownKeys(settings, settingKeys, path);
  const fault = (key: string, value: unknown, rule: string, fix: string) =>
    faults.push({ path: `${path}.${key}`, value, rule, fix });
  if (freeTier !== undefined && freeTier !== "legacy" && freeTier !== "none") {
    fault("freeTier", freeTier, "freeTier is `legacy` or `none`.", "write one of these.");
  }
  if (freeTierEnds === undefined ? freeTier === "legacy" : !isDay(freeTierEnds)) {
    fault("freeTierEnds", freeTierEnds, "the legacy free tier has a last day.", 'write it as "2026-07-01".');
  }
  for (const [key, value] of Object.entries({ monthlyBudget, publicPullGb })) {
    if (value !== undefined && !isAmount(value)) {
      fault(key, value, "this is a number, 0 or more.", "write a number, or leave it out.");
    }
  }
  if (pushes !== undefined && !isObject(pushes)) {
    fault("pushes", pushes, "pushes are lists by repository.", "write { web: [{ perDay: 8, megabytes: 40 }] }.");
  }
  for (const [repository, list] of Object.entries(isObject(pushes) ? pushes : {})) {
    faults.push(...pushFaults(list, `${path}.pushes.${repository}`));
  }
  if (prices !== undefined) {
    faults.push(...priceTableFaults(isObject(prices) ? withOwnPrices(prices) : prices, `${path}.prices`));
  }
  return faults;
}

function pushFaults(list: unknown, path: string): Fault[] {
  if (!Array.isArray(list)) {
    return [{ path, value: list, rule: "pushes are a list.", fix: "write [{ perDay: 8, megabytes: 40 }]." }];
  }
  return list.flatMap((push: unknown, index): Fault[] => {
    const at = `${path}[${index}]`;
    if (!isObject(push)) {
      return [{ path: at, value: push, rule: "this is an object.", fix: "write { perDay: 8, megabytes: 40 }." }];
    }
    const { tags, perDay, megabytes, pulledForDays } = push;
    const faults = unknownKeys(push, pushKeys, at);
    if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === "string" && tag !== ""))) {
      faults.push({ path: `${at}.tags`, value: tags, rule: "tags are a list of texts.", fix: 'write ["src-1"].' });
    }
    if (!isAmount(perDay) || perDay === 0) {
      const fix = "write how many images come a day; 0.1 is one in ten days.";
      faults.push({ path: `${at}.perDay`, value: perDay, rule: "perDay is a number above 0.", fix });
    }
    for (const [key, value, needed] of [
      ["megabytes", megabytes, true],
      ["pulledForDays", pulledForDays, false],
    ] as const) {
      if (!isAmount(value) && (needed || value !== undefined)) {
        faults.push({ path: `${at}.${key}`, value, rule: `${key} is a number, 0 or more.`, fix: "write a number." });
      }
    }
    return faults;
  });
}

function unknownKeys(object: Record<string, unknown>, known: readonly string[], path: string): Fault[] {
  return Object.keys(object)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      path: `${path}.${key}`,
      value: object[key],
      rule: `there is no "${key}" here.`,
      fix: withGuess(key, known, `correct it or leave it out; the keys are ${known.join(", ")}.`),
    }));
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** A day of the calendar: JavaScript would take 31 February for 3 March. */
function isDay(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) {
    return false;
  }
  const day = new Date(value);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value);
}
