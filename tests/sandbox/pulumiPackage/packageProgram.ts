import * as fs from "node:fs";
import * as path from "node:path";
import { codeBlocks } from "../../docs/markdown";
import { type Result, TestProject } from "../program/project";

export interface StateResource {
  urn: string;
  type: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
}

/** A separate program that uses a clone's package: a folder beside the clone's files, with its own state. */
export class PackageProgram {
  /** The clone, with its own AWS account. */
  readonly clone = new TestProject();
  readonly directory = path.join(this.clone.directory, "consumer");
  /** Its commands' environment, in addition to the clone's. */
  readonly env: NodeJS.ProcessEnv;

  /** @param path_ Folders to put first on PATH, for a language host that the sandbox does not have. */
  constructor(...path_: string[]) {
    const state = path.join(this.directory, "state");
    fs.mkdirSync(state, { recursive: true });
    this.env = {
      PULUMI_BACKEND_URL: `file://${state}`,
      PATH: [...path_, process.env["PATH"]].join(path.delimiter),
    };
  }

  /** The folder that `pulumi package add` takes. */
  readonly package = path.join(this.clone.directory, "provider", "bin");

  write(file: string, content: string): void {
    this.clone.write(path.join("consumer", file), content);
  }

  run(command: string, ...args: string[]): Promise<Result> {
    return this.clone.run(command, args, this.env, "consumer");
  }

  pulumi(...args: string[]): Promise<Result> {
    return this.run("pulumi", ...args, "--non-interactive");
  }

  /** Like `pulumi`, but throws with the command's output when it fails. */
  async mustPulumi(...args: string[]): Promise<Result> {
    const result = await this.pulumi(...args);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")}: exit code ${result.code}\n${result.output}`);
    return result;
  }

  async outputs(): Promise<Record<string, string>> {
    return JSON.parse((await this.mustPulumi("stack", "output", "--json")).stdout) as Record<string, string>;
  }

  async resources(): Promise<StateResource[]> {
    return resourcesIn((await this.mustPulumi("stack", "export")).stdout);
  }

  async remove(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
    this.clone.remove();
  }
}

export function resourcesIn(exported: string): StateResource[] {
  const { deployment } = JSON.parse(exported) as { deployment: { resources?: StateResource[] } };
  return deployment.resources ?? [];
}

/** The inputs of a stack's resources, by URN, without logins, which differ in each run. */
export function asMade(resources: readonly StateResource[]): Record<string, unknown> {
  const logins = ["registry", "sourceLogin", "repositoryLogin", "logins"];
  const made = resources.filter(({ type }) => !type.startsWith("pulumi:"));
  return Object.fromEntries(
    made.map(({ urn, inputs = {} }) => [
      urn,
      Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, logins.includes(key) ? "<login>" : value])),
    ]),
  );
}

/** The example of docs/package.md in a language. */
export function documentedProgram(language: string): string {
  const found = codeBlocks("docs/package.md").find((block) => block.language === language);
  if (found === undefined) throw new Error(`docs/package.md has no example in ${language}`);
  return found.text;
}
