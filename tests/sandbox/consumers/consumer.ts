import { commandBlocks } from "../../docs/commandMarkers";
import { documentedScript } from "../docs/documentedScript";
import type { TestProject } from "../program/project";

/** The stack `local` of a project under consumers/, with the state and in the account of a test project. */
export class Consumer {
  constructor(
    readonly project: TestProject,
    readonly name: string,
  ) {}

  /** Runs the Pulumi CLI in the consumer's folder; fails the test with what it said unless it succeeded. */
  async pulumi(...args: string[]): Promise<string> {
    const options = ["--stack", "local", "--non-interactive"];
    const result = await this.project.run("pulumi", [...args, ...options], {}, `consumers/${this.name}`);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")}: exit code ${result.code}\n${result.output}`);
    return result.stdout;
  }

  async init(): Promise<void> {
    const args = ["stack", "init", "local", "--non-interactive"];
    const result = await this.project.run("pulumi", args, {}, `consumers/${this.name}`);
    if (result.code !== 0) throw new Error(result.output);
  }

  /** Runs blocks of docs/consumers.md that name this consumer's test, as they stand there. */
  async runDocumented(...indexes: number[]): Promise<string> {
    const marker = `runs in tests/sandbox/consumers/${this.name}.test.ts`;
    const blocks = commandBlocks("docs/consumers.md").filter((block) => block.marker === marker);
    const chosen = blocks.filter((_, index) => indexes.includes(index));
    if (chosen.length !== indexes.length)
      throw new Error(`docs/consumers.md has ${blocks.length} blocks for ${marker}`);
    return this.project.must("bash", "-c", documentedScript(chosen));
  }

  async up(): Promise<void> {
    await this.pulumi("up", "--yes", "--skip-preview");
  }

  async outputs<T>(): Promise<T> {
    return JSON.parse(await this.pulumi("stack", "output", "--json")) as T;
  }

  async destroy(): Promise<void> {
    await this.pulumi("destroy", "--yes", "--skip-preview");
  }

  /** Type and name of each resource of the state with those of its parent, in order. */
  async tree(): Promise<string[]> {
    const state = JSON.parse(await this.pulumi("stack", "export")) as {
      deployment: { resources?: { urn: string; parent?: string }[] };
    };
    return (state.deployment.resources ?? [])
      .filter(({ urn }) => !urn.includes("::pulumi:"))
      .map(({ urn, parent }) => `${shortOf(urn)} < ${parent === undefined ? "" : shortOf(parent)}`)
      .sort();
  }
}

/** `aws:ecs/service:Service svc` of a URN, without the types of its parents. */
function shortOf(urn: string): string {
  const [, , types = "", name = ""] = urn.slice("urn:pulumi:".length).split("::");
  return `${types.split("$").at(-1)} ${name}`;
}
