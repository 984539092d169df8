import {
  DescribeRegistryCommand,
  DescribeReplicationBackfillResultsCommand,
  type ECRClient,
  type ImageDetail,
  paginateDescribeImages,
  paginateDescribeRepositories,
  type ReplicationRule,
  StartReplicationBackfillCommand,
} from "@aws-sdk/client-ecr";
import type { Command } from "commander";
import { isRegionName } from "../../ecr/names/regions";
import { awsClients } from "../aws/clients";
import { readPrices } from "../cost/inputs";
import { withProgress } from "../progress";
import { countText, sizeText } from "../quantities";
import { print, printError } from "../terminal";
import { type BackfillPlan, backfillPlans, isForAny, type RepositoryImages } from "./plan";

interface BackfillOptions {
  region?: string;
  to: string[];
  prices?: string;
  yes: boolean;
  json: boolean;
}

/** Milliseconds between progress checks. */
const interval = 2_000;

/** Adds `replication backfill` to a command line. */
export function addReplicationCommand(program: Command): void {
  const collect = (value: string, before: string[]) => [...before, value];
  program
    .command("replication")
    .description("copies images that are older than a registry's replication rules")
    .command("backfill")
    .description(
      "shows which existing images a registry's replication rules would copy, and the cost; --yes copies them; exit code 1 if a copy fails",
    )
    .option("--region <region>", "the registry's region (default: AWS_REGION)")
    .option("--to <region>", "only to this region; can be repeated", collect, [])
    .option("--prices <file>", "a price table as JSON instead of the program's own")
    .option("--yes", "copy the images; without it nothing is done", false)
    .option("--json", "print the plan as JSON; not with --yes", false)
    .action(async (options: BackfillOptions) => {
      process.exitCode = await backfill(options);
    });
}

async function backfill(options: BackfillOptions): Promise<number> {
  const region = options.region ?? process.env["AWS_REGION"];
  if (!isRegionName(region)) {
    throw new Error(
      `--region: found ${region ?? "nothing"}. Must be a region's name. Write --region us-east-1, or set AWS_REGION.`,
    );
  }
  const prices = readPrices(options.prices, {});
  const { ecr } = awsClients(region);
  const { registryId, replicationConfiguration } = await ecr.send(new DescribeRegistryCommand());
  const rules = replicationConfiguration?.rules ?? [];
  const missing = options.to.filter(
    (each) => !rules.some((rule) => rule.destinations?.some((to) => to.region === each)),
  );
  if (rules.length === 0 || missing.length > 0) {
    const found = missing.length > 0 ? `no rule for ${missing.join(", ")}` : "no rule";
    throw new Error(
      `The registry ${registryId} in ${region} has ${found}: add it to the Registry's replication first.`,
    );
  }
  const plans = backfillPlans(
    rules,
    await withProgress("reading repositories and images", () => imagesOf(ecr, rules)),
    region,
    prices,
  ).filter(({ destination }) => options.to.length === 0 || options.to.includes(destination.region));
  if (options.json && options.yes) {
    throw new Error("--json: found with --yes. Must be used without it: it shows the plan. Remove one of them.");
  }
  if (options.json) {
    print(JSON.stringify({ region, currency: prices.currency, plans }, undefined, 2));
    return 0;
  }
  for (const plan of plans) print(planText(plan, prices.currency));
  if (options.prices === undefined && plans.some(({ cost }) => cost.transfer > 0)) {
    print(
      `The transfer is priced from us-east-1, ${prices.replicationPerGb} ${prices.currency} per GB; other regions can cost several times ` +
        "that: pass your region's prices with --prices.",
    );
  }
  if (!options.yes) {
    print("Nothing was copied. Use --yes to copy it.");
    return 0;
  }
  let failed = 0;
  // ECR runs only one for a region at a time.
  for (const plan of plans) failed += await run(ecr, plan);
  return failed > 0 ? 1 : 0;
}

/** The repositories that a rule applies to, with the images that ECR lists. */
async function imagesOf(client: ECRClient, rules: readonly ReplicationRule[]): Promise<RepositoryImages[]> {
  const found: RepositoryImages[] = [];
  for await (const { repositories = [] } of paginateDescribeRepositories({ client, pageSize: 1000 }, {})) {
    for (const { repositoryName: name = "" } of repositories.filter((each) =>
      isForAny(rules, each.repositoryName ?? ""),
    )) {
      const images: ImageDetail[] = [];
      for await (const page of paginateDescribeImages({ client, pageSize: 1000 }, { repositoryName: name })) {
        images.push(...(page.imageDetails ?? []));
      }
      found.push({ name, images });
    }
  }
  return found;
}

function planText({ destination, repositories, images, copies, bytes, cost }: BackfillPlan, currency: string): string {
  const money = (amount: number) => `${amount.toFixed(2)} ${currency}`;
  const what = `${countText(copies, "copy").replace(/copys$/, "copies")} of ${countText(images, "image")}`;
  const where = countText(repositories, "repository").replace(/repositorys$/, "repositories");
  return (
    `${destination.region} (${destination.registryId}): ${what} in ${where}, ${sizeText(bytes)} at most: ` +
    `${money(cost.transfer)} for the transfer, ${money(cost.storage)} a month for the storage. Images that are already there cost nothing.`
  );
}

/** @returns Number of copies that failed. */
async function run(ecr: ECRClient, { destination, copies }: BackfillPlan): Promise<number> {
  const { replicationBackfillId: id } = await ecr.send(new StartReplicationBackfillCommand({ destination }));
  printError(`${destination.region}: ${id} started. It continues even if this command is stopped.`);
  let lastLine = "";
  for (;;) {
    const now = await ecr.send(
      new DescribeReplicationBackfillResultsCommand({ replicationBackfillId: id, resultStatusFilter: "FAILED" }),
    );
    const {
      totalReplicationCount: total = copies,
      completedReplicationCount: done = 0,
      failedReplicationCount = 0,
    } = now.progress ?? {};
    const line = `${destination.region}: ${now.status}, ${done} of ${total}${failedReplicationCount > 0 ? `, ${failedReplicationCount} failed` : ""}`;
    if (line !== lastLine) printError(line);
    lastLine = line;
    if (now.endedAt !== undefined) {
      for (const { repositoryName, imageId, failureCode } of now.results ?? []) {
        print(
          `${repositoryName}:${imageId?.imageTag ?? imageId?.imageDigest}: not copied to ${destination.region}: ${failureCode}`,
        );
      }
      const whole = now.status === "COMPLETE" && failedReplicationCount === 0;
      print(
        `${destination.region}: ${done} of ${total} copied${whole ? "" : `, ${now.status}${now.failureCode ? ` (${now.failureCode})` : ""}`}`,
      );
      return whole ? 0 : Math.max(failedReplicationCount, 1);
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
