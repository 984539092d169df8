import assert from "node:assert/strict";
import * as fs from "node:fs";
import { TestProject } from "../program/project";
import { removeTemporary } from "../temporary";
import { describeInFull, toolsTimeout } from "../tools";
import { type Boundary, Gate } from "./gate";
import { comparableState } from "./stackState";

/**
 * Number of changes in the reference stack: two repositories, a lifecycle policy, an image, its copy and its tags.
 * `destroy` only drops the image.
 */
const changes = { up: 6, destroy: 5 };
const moments = ["before", "after"] as const;
/** One change at a time: everything before the boundary is done, and nothing after it has begun. */
const flags = ["--yes", "--skip-preview", "--parallel", "1", "--stack", "local", "--non-interactive"];

function boundaries(command: "up" | "destroy"): Boundary[] {
  return moments.flatMap((moment) => Array.from({ length: changes[command] }, (_, change) => ({ change, moment })));
}

/** `kill -9` of the CLI at any change, then `pulumi cancel` and the same command: the result is that of a clean run. */
describeInFull("faults: kill of the CLI at each change", function () {
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
      assert.equal(gate.changes.length, changes.up, gate.changes.join("\n"));
      undisturbed = await comparableState(project);
      gate.letAllPass();
      const destroyed = await project.run(gate.pulumi, ["destroy", ...flags], gate.env);
      assert.equal(destroyed.code, 0, destroyed.output);
      assert.equal(gate.changes.length, changes.destroy, gate.changes.join("\n"));
    } finally {
      project.remove();
    }
  });
  after(() => {
    gate?.close();
    removeTemporary();
  });

  /** @returns The change at which the CLI was killed, and whether the state file was intact. */
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
   * Runs `up` again, and clears the engine's pending operations. A repository that the killed run created but did not
   * record blocks `up` until it is adopted. With a restored state, which is one step behind, the exit code tells.
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

  for (const boundary of boundaries("up")) {
    it(`up, ${nameOf(boundary, "up")}: a second up completes it`, () =>
      withProject(async (project) => {
        await upAgain(project, boundary.moment, await killAt(project, "up", boundary));
        assert.deepEqual(await comparableState(project), undisturbed);
        await project.mustPulumi("destroy", "--yes", "--skip-preview");
        await mustBeEmpty(project);
      }));
  }

  for (const boundary of boundaries("destroy")) {
    it(`destroy, ${nameOf(boundary, "destroy")}: a second destroy completes it`, () =>
      withProject(async (project) => {
        await project.up();
        await killAt(project, "destroy", boundary);
        await project.mustPulumi("destroy", "--yes", "--skip-preview");
        assert.deepEqual(await project.resources(), {});
        await mustBeEmpty(project);
      }));
  }

  async function withProject(test: (project: TestProject) => Promise<void>): Promise<void> {
    const project = new TestProject();
    try {
      await project.init();
      project.write("provider/bin/index.js", gate.provider);
      await test(project);
    } finally {
      project.remove();
    }
  }
});

/** `before change 1 of 6`. */
function nameOf({ change, moment }: Boundary, command: "up" | "destroy"): string {
  return `${moment} change ${change + 1} of ${changes[command]}`;
}

/**
 * Runs `pulumi cancel`. A truncated state file is restored first, as the advice of `npm run up` says: the CLI writes
 * it in place, so that a kill may truncate it, and keeps the last intact one beside it.
 *
 * @returns Whether the state file was intact.
 */
async function cancel(project: TestProject): Promise<boolean> {
  const { code, output } = await project.pulumi("cancel", "--yes");
  if (code === 0) return true;
  assert.match(output, /failed to load checkpoint/);
  fs.copyFileSync(`${project.stateFile}.bak`, project.stateFile);
  await project.mustPulumi("cancel", "--yes");
  return false;
}

/** Adopts the repository with one `up` with `import`, and removes the setting again. */
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
