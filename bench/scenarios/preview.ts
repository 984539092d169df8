import { interleave, type Variant } from "../measure/interleave";
import type { BenchProject } from "../project";
import type { BenchContext, Group, Scenario } from "../scenario";
import { withProjects } from "./projects";

/** Enough repositories for every module to be loaded. */
const warmUpSize = 10;

/** A preview of this many repositories with the packs in these folders of the project. */
export function previewOf(project: BenchProject, name: string, count: number, packs: readonly string[] = []): Variant {
  return {
    name,
    async run(warmUp) {
      const { seconds, peakMegabytes } = await project.pulumi(["preview", ...packs], {
        env: { BENCH_COUNT: String(warmUp ? Math.min(count, warmUpSize) : count) },
        memory: true,
      });
      return { seconds, megabytes: peakMegabytes ?? 0 };
    },
  };
}

/** Many private repositories, each a component with a repository and its lifecycle policy. */
export const preview: Scenario = {
  name: "preview",
  minutes: 7,
  size: { n: 1000, unit: "repositories" },
  run: (context) =>
    withProjects(context.env, async (make) => [await measure(context, await make("ours"), await make("bare"))]),
};

async function measure(context: BenchContext, ours: BenchProject, bare: BenchProject): Promise<Group> {
  const { n } = context;
  const half = Math.round(n / 2);
  const variants = await interleave(
    [
      previewOf(bare, `bare, ${n}`, n),
      previewOf(ours, `ours, ${n}`, n),
      previewOf(ours, `ours, ${half}`, half),
      previewOf(ours, "ours, none", 0),
    ],
    context,
  );
  return {
    title: `Preview of ${n} new repositories, no policy pack`,
    variants,
    comparisons: [
      { title: "ours to bare", of: `ours, ${n}`, to: `bare, ${n}`, goal: { atMost: 1.05 } },
      {
        title: "peak memory, ours to bare",
        of: `ours, ${n}`,
        to: `bare, ${n}`,
        quantity: "megabytes",
        goal: { atMost: 1.2 },
      },
      linear("ours", n, half),
    ],
  };
}

/** Compares the additional cost of the second half with that of the first half. */
export function linear(name: string, n: number, half: number) {
  return {
    title: `${name}: the last ${n - half} to the first ${half}`,
    of: { variant: `${name}, ${n}`, beyond: `${name}, ${half}` },
    to: { variant: `${name}, ${half}`, beyond: `${name}, none` },
    goal: { atMost: 1 },
  };
}
