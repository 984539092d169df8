import { measureCommand } from "../measure/command";
import { interleave, type Variant } from "../measure/interleave";
import { root } from "../project";
import type { BenchContext, Scenario } from "../scenario";

const rules = 50;

/** Which rule owns which image, in a very large repository. */
export const lifecycle: Scenario = {
  name: "lifecycle",
  minutes: 1,
  size: { n: 100_000, unit: "images" },
  async run(context) {
    const { n } = context;
    const half = Math.round(n / 2);
    const [all, first] = [`${n} images`, `${half} images`];
    const variants = await interleave([evaluation(context, all, n), evaluation(context, first, half)], context);
    return [
      {
        title: `Evaluation of ${rules} rules over a repository's images`,
        variants,
        comparisons: [
          { title: `seconds for ${all}, to one second`, of: all, to: 1, goal: { atMost: 1 } },
          {
            title: `the last ${n - half} images to the first ${half}`,
            of: { variant: all, beyond: first },
            to: first,
            goal: { atMost: 1 },
          },
        ],
        notes: [
          "Each run is a process of its own; its seconds are the fastest of seven evaluations in it, megabytes are all that it holds at its peak, Node and images included.",
        ],
      },
    ];
  },
};

function evaluation({ env }: BenchContext, name: string, images: number): Variant {
  const command = [
    "node",
    "-r",
    "ts-node/register/transpile-only",
    "bench/lifecycle.ts",
    String(images),
    String(rules),
  ];
  return {
    name,
    async run() {
      const { output } = await measureCommand(command as [string, ...string[]], { cwd: root, env });
      const { milliseconds, residentMegabytes } = JSON.parse(output.slice(output.indexOf("{"))) as {
        milliseconds: number[];
        residentMegabytes: number;
      };
      return { seconds: Math.min(...milliseconds) / 1000, megabytes: residentMegabytes };
    },
  };
}
