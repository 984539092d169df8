import assert from "node:assert/strict";
import * as fs from "node:fs";
import { TestProject } from "../program/project";
import { randomNumbers } from "../randomNumbers";
import { removeTemporary } from "../temporary";
import { fullTests, toolsTimeout } from "../tools";
import { type Boundary, Gate } from "./gate";
import { comparableState } from "./stackState";

/** The same boundary at each run; all of them with TEST_FULL=1. */
const random = randomNumbers(20_261_124);
/** Changes of the reference stack: two repositories, a lifecycle policy, an image, its copy and its tags. */
const changes = 6;
const moments = ["before", "after"] as const;
/** One change at a time: whatever comes before the boundary is done, and whatever after it not begun. */
const flags = ["--yes", "--skip-preview", "--parallel", "1", "--stack", "local", "--non-interactive"];

/** Every boundary, or one of the worse kind: AWS has changed, and the state does not know it. */
function boundaries(): Boundary[] {
  if (!fullTests) return [{ change: Math.floor(random() * changes), moment: "after" }];
  return moments.flatMap((moment) => Array.from({ length: changes }, (_, change): Boundary => ({ change, moment })));
}

/** `kill -9` of the CLI at a change of a resource, then `pulumi cancel` and the same command, end as an undisturbed run. */
describe("faults: a run of the CLI that is killed", function () {
  this.timeout(900_000);
  let gate: Gate;
  let undisturbed: Record<string, unknown>;

  before(async function () {
    this.timeout(toolsTimeout);
    gate = await Gate.open();
    const project = new TestProject();
    try {
      await project.init();
      project.write("provider/bin/index.js", gate.provider);
      const result = await project.run(gate.pulumi, ["up", ...flags], gate.env);
      assert.equal(result.code, 0, result.output);
      assert.equal(gate.changes.length, changes, gate.changes.join("\n"));
      undisturbed = await comparableState(project);
      await project.mustPulumi("destroy", "--yes", "--skip-preview");
    } finally {
      project.remove();
    }
  });
  after(() => {
    gate?.close();
    removeTemporary();
  });

  /** @returns The change that it was killed at, and whether its state was whole then. */
  async function killAt(
    project: TestProject,
    command: "up" | "destroy",
    boundary: Boundary,
  ): Promise<{ change: string; whole: boolean }> {
    const reached = gate.stopAt(boundary);
    const run = project.start(gate.pulumi, [command, ...flags], gate.env);
    const change = await Promise.race([reached, run.finished]);
    assert.ok(typeof change === "string", `it ended before: ${run.soFar()}`);
    run.child.kill("SIGKILL");
    await run.finished;
    gate.letAllPass();
    return { change, whole: await cancel(project) };
  }

  /**
   * Runs `up` again, and settles what the engine still has as pending. A repository that the killed run made without
   * writing it down is in the way of `up` until it is adopted. A state that was put back is a step behind: which one shows.
   */
  async function upAgain(project: TestProject, moment: string, killed: { change: string; whole: boolean }) {
    const again = await project.run(gate.pulumi, ["up", ...flags], gate.env);
    if (killed.whole) assert.match(again.output, /with 1 pending operations from previous deployment/);
    const isUnknown = moment === "after" && killed.change.includes("/repository:Repository");
    if (killed.whole ? isUnknown : again.code !== 0) {
      assert.notEqual(again.code, 0);
      assert.match(
        again.output,
        /RepositoryAlreadyExistsException: The repository with name 'petclinic' already exists/,
      );
      await adopt(project, again.output.includes("operation error ECR PUBLIC") ? "public" : "private");
    } else {
      assert.equal(again.code, 0, again.output);
    }
    await project.mustPulumi("refresh", "--yes", "--clear-pending-creates");
  }

  for (const boundary of boundaries()) {
    const { change: number, moment } = boundary;
    it(`${moment} change ${number + 1} of ${changes}: up again, and the same for destroy`, async () => {
      const project = new TestProject();
      try {
        await project.init();
        project.write("provider/bin/index.js", gate.provider);
        await upAgain(project, moment, await killAt(project, "up", boundary));
        assert.deepEqual(await comparableState(project), undisturbed);

        await killAt(project, "destroy", boundary);
        await project.mustPulumi("destroy", "--yes", "--skip-preview");
        assert.deepEqual(await project.resources(), {});
        await mustBeEmpty(project);
      } finally {
        project.remove();
      }
    });
  }
});

/**
 * `pulumi cancel`, before which a state that was cut short is put back as the advice of `npm run up` says: the CLI writes
 * it in place, so that a kill may leave half of it, and keeps the last whole one beside it.
 *
 * @returns Whether it was whole.
 */
async function cancel(project: TestProject): Promise<boolean> {
  const { code, output } = await project.pulumi("cancel", "--yes");
  if (code === 0) return true;
  assert.match(output, /failed to load checkpoint/);
  fs.copyFileSync(`${project.stateFile}.bak`, project.stateFile);
  await project.mustPulumi("cancel", "--yes");
  return false;
}

/** One `up` with `import` takes the repository over, and from the next one on it is as any other. */
async function adopt(project: TestProject, kind: "private" | "public"): Promise<void> {
  const values = project.read("Pulumi.local.yaml");
  const setting = kind === "public" ? "forceDestroy: true" : "forceDelete: true";
  project.edit("Pulumi.local.yaml", setting, `${setting}\n      import: petclinic`);
  await project.up();
  project.write("Pulumi.local.yaml", values);
  await project.up();
}

async function mustBeEmpty(project: TestProject): Promise<void> {
  assert.deepEqual(await project.aws("ecr", "describe-repositories"), { repositories: [] });
  assert.deepEqual(await project.aws("ecr-public", "describe-repositories", "--region", "us-east-1"), {
    repositories: [],
  });
}
