import { interleave } from "../measure/interleave";
import { awsguardPack } from "../packs/awsguard";
import type { BenchProject } from "../project";
import type { BenchContext, Group, Scenario } from "../scenario";
import { linear, previewOf } from "./preview";
import { withProjects } from "./projects";

export const oneRulePack = ["--policy-pack", "bench/packs/oneRule"];
export const ourPack = ["--policy-pack", "policies"];

/** The same repositories as in `preview`, checked by policy packs. */
export const policies: Scenario = {
  name: "policies",
  minutes: 14,
  size: { n: 1000, unit: "repositories" },
  run: (context) => withProjects(context.env, async (make) => [await measure(context, await make("ours"))]),
};

async function measure(context: BenchContext, ours: BenchProject): Promise<Group> {
  const { n } = context;
  const half = Math.round(n / 2);
  const awsguard = ["--policy-pack", await awsguardPack(context.log)];
  const variants = await interleave(
    [
      previewOf(ours, `one empty rule, ${n}`, n, oneRulePack),
      previewOf(ours, `our pack, ${n}`, n, ourPack),
      previewOf(ours, `awsguard, ${n}`, n, awsguard),
      previewOf(ours, `our pack, ${half}`, half, ourPack),
      previewOf(ours, "our pack, none", 0, ourPack),
    ],
    context,
  );
  return {
    title: `Preview of ${n} new repositories with a policy pack`,
    variants,
    comparisons: [
      {
        title: "our pack to one empty rule",
        of: `our pack, ${n}`,
        to: `one empty rule, ${n}`,
        goal: { atMost: 1.05 },
      },
      { title: "our pack to awsguard", of: `our pack, ${n}`, to: `awsguard, ${n}`, goal: { atMost: 1 } },
      linear("our pack", n, half),
    ],
  };
}
