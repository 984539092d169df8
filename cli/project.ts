import * as fs from "node:fs";
import * as path from "node:path";
import { didYouMean } from "../ecr/nearestWord";

/** The project's folder: the working directory, or the nearest above it with Pulumi.yaml. @throws Error when there is none. */
export function projectFolder(from = process.cwd()): string {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
    if (folder === path.dirname(folder)) {
      throw new Error(`${from}: found no Pulumi.yaml, here or above. Run the command in the project's folder.`);
    }
  }
}

/** The environments that a project has a file Pulumi.<env>.yaml for. */
export function environmentsOf(project: string): string[] {
  return fs
    .readdirSync(project)
    .flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** Says that there is no such environment, and which there are. */
export function unknownEnvironment(project: string, environment: string): string {
  const known = environmentsOf(project);
  const file = `Pulumi.${environment}.yaml`;
  return `there is no environment ${JSON.stringify(environment)}: ${didYouMean(environment, known)}write one of ${known.join(", ")}, or add ${file}`;
}

/** Where policy config of an environment stands, relative to the project. */
export function policyConfigFile(environment: string): string {
  return `policies/config/${environment}.json`;
}

/**
 * The policy config that goes with a stack, for every command that has it judged.
 *
 * @param stack Its name, with organization and project or without.
 * @throws Error when there is none.
 */
export function policyConfigOf(project: string, stack: string): string {
  const config = policyConfigFile(stack.split("/").at(-1) ?? stack);
  if (fs.existsSync(path.join(project, config))) return config;
  throw new Error(`${config} is missing: an environment has policies of its own; copy one of policies/config`);
}
