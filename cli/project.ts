import * as fs from "node:fs";
import * as path from "node:path";
import { stackFilesFolder } from "../config/stackFile";
import { didYouMean } from "../ecr/values/nearestWord";

/**
 * The project's folder: the working directory, or the nearest one above it with Pulumi.yaml. @throws Error when there
 * is none.
 */
export function projectFolder(from = process.cwd()): string {
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "Pulumi.yaml"))) return folder;
    if (folder === path.dirname(folder)) {
      throw new Error(
        `${from}: found no Pulumi.yaml here or in a parent folder. Run the command in the project's folder.`,
      );
    }
  }
}

/**
 * The environments of a project, which have a file Pulumi.<env>.yaml. Pulumi allows letters, digits, `-`, `_` and `.`
 * in a stack's name.
 */
export function environmentsOf(project: string): string[] {
  return fs
    .readdirSync(stackFilesFolder(project))
    .flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

/** A stack's environment: its name without organization and project. */
export function environmentOf(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** The message for an unknown environment, with the existing ones. */
export function unknownEnvironment(project: string, environment: string): string {
  const known = environmentsOf(project);
  const file = `Pulumi.${environment}.yaml`;
  return `there is no environment ${JSON.stringify(environment)}. ${didYouMean(environment, known).replace(/^d/, "D")}Write one of ${known.join(", ")}, or add ${file}`;
}

/** Path of an environment's policy config, relative to the project. */
export function policyConfigFile(environment: string): string {
  return `policies/config/${environment}.json`;
}

/**
 * The policy config of a stack, for every command that evaluates policies.
 *
 * @param stack Its name, with or without organization and project.
 * @throws Error when there is none.
 */
export function policyConfigOf(project: string, stack: string): string {
  const config = policyConfigFile(environmentOf(stack));
  if (fs.existsSync(path.join(project, config))) return config;
  throw new Error(`${config} is missing: each environment needs its own policy config. Copy one from policies/config`);
}
