import assert from "node:assert/strict";
import { Account, comparable, type Snapshot } from "./account";
import type { Engine, Result } from "./engine";
import { learn } from "./learn";
import { type Config, emptyWorld, type World } from "./model";
import type { StackFile } from "./stackFile";
import { type Outcome, transition } from "./transition";

/** As users run it: an update whose preview fails does not start. */
export const upWithPreview = ["up", "--yes", "--suppress-outputs"];
export const up = ["up", "--yes", "--skip-preview", "--suppress-outputs"];

/** A stack in its own account, and the model of both. */
export class LivingStack {
  world: World = emptyWorld();
  /** The config before the last update, for the edit that reverts it. */
  previous: Config | undefined;
  readonly account: Account;
  readonly name: string;
  /** What happened, to print with a failure. */
  readonly story: string[] = [];
  /** Number of steps after which everything was checked. */
  checked = 0;

  constructor(
    readonly engine: Engine,
    readonly file: StackFile,
    account: string,
  ) {
    this.account = new Account(account);
    this.name = `s${account}`;
    process.env["AWS_ACCESS_KEY_ID"] = account;
  }

  /**
   * Writes the stack's file and updates the stack.
   *
   * @param config `undefined` when the edit has nothing to change in this life.
   * @param run Runs the update. Not used for one that must be rejected.
   */
  async update(config: Config | undefined, run = () => this.must(...up)): Promise<void> {
    if (config === undefined) return this.skip();
    const outcome = transition(this.world, config);
    this.file.write(this.name, config);
    if ("refused" in outcome) return this.refusal(outcome);
    await run();
    return this.updated(outcome.world);
  }

  /** Takes over the expected world, and checks AWS against it. */
  async updated(world: World): Promise<void> {
    this.previous = this.world.config;
    this.world = world;
    learn(this.world, await this.account.snapshot());
    return this.check();
  }

  /** A rejected update must change nothing; the file is then restored. */
  private async refusal({ refused: why, late }: Extract<Outcome, { refused: string }>): Promise<void> {
    this.story.push(`  to be refused: ${why}`);
    const result = await this.pulumi(...upWithPreview);
    assert.notEqual(result.code, 0, `this had to be refused (${why}):\n${result.output}`);
    await this.compare(`after a refusal, which said:\n${result.output}`);
    this.file.write(this.name, this.world.config);
    // The state has the component of a resource that could not be created.
    if (late) await this.must(...up);
    return this.check();
  }

  skip(): void {
    this.story.push("  nothing to do");
  }

  /** AWS must match the model, and a preview with a refresh must plan no change. */
  async check(): Promise<void> {
    this.checked += 1;
    await this.compare();
    const preview = await this.pulumi("preview", "--refresh", "--expect-no-changes", "--suppress-outputs", "--diff");
    assert.equal(preview.code, 0, `the next preview is not empty:\n${preview.output}`);
  }

  async compare(when = "", account = this.account, expected: Snapshot = this.world): Promise<void> {
    const found = comparable(await account.snapshot());
    assert.deepEqual(found, comparable(expected), `AWS has (+) what the model has not (-) ${when}`);
  }

  pulumi(...args: string[]): Promise<Result> {
    return this.engine.run(...args, "--stack", this.name);
  }

  async must(...args: string[]): Promise<void> {
    const result = await (args[0] === "stack" ? this.engine.run(...args) : this.pulumi(...args));
    assert.equal(result.code, 0, `pulumi ${args.join(" ")}:\n${result.output}`);
  }
}
