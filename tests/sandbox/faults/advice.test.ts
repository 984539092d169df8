import assert from "node:assert/strict";
import type { AdviceName } from "../../../cli/environments/advice";
import { removeTemporary } from "../temporary";
import { fullTests } from "../tools";
import { partners, scenarios } from "./adviceScenarios";
import { AdvisedProject } from "./advisedProject";
import { OwnSurroundings } from "./ownSurroundings";

/** Those that kill a part of the sandbox or move its clock: nobody else may use it. */
const alone: readonly AdviceName[] = ["loginRefused", "sandboxPart"];
const names = Object.keys(scenarios) as AdviceName[];

/** Each advice of `npm run up`, from the failure that it is for to a good end, in one stack's life. */
describe("faults: what npm run up says to do, followed literally", function () {
  this.timeout(300_000);
  let life: AdvisedProject;
  let surroundings: OwnSurroundings;

  /** Stacks with an image that nobody may lose. */
  async function begin(env: NodeJS.ProcessEnv = {}): Promise<void> {
    life = new AdvisedProject();
    Object.assign(life.env, env);
    await life.init();
    life.allow(life.account, ...partners);
    life.describe({ shop: { access: { pullFrom: partners.slice(0, 1) } } });
    await life.mustUpdate();
    await life.push((await life.outputs()).privateRepositories["shop"]?.url ?? "", "1.0.0");
    assert.equal((await life.allImages()).length, 1);
  }

  async function play(name: AdviceName, { cause, follow }: (typeof scenarios)[AdviceName][number]): Promise<void> {
    const { env, meanwhile } = (await cause(life, surroundings)) ?? {};
    const before = await life.allImages();
    const [failed] = await Promise.all([life.update(env), meanwhile?.()]);
    assert.notEqual(failed.code, 0, failed.output);
    await follow(life, life.advised(name, failed), failed);
    const after = new Set(await life.allImages());
    assert.deepEqual(
      before.filter((image) => !after.has(image)),
      [],
      "images were lost",
    );
    assert.ok(before.length > 0);
    if (fullTests) await life.mustBeSettled();
  }

  function followed(of: readonly AdviceName[]): void {
    for (const name of of) {
      for (const scenario of scenarios[name]) {
        it(`${name}: ${scenario.title}`, async function () {
          if (scenario.full && !fullTests) this.skip();
          await play(name, scenario);
        });
      }
    }
    afterEach(() => life.inject());
    after(async () => {
      await life.mustBeSettled();
      life.remove();
    });
  }

  describe("in the sandbox of all tests", () => {
    before(() => begin());
    followed(names.filter((name) => !alone.includes(name)));
  });

  if (fullTests) {
    describe("in a sandbox of its own", () => {
      before(async function () {
        if (!OwnSurroundings.canRun) this.skip();
        surroundings = await OwnSurroundings.start();
        await begin(surroundings.env);
      });
      followed(alone);
      after(async () => {
        await surroundings?.stop();
        removeTemporary();
      });
    });
  }
});
