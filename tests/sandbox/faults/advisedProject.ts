import assert from "node:assert/strict";
import * as path from "node:path";
import { ECRClient, paginateDescribeRepositories, paginateListImages } from "@aws-sdk/client-ecr";
import { version } from "pulumi/package.json";
import { type AdviceName, advices } from "../../../cli/environments/advice";
import { projectRoot } from "../../../sandbox/paths";
import type { Result } from "../program/project";
import { LiveProject } from "../stackLife/liveProject";
import { type Fault, injectFaults } from "./control";

const cli = path.join(projectRoot, "cli", "bin", "ecr.cjs");

/** A project whose user follows the advice that `npm run up` prints after a failure. */
export class AdvisedProject extends LiveProject {
  private config: Record<string, unknown> = {};
  private entries: Record<string, object> = {};

  /** Adds to the config; undefined removes an entry. */
  describe(entries: Record<string, object | undefined>, more: Record<string, unknown> = {}): void {
    this.entries = JSON.parse(JSON.stringify({ ...this.entries, ...entries }));
    this.config = JSON.parse(JSON.stringify({ ...this.config, ...more }));
    this.configure({ privateRepositories: this.entries, ...this.config });
  }

  /** Lets these accounts pull, according to the environment's policies, which `npm run up` enforces. */
  allow(...accounts: string[]): void {
    const file = "policies/config/local.json";
    const policies = { ...JSON.parse(this.read(file)), "ecr-access-accounts": { accounts } };
    this.write(file, JSON.stringify(policies));
  }

  private readonly flags = ["--yes", "--skip-preview", "--non-interactive"];

  /** `npm run up -- local`, which prints advice. */
  update(env: NodeJS.ProcessEnv = {}): Promise<Result> {
    return this.run(process.execPath, [cli, "up", "local", ...this.flags], env);
  }

  async mustUpdate(): Promise<Result> {
    const result = await this.update();
    assert.equal(result.code, 0, result.output);
    return result;
  }

  /** The last run of `startUpdate`. */
  running: ReturnType<LiveProject["start"]> | undefined;

  /** Starts the Pulumi CLI itself: `kill -9` of a launcher would leave it running. */
  startUpdate() {
    const pulumi = path.join(process.env["PULUMI_HOME"] ?? "", "versions", version, "bin", "pulumi");
    this.running = this.start(pulumi, ["up", "--stack", "local", ...this.flags]);
    return this.running;
  }

  /** Asserts that a command's output shows an advice. @returns Its text. */
  advised(name: AdviceName, { output }: Result): string {
    const text = advices[name].text.replaceAll("ENV", "local");
    assert.ok(output.includes(`\n- ${text}\n`), `no advice ${name} in:\n${output}`);
    return text;
  }

  /** Runs the command in backticks in `text` that starts with `beginning`, and answers yes to Pulumi's prompts. */
  async obey(text: string, beginning: string): Promise<string> {
    const command = [...text.matchAll(/`([^`]+)`/g)].map(([, each = ""]) => each).find((x) => x.startsWith(beginning));
    assert.ok(command !== undefined, `no ${beginning} in: ${text}`);
    // The project's copy has no npm scripts.
    const [, script] = /^npm run (.*)$/.exec(command) ?? [];
    if (script !== undefined) return this.must("sh", "-c", `node '${cli}' ${script.replace(" --", "")}`);
    return this.must("sh", "-c", command.startsWith("npx pulumi") ? `${command} --yes --non-interactive` : command);
  }

  inject(...faults: Omit<Fault, "account">[]): Promise<void> {
    const all = faults.map((fault) => ({ ...fault, account: this.account }));
    return injectFaults(this.endpoint, ...all);
  }

  get endpoint(): string {
    return this.env["AWS_ENDPOINT_URL"] ?? "";
  }

  /** `name@digest` of each image in each private repository. */
  async allImages(): Promise<string[]> {
    const client = new ECRClient({
      endpoint: this.endpoint,
      region: "ap-northeast-2",
      credentials: { accessKeyId: this.account, secretAccessKey: this.env["AWS_SECRET_ACCESS_KEY"] ?? "" },
    });
    const all = new Set<string>();
    for await (const { repositories = [] } of paginateDescribeRepositories({ client }, {})) {
      for (const { repositoryName } of repositories) {
        for await (const { imageIds = [] } of paginateListImages({ client }, { repositoryName })) {
          for (const { imageDigest } of imageIds) all.add(`${repositoryName}@${imageDigest}`);
        }
      }
    }
    return [...all].sort();
  }

  /** Creates a repository outside Pulumi, with an image. */
  async makeByHand(repositoryName: string): Promise<void> {
    const { repository } = await this.aws<{ repository: { repositoryUri: string } }>(
      ...["ecr", "create-repository", "--repository-name", repositoryName],
    );
    await this.push(repository.repositoryUri, "1.0.0");
  }
}
