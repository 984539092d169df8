import assert from "node:assert/strict";
import type { AdviceName } from "../../../cli/environments/advice";
import { removeTemporary } from "../temporary";
import { fullTests } from "../tools";
import { partners, scenarios } from "./adviceScenarios";
import { AdvisedProject } from "./advisedProject";
import { OwnServices } from "./ownSurroundings";

/** These kill a part of the sandbox or move its clock, so they need one of their own. */
const alone: readonly AdviceName[] = ["loginRefused", "sandboxPart"];
const names = Object.keys(scenarios) as AdviceName[];

/** Each piece of advice that `npm run up` prints, from its failure to a successful update, on one stack. */
describe("faults: the advice of npm run up, followed literally", function () {
  this.timeout(300_000);
  let life: AdvisedProject;
  let surroundings: OwnServices;

  /** Starts a stack with an image that must not be lost. */
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

  describe("in the shared sandbox", () => {
    before(() => begin());
    followed(names.filter((name) => !alone.includes(name)));
  });

  if (fullTests) {
    describe("in a sandbox of its own", () => {
      before(async function () {
        if (!OwnServices.canRun) this.skip();
        surroundings = await OwnServices.start();
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
