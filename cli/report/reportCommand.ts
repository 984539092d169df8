import * as fs from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type LifecycleSnapshot, parseLifecycleSnapshot } from "../../ecr/lifecyclePolicy";
import { costReport } from "../cost/costReport";
import { readCostSettings, readJson, readPrices } from "../cost/inputs";
import { type Measurement, measure, measureImages } from "../cost/measure";
import { snapshotOf } from "../lifecycle/collect";
import { releaseMatcher } from "../lifecycle/releaseTags";
import { withProgress } from "../progress";
import { countText } from "../quantities";
import { ensureStack } from "../sandbox";
import { publicRepositoriesIn, readStackOutputs, repositoryKeys, type StackOutputs } from "../stackOutputs";
import { print } from "../terminal";
import { reportModel } from "./model";
import { defaultImageLimit, reportPage } from "./page";
import { readPolicyResults } from "./policyResults";

interface ReportOptions {
  stack?: string;
  consumer: string[];
  out: string;
  images?: string;
  policyReport?: string;
  settings?: string;
  prices?: string;
  releaseTags: string;
  limit: number;
  json: boolean;
}

/** Adds `report` to a command line. */
export function addReportCommand(program: Command): void {
  program
    .command("report")
    .description("writes one HTML page for a team: repositories, images, upcoming deletions, policy results and cost")
    .option("--stack <stack>", "the stack whose outputs have the repositories (default: the selected one)")
    .option(
      "--consumer <stack>",
      "a stack that runs the images, as organization/project/stack; can be repeated",
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option("--out <file>", "the file to write", "ecr-report.html")
    .option("--images <file>", "read repositories from a snapshot (`npm run lifecycle -- snapshot`) instead of AWS")
    .option("--policy-report <file>", "output of `npm run policy:report -- --json`")
    .option("--settings <file>", "cost settings as JSON instead of the stack's config `ecr:costs`")
    .option("--prices <file>", "a price table as JSON instead of the program's own")
    .option(
      "--release-tags <expression>",
      "semver, calver or a regular expression that matches the whole tag",
      "semver",
    )
    .addOption(
      new Option("--limit <images>", "images listed for each repository")
        .argParser(parseLimit)
        .default(defaultImageLimit),
    )
    .option("--json", "print the page's data as JSON instead of writing the page", false)
    .action(report);
}

async function report(options: ReportOptions): Promise<void> {
  const needsStack = options.images === undefined || options.stack !== undefined;
  if (needsStack && (await ensureStack(options.stack)) === "handed over") return;
  const { stack, settings, out } = options;
  const isRelease = releaseMatcher(options.releaseTags);
  // A snapshot without a stack has no config to read.
  const hasConfig = settings !== undefined || stack !== undefined || options.images === undefined;
  const costSettings = hasConfig ? await readCostSettings(settings, stack) : {};
  const prices = readPrices(options.prices, costSettings);
  const policies =
    options.policyReport === undefined
      ? undefined
      : readPolicyResults(readJson(options.policyReport), options.policyReport);
  const { snapshot, measured, outputs } =
    options.images === undefined
      ? await withProgress("reading repositories, images and what runs them", () => fromAws(options))
      : fromFile(options.images);
  const cost = costReport(measured, costSettings, prices, repositoryKeys(outputs), snapshot.takenAt);
  const model = reportModel({ stack, snapshot, cost, policies, isRelease });
  if (options.json) {
    print(JSON.stringify(model, undefined, 2));
    return;
  }
  fs.writeFileSync(out, reportPage(model, options.limit));
  const images = snapshot.repositories.reduce((sum, each) => sum + each.images.length, 0);
  print(`${out}: ${repositoriesText(snapshot.repositories.length)}, ${countText(images, "image")}`);
}

interface ReportData {
  snapshot: LifecycleSnapshot;
  measured: Measurement;
  outputs: StackOutputs;
}

async function fromAws({ stack, consumer }: ReportOptions): Promise<ReportData> {
  const outputs = await readStackOutputs(stack);
  const snapshot = await snapshotOf({ stack, consumers: consumer, repositories: [] }, outputs, new Date());
  return { snapshot, measured: await measure(snapshot.repositories, publicRepositoriesIn(outputs)), outputs };
}

function fromFile(file: string): ReportData {
  const snapshot = parseLifecycleSnapshot(fs.readFileSync(file, "utf8"), file);
  return { snapshot, measured: measureImages(snapshot.repositories), outputs: {} };
}

function parseLimit(text: string): number {
  if (!/^[0-9]{1,7}$/.test(text)) {
    throw new InvalidArgumentError("Write a whole number, 0 or more.");
  }
  return Number(text);
}

function repositoriesText(count: number): string {
  return count === 1 ? "1 repository" : `${count} repositories`;
}
