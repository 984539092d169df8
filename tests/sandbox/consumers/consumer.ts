import { commandBlocks } from "../../docs/commandMarkers";
import { documentedScript } from "../docs/documentedScript";
import type { TestProject } from "../program/project";

/** The stack `local` of a project under consumers/, in a test project's state backend and account. */
export class Consumer {
  constructor(
    readonly project: TestProject,
    readonly name: string,
  ) {}

  /** Runs the Pulumi CLI in the consumer's folder; throws with its output if it fails. */
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

  /** Runs blocks of docs/consumers.md that are marked as run by this consumer's test, unchanged. */
  async runDocumented(...indexes: number[]): Promise<string> {
    const marker = `runs in tests/sandbox/consumers/${this.name}.test.ts`;
    const blocks = commandBlocks("docs/consumers.md").filter((block) => block.marker === marker);
    const chosen = blocks.filter((_, index) => indexes.includes(index));
    if (chosen.length !== indexes.length) {
      throw new Error(`docs/consumers.md has ${blocks.length} blocks for ${marker}`);
    }
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

  /** Type and name of each resource in the state with those of its parent, sorted. */
  async tree(): Promise<string[]> {
    const state = JSON.parse(await this.pulumi("stack", "export")) as {
      deployment: { resources?: { urn: string; parent?: string }[] };
    };
    return (state.deployment.resources ?? [])
      .filter(({ urn }) => !urn.includes("::pulumi:"))
      .map(({ urn, parent }) => `${shortName(urn)} < ${parent === undefined ? "" : shortName(parent)}`)
      .sort();
  }
}

/** The type and name in a URN, such as `aws:ecs/service:Service svc`, without its parents' types. */
function shortName(urn: string): string {
  const [, , types = "", name = ""] = urn.slice("urn:pulumi:".length).split("::");
  return `${types.split("$").at(-1)} ${name}`;
}
