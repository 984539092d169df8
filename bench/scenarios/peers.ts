import { interleave, type Variant } from "../measure/interleave";
import type { BenchProject } from "../project";
import type { BenchContext, Group, Scenario } from "../scenario";
import { previewOf } from "./preview";
import { withProjects } from "./projects";

/** The variants' names and their programs in bench/programs. */
const programs = {
  bare: "bare",
  "bare with outputs": "bareOutputs",
  ours: "ours",
  flat: "flat",
  "awsx classic": "awsxClassic",
};
type Name = keyof typeof programs;

/** Different ways to create the same repositories, at a common size. */
export const peers: Scenario = {
  name: "peers",
  minutes: 7,
  size: { n: 100, unit: "repositories" },
  run: (context) =>
    withProjects(context.env, async (make) => {
      const projects: [Name, BenchProject][] = [];
      for (const name of Object.keys(programs) as Name[]) projects.push([name, await make(programs[name])]);
      return [await previews(context, projects), await updates(context, projects)];
    }),
};

async function previews(context: BenchContext, projects: [Name, BenchProject][]): Promise<Group> {
  const { n } = context;
  const variants = projects.map(([name, project]) => previewOf(project, name, n));
  return group(`Preview of ${n} new repositories, no policy pack`, await interleave(variants, context));
}

async function updates(context: BenchContext, projects: [Name, BenchProject][]): Promise<Group> {
  const { n } = context;
  const variants = projects.map(([name, project]) => updateOf(project, name, n));
  return group(`Creation of ${n} repositories (\`up --skip-preview\`)`, await interleave(variants, context));
}

/** Creates this many repositories in a separate account. */
function updateOf(project: BenchProject, name: string, count: number): Variant {
  return {
    name,
    async run(warmUp) {
      await project.init();
      const { seconds, peakMegabytes } = await project.up({
        env: { BENCH_COUNT: String(warmUp ? Math.min(count, 10) : count) },
        memory: true,
      });
      return { seconds, megabytes: peakMegabytes ?? 0 };
    },
  };
}

function group(title: string, variants: Group["variants"]): Group {
  return {
    title,
    variants,
    comparisons: [
      { title: "ours to bare", of: "ours", to: "bare", goal: { atMost: 1.05 } },
      { title: "ours to bare with outputs", of: "ours", to: "bare with outputs" },
      { title: "ours to flat", of: "ours", to: "flat" },
      { title: "ours to awsx classic", of: "ours", to: "awsx classic" },
    ],
    notes: [
      "awsx classic takes no settings of the repository, and has a lifecycle policy of one rule; flat saves the components that the others have.",
    ],
  };
}
