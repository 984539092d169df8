import assert from "node:assert/strict";
import { TestProject } from "./project";

/** `kill -9` of the CLI in the middle of `up`, then `pulumi cancel` and `up`, ends as an undisturbed run does. */
describe("an interrupted update", function () {
  this.timeout(120_000);
  let undisturbed: TestProject;

  before(async () => {
    undisturbed = new TestProject();
    await undisturbed.init();
    await undisturbed.up();
  });
  after(async () => {
    await undisturbed.mustPulumi("destroy", "--yes", "--skip-preview");
    undisturbed.remove();
  });

  for (const moment of [/aws:ecr:Repository petclinic created/, /docker:index:Image petclinic-src-\S+ creating/]) {
    it(`killed at ${moment.source}`, async () => {
      const project = new TestProject();
      try {
        await project.init();
        const up = project.start("pulumi", ["up", "--yes", "--skip-preview", "--stack", "local", "--non-interactive"]);
        while (!moment.test(up.soFar())) {
          await new Promise((resolve) => setTimeout(resolve, 5));
          assert.equal(up.child.exitCode, null, `the update ended before that moment:\n${up.soFar()}`);
        }
        up.child.kill("SIGKILL");
        await up.finished;

        await project.mustPulumi("cancel", "--yes");
        await project.up();
        const outputs = await project.outputs();
        const expected = await undisturbed.outputs();
        assert.deepEqual(withoutPlaces(outputs, project), withoutPlaces(expected, undisturbed));
        assert.deepEqual(
          Object.keys(await project.resources()).sort(),
          Object.keys(await undisturbed.resources()).sort(),
        );
        await project.mustPulumi("preview", "--expect-no-changes");
        await project.mustPulumi("destroy", "--yes", "--skip-preview");
        assert.deepEqual(await project.aws("ecr", "describe-repositories"), { repositories: [] });
      } finally {
        project.remove();
      }
    });
  }

  /** Each test account has its own number and registry address; the rest of the outputs must be equal. */
  function withoutPlaces(outputs: unknown, project: TestProject): unknown {
    const text = JSON.stringify(outputs)
      .replaceAll(project.account, "ACCOUNT")
      .replaceAll(/127\.0\.0\.1:\d+(\/[a-z0-9]+(?=\/petclinic))?/g, "REGISTRY");
    return JSON.parse(text);
  }
});
