import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ProgramError } from "../programError";

const program = "pulumi-resource-ecr";
/** Where npm installs the provider, as written in Pulumi.yaml. */
const installedFolder = "node_modules/ecr-components/provider";

/** The parts of Pulumi.yaml that name providers. */
interface ProjectFile {
  plugins?: { providers?: { name?: string; path?: string }[] };
  packages?: Record<string, unknown>;
}

/** Projects already checked: each image of a program asks. */
const checkedProjects = new Set<string>();

/**
 * Refuses a program whose engine will not find this project's own provider, which transfers images: the engine's own
 * error names neither the package that contains it nor the file that has to reference it.
 */
export function requireOwnProvider(): void {
  const root = pulumi.runtime.getRootDirectory();
  // Outside an engine the path is not absolute, and there is no provider to find.
  if (!path.isAbsolute(root) || checkedProjects.has(root)) return;
  const fault = ownProviderFault(root);
  if (fault !== undefined) throw new ProgramError(fault);
  checkedProjects.add(root);
}

/** Why the engine will not find the provider for the project in a folder, and the fix; undefined when it will. */
export function ownProviderFault(root: string): string | undefined {
  const file = projectFile(root);
  // Not a project's program but a provider that creates components for other languages: the engine has already found
  // this one.
  if (file === undefined) return undefined;
  // Loaded here because not every program needs it.
  const { parse } = require("yaml") as typeof import("yaml");
  const { plugins, packages } = (parse(fs.readFileSync(path.join(root, file), "utf8")) ?? {}) as ProjectFile;
  if (packages !== undefined && "ecr" in packages) return undefined;
  const named = plugins?.providers?.find(({ name }) => name === "ecr");
  if (named === undefined) return isInstalled() ? undefined : missingProviderMessage(file);
  const given = named.path ?? "";
  return isProvider(path.resolve(root, given)) ? undefined : wrongPathMessage(file, given);
}

function missingProviderMessage(file: string): string {
  return `${file}: plugins.providers has no provider "ecr". It copies the images of this program. Write:

plugins:
  providers:
    - name: ecr
      path: ./${installedFolder}
`;
}

function wrongPathMessage(file: string, given: string): string {
  return `${file}: plugins.providers: found ${JSON.stringify(given)} as the path of "ecr", which has no ${program}. Must be the folder of the provider. Run npm install, or write ./${installedFolder}.`;
}

function projectFile(root: string): string | undefined {
  return ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].find((file) => fs.existsSync(path.join(root, file)));
}

function isProvider(folder: string): boolean {
  return hasProgram(folder) || fs.existsSync(path.join(folder, "PulumiPlugin.yaml"));
}

function hasProgram(folder: string): boolean {
  return [program, `${program}.exe`].some((file) => fs.existsSync(path.join(folder, file)));
}

/** Whether it is installed as a Pulumi plugin or is on PATH: the engine looks there, too. */
function isInstalled(): boolean {
  const home = process.env["PULUMI_HOME"] || path.join(os.homedir(), ".pulumi");
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter(path.isAbsolute);
  return folders.some(hasProgram) || pluginFolders(home).some((name) => name.startsWith("resource-ecr-v"));
}

function pluginFolders(home: string): string[] {
  try {
    return fs.readdirSync(path.join(home, "plugins"));
  } catch {
    return [];
  }
}
