import * as fs from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { refuseFaults } from "../../ecr/faults";
import {
  type LifecyclePolicyDocument,
  type LifecycleRuleInput,
  type LifecycleSnapshot,
  lifecyclePolicyFromRules,
  lifecycleSnapshotText,
  parseLifecycleSnapshot,
  readLifecyclePolicy,
} from "../../ecr/lifecyclePolicy";
import { awsClients } from "../aws/clients";
import { foundExitCode } from "../exitCodes";
import { withProgress } from "../progress";
import { ensureStack } from "../sandbox";
import { print } from "../terminal";
import { collectSnapshot, type Source } from "./collect";
import { compareWithEcr, type PreviewDifference } from "./ecrPreview";
import { deployedThatGo, previewRepository, type RepositoryPreview, releasesThatGo } from "./previewModel";
import { previewText, shortDigest } from "./previewText";
import { releaseMatcher } from "./releaseTags";

interface SourceOptions {
  stack?: string;
  consumer: string[];
  repository: string[];
  region?: string;
}

interface PreviewCommandOptions extends SourceOptions {
  policy?: string;
  images?: string;
  at?: Date;
  within: number;
  releaseTags: string;
  limit: number;
  compare: boolean;
  json: boolean;
}

/** Adds `lifecycle preview` and `lifecycle snapshot` to a command line. */
export function addLifecycleCommands(program: Command): void {
  const lifecycle = program.command("lifecycle").description("shows what lifecycle policies will do before they do it");
  sourceOptions(lifecycle.command("preview"))
    .description(
      "shows which images a lifecycle policy deletes or archives today and within 90 days, and why; exit code 2 if a deployed image would be deleted or archived",
    )
    .option(
      "--policy <file>",
      "preview this policy (a document, or a list of rules in the short form) instead of the one in force",
    )
    .option("--images <file>", "read repositories from a snapshot instead of AWS")
    .addOption(new Option("--at <time>", "evaluate as of this time").argParser(parseTime))
    .addOption(
      new Option("--within <days>", "warn of images that are deleted or archived within this many days")
        .argParser(parseCount)
        .default(7),
    )
    .option(
      "--release-tags <expression>",
      "semver, calver or a regular expression that matches the whole tag",
      "semver",
    )
    .addOption(new Option("--limit <images>", "images shown for each repository").argParser(parseCount).default(20))
    .option("--compare", "compare with ECR's own lifecycle policy preview", false)
    .option("--json", "print JSON", false)
    .action(async (options: PreviewCommandOptions) => {
      if (options.images === undefined && needsStack(options) && (await ensureStack(options.stack)) === "handed over") {
        return;
      }
      process.exitCode = await preview(options);
    });
  sourceOptions(lifecycle.command("snapshot"))
    .description(
      "writes repositories, images, policies in force and the workloads that run the images to a file, for preview --images",
    )
    .option("--out <file>", "the file to write (required)")
    .action(async (options: SourceOptions & { out?: string }) => {
      if (options.out === undefined) throw new Error("--out: found nothing. Must be the file to write.");
      if (needsStack(options) && (await ensureStack(options.stack)) === "handed over") return;
      const snapshot = await collect(options, new Date());
      fs.writeFileSync(options.out, lifecycleSnapshotText(snapshot));
      const images = snapshot.repositories.reduce((sum, each) => sum + each.images.length, 0);
      print(`${options.out}: ${snapshot.repositories.length} repositories, ${images} images`);
    });
}

function sourceOptions(command: Command): Command {
  const add = (value: string, before: string[]) => [...before, value];
  return command
    .option("--stack <stack>", "the stack whose outputs have the repositories (default: the selected one)")
    .option(
      "--consumer <stack>",
      "a stack that runs the images, as organization/project/stack; can be repeated",
      add,
      [],
    )
    .option("--repository <name>", "only this repository; without --stack, in --region; can be repeated", add, [])
    .option("--region <region>", "region of repositories that are not in a stack's outputs (default: AWS_REGION)");
}

/** Repositories may be given by name and region instead. */
function needsStack({ stack, repository }: SourceOptions): boolean {
  return stack !== undefined || repository.length === 0;
}

function collect(options: SourceOptions, now: Date): Promise<LifecycleSnapshot> {
  return withProgress("reading repositories, images and what runs them", () => collectSnapshot(sourceOf(options), now));
}

function sourceOf({ stack, consumer, repository, region }: SourceOptions): Source {
  return { stack, consumers: consumer, repositories: repository, region };
}

async function preview(options: PreviewCommandOptions): Promise<number> {
  const now = options.at ?? new Date();
  const isRelease = releaseMatcher(options.releaseTags);
  const document = options.policy === undefined ? undefined : readPolicyFile(options.policy);
  const snapshot = options.images === undefined ? await collect(options, now) : readImages(options);
  let exitCode = 0;
  const results: object[] = [];
  for (const repository of snapshot.repositories) {
    const shown = previewRepository(repository, { now, document, isRelease });
    const deployed = deployedThatGo(shown, options.within, now);
    const releases = releasesThatGo(shown, options.within, now);
    const compared = document ?? repository.document;
    const differences =
      options.compare && compared !== undefined
        ? await compareWithEcr(awsClients(repository.region).ecr, repository, compared, now)
        : undefined;
    if (deployed.length > 0) {
      exitCode = foundExitCode;
    }
    if (options.json) {
      const digests = (images: typeof deployed) => images.map(({ digest }) => digest);
      results.push({ ...shown, deployedThatGo: digests(deployed), releasesThatGo: digests(releases), differences });
    } else {
      print(previewText(shown, { limit: options.limit, deployed, releases }));
      print(`${differencesText(differences)}`);
    }
  }
  if (options.json) {
    print(JSON.stringify({ now, repositories: results as RepositoryPreview[] }, undefined, 2));
  }
  return exitCode;
}

function differencesText(differences: readonly PreviewDifference[] | undefined): string {
  if (differences === undefined) {
    return "";
  }
  const lines = differences.map(({ digest, here, ecr }) => `  ${shortDigest(digest)}: ${here} here, ${ecr} in ECR`);
  return [lines.length === 0 ? "  ECR's own preview agrees" : "  ECR's own preview differs:", ...lines, ""].join("\n");
}

function readImages(options: PreviewCommandOptions): LifecycleSnapshot {
  const file = options.images ?? "";
  const snapshot = parseLifecycleSnapshot(fs.readFileSync(file, "utf8"), file);
  const wanted = options.repository;
  const missing = wanted.filter((name) => !snapshot.repositories.some((each) => each.name === name));
  if (missing.length > 0) {
    throw new Error(`${file} has no repository ${missing.join(", ")}.`);
  }
  const repositories = snapshot.repositories.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  return { ...snapshot, repositories };
}

/** ECR's own document, or a list of rules in the short form as in the stack's config, both as JSON. */
function readPolicyFile(file: string): LifecyclePolicyDocument {
  const text = fs.readFileSync(file, "utf8");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The document's validation reports invalid JSON.
  }
  if (Array.isArray(parsed)) {
    return lifecyclePolicyFromRules(parsed as LifecycleRuleInput[], file);
  }
  const { document, faults } = readLifecyclePolicy(parsed ?? text, file);
  refuseFaults("lifecycle policy", faults);
  // Without faults there is a document.
  return document as LifecyclePolicyDocument;
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('Write it as "2026-01-31T12:00:00Z".');
  }
  return time;
}

function parseCount(text: string): number {
  if (!/^[0-9]{1,7}$/.test(text)) {
    throw new InvalidArgumentError("Write a whole number, 0 or more.");
  }
  return Number(text);
}
