import { interleave, type Variant } from "../measure/interleave";
import type { BenchProject } from "../project";
import type { BenchContext, Group, Scenario } from "../scenario";
import { oneRulePack, ourPack } from "./policies";
import { withProjects } from "./projects";

/**
 * A preview without changes: the reference stack, compared with a program that does nothing with the same SDKs, and
 * with the same repositories and tags written by hand, which start the same providers.
 */
export const startup: Scenario = {
  name: "startup",
  minutes: 4,
  runs: 9,
  run: (context) =>
    withProjects(context.env, async (make) => [
      await measure(context, await make(), await make("imports"), await make("byHand")),
    ]),
};

async function measure(
  context: BenchContext,
  ours: BenchProject,
  empty: BenchProject,
  byHand: BenchProject,
): Promise<Group> {
  for (const project of [ours, empty, byHand]) await project.up();
  const variants = await interleave(
    [
      unchanged(empty, "empty program"),
      unchanged(ours, "reference stack"),
      unchanged(byHand, "the same by hand"),
      unchanged(empty, "empty program, one empty rule", oneRulePack),
      unchanged(ours, "reference stack, one empty rule", oneRulePack),
      unchanged(ours, "reference stack, our pack", [...ourPack, "--policy-pack-config", "policies/config/local.json"]),
    ],
    context,
  );
  const packGoal = { to: "empty program, one empty rule", goal: { atMost: 1.15 } };
  return {
    title: "Preview without a change",
    variants,
    comparisons: [
      {
        title: "reference stack to empty program",
        of: "reference stack",
        to: "empty program",
        goal: { atMost: 1.3 },
      },
      { title: "reference stack to the same by hand", of: "reference stack", to: "the same by hand" },
      {
        title: "reference stack to empty program, each with one empty rule",
        of: "reference stack, one empty rule",
        ...packGoal,
      },
      {
        title: "reference stack with our pack to empty program with one empty rule",
        of: "reference stack, our pack",
        ...packGoal,
      },
    ],
  };
}

function unchanged(project: BenchProject, name: string, packs: readonly string[] = []): Variant {
  return {
    name,
    async run() {
      // A change would make this a different measurement.
      const { seconds } = await project.pulumi(["preview", "--expect-no-changes", ...packs]);
      return { seconds };
    },
  };
}
