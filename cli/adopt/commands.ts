import * as fs from "node:fs";
import * as path from "node:path";
import { DescribeRegistryCommand } from "@aws-sdk/client-ecr";
import { ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import { DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Command } from "commander";
import { stackFilesFolder } from "../../config/stackFile";
import { publicRegions } from "../../ecr/regions";
import { wildcardMatches } from "../../ecr/wildcard";
import { awsClients, errorText } from "../aws/clients";
import { foundExitCode } from "../exitCodes";
import { policyConfigFile, projectFolder } from "../project";
import { isInSandbox } from "../sandbox";
import { print, printError } from "../terminal";
import { type AdoptedConfig, adoptedConfig } from "./adoptedConfig";
import { type PrivateFound, readPrivateRepositories, readPublicRepositories } from "./readRepositories";
import { adoptedStackFile } from "./stackFile";
import { nextSteps, summary } from "./summary";
import { isManaged, lettingGo, readTerraformState, terraformText } from "./terraform";

interface AdoptOptions {
  region: string[];
  filter: string[];
  public: boolean;
  terraform?: string;
  print: boolean;
}

/** Adds `adopt` to a command line: exit code 2 when there is nothing to adopt, or what is there has faults. */
export function addAdoptCommand(program: Command): void {
  program
    .command("adopt")
    .description(
      "writes the file of an environment for the repositories that an account has already; changes nothing in AWS",
    )
    .argument("<environment>", "the environment to write, such as legacy: Pulumi.legacy.yaml must not be there yet")
    .option("--region <regions...>", "where to look; the first is the environment's (default: AWS_REGION)", [])
    .option("--filter <patterns...>", "only repositories with such names, `*` for any characters (default: all)", [])
    .option("--public", "the account's public repositories too", false)
    .option("--terraform <file>", "only what this Terraform state manages, with the blocks that make it let go")
    .option("--print", "print the file instead of writing it", false)
    .action(async (environment: string, options: AdoptOptions) => {
      process.exitCode = await adopt(environment, options);
    });
}

async function adopt(environment: string, options: AdoptOptions): Promise<number> {
  const project = projectFolder();
  const file = path.join(stackFilesFolder(project), `Pulumi.${environment}.yaml`);
  refuseName(environment, file, options.print);
  const regions = regionsOf(options.region);
  const [region = ""] = regions;
  const terraform =
    options.terraform === undefined
      ? undefined
      : readTerraformState(fs.readFileSync(options.terraform, "utf8"), options.terraform);
  const wanted = (kind: "private" | "public", where?: string) => (name: string) =>
    (options.filter.length === 0 || options.filter.some((pattern) => wildcardMatches(pattern, name))) &&
    (terraform === undefined || isManaged(terraform, kind, name, where));
  const { registryId: account = "" } = await awsClients(region).ecr.send(new DescribeRegistryCommand({}));
  printError(`Account ${account}, ${regions.join(", ")}: reading repositories…`);
  const inRegions = await Promise.all(
    regions.map((each) => readPrivateRepositories(awsClients(each).ecr, each, wanted("private", each))),
  );
  const found = { private: inRegions.flat(), public: options.public ? await publicRepositories(wanted("public")) : [] };
  const config = adoptedConfig(found, region, await ownKeys(found.private));
  if (Object.keys({ ...config.privateRepositories, ...config.publicRepositories }).length === 0) {
    printError("Found no repository. Look into --region, --filter, --public and --terraform.");
    return foundExitCode;
  }
  const text = adoptedStackFile(config, { region, account });
  const forTerraform = terraformText(
    lettingGo(terraform ?? [], [
      ...found.private.map(({ name, region }) => ({ kind: "private" as const, name, region })),
      ...found.public.map(({ name }) => ({ kind: "public" as const, name })),
    ]),
  );
  if (options.print) {
    print(text);
    printError([summary(config), forTerraform].filter((each) => each !== "").join("\n\n"));
    return 0;
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text, { flag: "wx" });
  return report(project, environment, config, forTerraform);
}

function refuseName(environment: string, file: string, prints: boolean): void {
  if (!/^[\w-]+$/.test(environment)) {
    throw new Error(
      `${JSON.stringify(environment)}: an environment's name has letters, digits, "_" and "-". Write another.`,
    );
  }
  if (prints || !fs.existsSync(file)) return;
  throw new Error(
    `${path.basename(file)} is there already, and stays as it is. Name another environment, or write --print.`,
  );
}

/** `--region a b`, `--region a,b`; else what the AWS CLI takes. */
function regionsOf(given: readonly string[]): string[] {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const regions = given.flatMap((each) => each.split(",")).filter((each) => each !== "");
  const usual = [AWS_REGION ?? AWS_DEFAULT_REGION ?? ""].filter((each) => each !== "");
  const all = [...new Set(regions.length > 0 ? regions : usual)];
  if (all.length > 0) return all;
  throw new Error(
    "no region: give --region, as in --region eu-west-1, or set AWS_REGION. In the sandbox: npm run sandbox -- npm run adopt -- ENV.",
  );
}

function publicRepositories(wanted: (name: string) => boolean) {
  return readPublicRepositories(new ECRPUBLICClient({ region: publicRegions[0], maxAttempts: 8 }), wanted);
}

/**
 * Which keys are the customer's, and so to be named. A repository keeps the key that it has where none is named: AWS's own,
 * and one that is gone. One that may not be looked at is named.
 */
async function ownKeys(found: readonly PrivateFound[]): Promise<(key: string) => boolean> {
  const regionOf = new Map(found.flatMap(({ kmsKey, region }) => (kmsKey === undefined ? [] : [[kmsKey, region]])));
  const own = new Set<string>();
  for (const [key, region] of regionOf) {
    try {
      const { KeyMetadata } = await new KMSClient({ region, maxAttempts: 8 }).send(
        new DescribeKeyCommand({ KeyId: key }),
      );
      if (KeyMetadata?.KeyManager !== "AWS") own.add(key);
    } catch (error) {
      if ((error as Error).name === "NotFoundException") continue;
      printError(`${key}: taken for the account's own key: ${errorText(error)}`);
      own.add(key);
    }
  }
  return (key) => own.has(key);
}

/** What was written, what to know, and what to do next. */
function report(project: string, environment: string, config: AdoptedConfig, forTerraform: string): number {
  const policies = policyConfigFile(environment);
  const hasPolicies = fs.existsSync(path.join(project, policies));
  // Repositories of before were made by other rules: these advise until somebody decides.
  if (!hasPolicies)
    fs.writeFileSync(path.join(project, policies), `${JSON.stringify({ all: "advisory" }, undefined, 2)}\n`);
  // Loads the program's own checks.
  const { validateEnvironment } =
    require("../validate/validateEnvironment") as typeof import("../validate/validateEnvironment");
  const { messages } = validateEnvironment(project, environment);
  print(summary(config));
  print(`\nWrote Pulumi.${environment}.yaml${hasPolicies ? "" : ` and ${policies} (all rules advise)`}.`);
  if (messages.length > 0) {
    printError(["", "To be mended first:", ...messages.map((each) => `- ${each}`)].join("\n"));
  }
  if (forTerraform !== "") print(`\n${forTerraform}`);
  print(`\n${nextSteps(environment, isInSandbox())}`);
  return messages.length > 0 ? foundExitCode : 0;
}
