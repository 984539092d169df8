import * as fs from "node:fs";
import * as path from "node:path";
import { DescribeRegistryCommand } from "@aws-sdk/client-ecr";
import type { Command } from "commander";
import { stackFilesFolder } from "../../config/stackFile";
import { awsClients } from "../aws/clients";
import { foundExitCode } from "../exitCodes";
import { policyConfigFile, projectFolder } from "../project";
import { isInSandbox } from "../sandbox";
import { print, printError } from "../terminal";
import { adoptedAccount } from "./adoptedAccount";
import type { AdoptedConfig } from "./adoptedConfig";
import { environmentNames, splitIntoEnvironments } from "./environmentSize";
import { adoptedStackFile } from "./stackFile";
import { nextSteps, summary } from "./summary";
import { removalText, terraformRemoval } from "./terraformRemoval";
import { readTerraformState } from "./terraformState";

interface AdoptOptions {
  region: string[];
  filter: string[];
  public: boolean;
  /** @default true without --filter */
  registry?: boolean;
  repositories: boolean;
  terraform?: string;
  print: boolean;
}

/** Adds the `adopt` command. Exits with code 2 when there is nothing to adopt or the written files have faults. */
export function addAdoptCommand(program: Command): void {
  program
    .command("adopt")
    .description(
      "writes an environment file for the repositories and registry settings that an account already has; changes nothing in AWS",
    )
    .argument("<environment>", "the environment to write, such as legacy; Pulumi.legacy.yaml must not exist yet")
    .option(
      "--region <regions...>",
      "where to look; the first becomes the environment's region (default: AWS_REGION)",
      [],
    )
    .option(
      "--filter <patterns...>",
      "only repositories with matching names; `*` matches any characters (default: all)",
      [],
    )
    .option("--public", "include the account's public repositories", false)
    .option(
      "--registry",
      "include the registry's settings: policy, scanning, replication, pull-through caches, creation templates, account settings, exclusions (default: unless there is --filter)",
    )
    .option("--no-registry", "leave the registry's settings out")
    .option("--no-repositories", "leave all repositories out, for a stack with nothing but the registry's settings")
    .option(
      "--terraform <file>",
      "only what this Terraform state manages; prints the blocks that remove it from Terraform",
    )
    .option("--print", "print the file instead of writing it", false)
    .action(async (environment: string, options: AdoptOptions) => {
      process.exitCode = await adopt(environment, options);
    });
}

async function adopt(environment: string, options: AdoptOptions): Promise<number> {
  const project = projectFolder();
  refuseName(environment);
  // Further names depend on how many files the config is split into, which is not known yet.
  if (!options.print) newFiles(project, [environment]);
  const regions = regionsOf(options.region);
  const [region = ""] = regions;
  const terraform =
    options.terraform === undefined
      ? undefined
      : readTerraformState(fs.readFileSync(options.terraform, "utf8"), options.terraform);
  const { registryId: account = "" } = await awsClients(region).ecr.send(new DescribeRegistryCommand({}));
  printError(`Account ${account}, ${regions.join(", ")}: reading what is there…`);
  const { filter, repositories, registry = filter.length === 0 } = options;
  const { config, adoptable } = await adoptedAccount({
    ...{ account, regions, filter, repositories, registry, terraform },
    public: options.public,
  });
  const { privateRepositories, publicRepositories, registries } = config;
  if (Object.keys({ ...privateRepositories, ...publicRepositories, ...registries }).length === 0) {
    printError(nothingFoundMessage(config));
    return foundExitCode;
  }
  const parts = splitIntoEnvironments(config);
  const names = environmentNames(environment, parts.length);
  const texts = parts.map((part) => adoptedStackFile(part, { region, account }));
  const forTerraform = removalText(terraformRemoval(terraform ?? [], adoptable));
  if (options.print) {
    print(texts.join("---\n"));
    printError([summary(config), forTerraform].filter((each) => each !== "").join("\n\n"));
    return 0;
  }
  for (const [index, file] of newFiles(project, names).entries()) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, texts[index] ?? "", { flag: "wx" });
  }
  return report(project, names, config, forTerraform);
}

function nothingFoundMessage({ outside }: AdoptedConfig): string {
  return [
    "Found nothing to adopt. Check --region, --filter, --public, --registry and --terraform.",
    ...outside.map((each) => `- ${each}`),
  ].join("\n");
}

function refuseName(environment: string): void {
  if (/^[\w-]+$/.test(environment)) return;
  throw new Error(
    `${JSON.stringify(environment)}: an environment's name can have only letters, digits, "_" and "-". Choose another.`,
  );
}

/** The paths of new stack files. @throws Error when one exists, as nothing is overwritten. */
function newFiles(project: string, environments: readonly string[]): string[] {
  const folder = stackFilesFolder(project);
  const files = environments.map((environment) => path.join(folder, `Pulumi.${environment}.yaml`));
  const there = files.find((file) => fs.existsSync(file));
  if (there === undefined) return files;
  throw new Error(
    `${path.basename(there)} already exists and is left unchanged. Name another environment, or use --print.`,
  );
}

/** `--region a b` or `--region a,b`; by default the AWS CLI's environment variables. */
function regionsOf(given: readonly string[]): string[] {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const regions = given.flatMap((each) => each.split(",")).filter((each) => each !== "");
  const environmentRegions = [AWS_REGION ?? AWS_DEFAULT_REGION ?? ""].filter((each) => each !== "");
  const all = [...new Set(regions.length > 0 ? regions : environmentRegions)];
  if (all.length > 0) return all;
  throw new Error(
    "--region: found nothing. Must be a region. Write --region eu-west-1, or set AWS_REGION. In the sandbox: npm run sandbox -- npm run adopt -- ENV.",
  );
}

/** Prints what was written, what needs attention and the next steps. */
function report(project: string, environments: string[], config: AdoptedConfig, forTerraform: string): number {
  // Loaded on first use: it brings in the program's whole validation.
  const { validateEnvironment } =
    require("../validate/validateEnvironment") as typeof import("../validate/validateEnvironment");
  const written = environments.map((environment) => ({
    environment,
    policies: writeAdvisoryPolicies(project, environment),
  }));
  const messages = environments.flatMap((environment) => validateEnvironment(project, environment).messages);
  print(`${summary(config)}\n`);
  if (environments.length > 1) {
    print(`Split into ${environments.length} environments: a program can have at most 128 KiB of config.`);
  }
  for (const { environment, policies } of written) {
    print(`Wrote Pulumi.${environment}.yaml${policies ? ` and ${policies} (all rules advisory)` : ""}.`);
  }
  if (messages.length > 0) {
    printError(["", "To fix first:", ...messages.map((each) => `- ${each}`)].join("\n"));
  }
  if (forTerraform !== "") print(`\n${forTerraform}`);
  print(`\n${nextSteps(environments, isInSandbox())}`);
  return messages.length > 0 ? foundExitCode : 0;
}

/**
 * Makes every rule advisory, because repositories that predate the policy pack may violate it.
 * @returns The file name, or `undefined` when the file already existed.
 */
function writeAdvisoryPolicies(project: string, environment: string): string | undefined {
  const policies = policyConfigFile(environment);
  if (fs.existsSync(path.join(project, policies))) return undefined;
  fs.writeFileSync(path.join(project, policies), `${JSON.stringify({ all: "advisory" }, undefined, 2)}\n`);
  return policies;
}
