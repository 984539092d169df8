import * as assert from "node:assert/strict";
import { fullTests } from "../tools";
import { TestProject } from "./project";

describe("many repositories in one config", function () {
  this.timeout(600_000);

  const count = fullTests ? 1_000 : 50;
  it(`previews ${count} of them without an error, checked by the policies`, async () => {
    const project = new TestProject();
    try {
      const salt = project
        .read("Pulumi.local.yaml")
        .split("\n")
        .find((line) => line.startsWith("encryptionsalt"));
      const keys = Array.from({ length: count }, (_, index) => `    team/service-${index}: {}`);
      const pushes = "{ team/service-0: [{ tags: [src-1], perDay: 10, megabytes: 1000 }] }";
      const costs = `  ecr:costs: { monthlyBudget: 1, pushes: ${pushes} }`;
      const config = ["config:", "  aws:region: eu-west-1", costs, "  ecr:privateRepositories:", ...keys];
      project.write("Pulumi.local.yaml", `${salt}\n${config.join("\n")}\n`);
      await project.init();
      const packs = ["--policy-pack", "policies", "--policy-pack-config", "policies/config/dev.json"];
      const { output } = await project.mustPulumi("preview", ...packs);
      // The stack, plus a component, a repository and a lifecycle policy for each entry.
      assert.match(output, new RegExp(`\\+ ${1 + 3 * count} to create`));
      assert.doesNotMatch(output, /\[mandatory\]/);
      // Policies already see known outputs in a preview.
      assert.match(
        output,
        /\[advisory\].* ecr-cost-budget [\s\S]*costs: at steady state a month costs 4\.66 USD\. Must be at most 1\.00 USD/,
      );
    } finally {
      project.remove();
    }
  });
});
