import assert from "node:assert/strict";
import { lifecyclePolicyFromRules } from "../../../ecr/lifecyclePolicy";
import { costOutputs } from "../../../outputs/costOutputs";
import { costBudget } from "../../../policies/operations/costBudget";
import { assertFails, assertPasses, assertUnjudged, judgeStack, types, unknownText } from "../harness";

const GB = 2 ** 30;
const document = lifecyclePolicyFromRules([{ images: "any", keepNewest: 50 }]);
/** The program's output: 50 images of 1 GB in one repository, and another one that grows every day with `grows`. */
const output = (settings: object = {}, grows = false): Record<string, unknown> =>
  costOutputs(
    {
      pushes: {
        web: [{ perDay: 1, megabytes: GB / 1e6 }],
        ...(grows && { api: [{ perDay: 1, megabytes: GB / 1e6 }] }),
      },
      ...settings,
    },
    { web: document },
  );

describe("policies: ecr-cost-budget", () => {
  const judge = (costs: unknown, config: object = {}, repositories = 1) =>
    judgeStack(
      costBudget,
      [
        ...Array.from({ length: repositories }, (_, index) => ({
          type: types.repository,
          name: `r${index}`,
          props: {},
        })),
      ],
      config,
      costs === undefined ? {} : { costs },
    );

  it("is advisory unless config says otherwise", () => {
    assert.equal(costBudget.enforcementLevel, "advisory");
  });

  it("passes without a budget, and within it", async () => {
    assertPasses(await judge(output()));
    assertPasses(await judge(output({ monthlyBudget: 5 })));
    assertPasses(await judge(output(), { monthlyBudget: 5 }));
    assertPasses(await judge(undefined));
    assertPasses(await judge({ something: "else" }));
  });

  it("fails above the lower of the stack's budget and the config's, and names where to save", async () => {
    const message =
      /^costs: at steady state a month costs 5\.00 USD\. Must be at most 4\.50 USD\. Keep fewer or smaller images, starting with "web", or raise the budget\.$/;
    assertFails(await judge(output({ monthlyBudget: 4.5 })), message);
    assertFails(await judge(output(), { monthlyBudget: 4.5 }), message);
    assertFails(await judge(output({ monthlyBudget: 100 }), { monthlyBudget: 4.5 }), message);
    assertFails(await judge(output({ monthlyBudget: 4.5 }), { monthlyBudget: 100 }), message);
    assertFails(
      await judge(output({ prices: { currency: "EUR" } }), { monthlyBudget: 1 }),
      /5\.00 EUR\. Must be at most 1\.00 EUR/,
    );
  });

  it("counts months of growth for images that nothing deletes", async () => {
    const costs = output({}, true);
    assertPasses(await judge(costs, { monthlyBudget: 5, months: 0 }));
    assertPasses(await judge(costs, { monthlyBudget: 42 }));
    assertFails(
      await judge(costs, { monthlyBudget: 41 }),
      /a month costs 41\.5[0-9] USD, including 12 months of growth by 3\.04 USD\. Must be at most 41\.00 USD\. Add a lifecycle rule for the images of "api" that no rule deletes, or raise/,
    );
  });

  it("names the repository with the largest storage, including the archive", async () => {
    const repositories = {
      a: { standardBytes: 5 },
      b: { standardBytes: 3, archiveBytes: 4 },
      c: { standardBytes: 0, archiveBytes: 6 },
    };
    const given = { currency: "USD", monthly: { total: 5 }, growthPerMonth: 0, repositories };
    assertFails(await judge(given, { monthlyBudget: 1 }), /images, starting with "b"/);
  });

  it("ignores a budget that is not a number", async () => {
    assertPasses(await judge({ ...output(), monthlyBudget: "soon" }));
  });

  it("fails when there are repositories but no costs to compare with the config's budget", async () => {
    const config = { monthlyBudget: 5 };
    assertFails(
      await judge(undefined, config),
      /^costs: the stack has no such output, .* 5 a month\. Write what is pushed/,
    );
    const given = output();
    for (const broken of [
      { monthly: 5 },
      { ...given, monthly: { total: "5" } },
      { ...given, growthPerMonth: "0" },
      { ...given, repositories: undefined },
    ]) {
      assertFails(await judge(broken, config), /has no such output/);
    }
    assertFails(await judge(output({ pushes: {} }), config), /^costs: it lists no pushes/);
    assertPasses(await judge(undefined, config, 0));
  });

  it("reports unknown values", async () => {
    const open = { ...output(), growthPerMonth: unknownText };
    assertUnjudged(
      await judge(open),
      /^Whether the stack is within its budget: costs\.growthPerMonth is not known yet\./,
    );
    assertUnjudged(await judge(unknownText), /costs is not known yet/);
  });
});
