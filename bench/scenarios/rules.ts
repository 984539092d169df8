import { rules as all } from "../../policies/rules";
import type { Samples } from "../measure/interleave";
import { judgeAll, policyResources } from "../measure/judgeStack";
import { resourcesOfService, serviceResources } from "../programs/judgedStack";
import type { BenchContext, Group, Scenario } from "../scenario";
import { linear } from "./preview";

const total = "all rules";

/** Each rule of the pack on its own, over a stack whose repositories have every resource that rules relate to them. */
export const rules: Scenario = {
  name: "rules",
  minutes: 1,
  size: { n: 1000, unit: "repositories" },
  run: async (context) => [await measure(context)],
};

async function measure({ n, runs, log }: BenchContext): Promise<Group> {
  const half = Math.round(n / 2);
  const variants: Record<string, Samples> = {};
  for (let round = -1; round < runs; round++) {
    const sizes = round % 2 === 0 ? [n, half, 0] : [0, half, n];
    for (const size of sizes) {
      const seconds = await judgeOnce(size);
      log(
        `${round < 0 ? "warm-up" : `${round + 1}/${runs}`} ${size} repositories: ${seconds[total]?.toPrecision(3)} s`,
      );
      if (round < 0) continue;
      for (const [name, value] of Object.entries(seconds)) {
        if (name !== total && size !== n) continue;
        const variant = `${name}, ${size === 0 ? "none" : size}`;
        variants[variant] = { seconds: [...(variants[variant]?.["seconds"] ?? []), value] };
      }
    }
  }
  return {
    title: `All rules over ${n} repositories, each with a key, an alias, two policies, an image and a consumer`,
    variants: Object.fromEntries(Object.entries(variants).sort(byMedian)),
    comparisons: [linear(total, n, half)],
    notes: [`${n * resourcesOfService} resources in one process, without the engine and the SDK.`],
  };
}

/** Seconds per rule, and in total. */
async function judgeOnce(size: number): Promise<Record<string, number>> {
  const resources = policyResources(
    Array.from({ length: size }, (_, index) => serviceResources(`service-${index}`)).flat(),
  );
  const seconds: Record<string, number> = { [total]: 0 };
  for (const rule of all) {
    const start = performance.now();
    await judgeAll(rule, resources);
    const took = (performance.now() - start) / 1000;
    seconds[rule.name] = Number(took.toPrecision(6));
    seconds[total] = Number(((seconds[total] ?? 0) + took).toPrecision(6));
  }
  return seconds;
}

function byMedian([, a]: [string, Samples], [, b]: [string, Samples]): number {
  const median = ({ seconds = [] }: Samples) => seconds.toSorted((x, y) => x - y)[Math.floor(seconds.length / 2)] ?? 0;
  return median(b) - median(a);
}
