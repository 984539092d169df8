// Time and memory of the lifecycle evaluator: npx ts-node -T bench/lifecycle.ts [IMAGES] [RULES]. Prints raw numbers as
// JSON: images, rules, milliseconds of each run, and heap used by the outcomes in megabytes.
import { evaluateLifecycle, type LifecycleImage, type LifecyclePolicyDocument } from "../ecr/lifecyclePolicy";

const runs = 7;
const day = 24 * 60 * 60 * 1000;
const now = new Date("2026-01-01T00:00:00Z");

/** A repository as CI leaves it: tagged indexes with two untagged images each, release tags, some leftovers. */
function repository(count: number): LifecycleImage[] {
  return Array.from({ length: count }, (_, index): LifecycleImage => {
    const pushedAt = new Date(now.getTime() - (index * 400 * day) / count);
    const digest = (of: number) => `sha256:${of.toString(16).padStart(64, "0")}`;
    if (index % 3 !== 0) {
      const parent = index - (index % 3);
      return { digest: digest(index), tags: [], pushedAt, parents: index % 9 < 6 ? [digest(parent)] : [] };
    }
    const tags = [`team${index % 25}-src-${index.toString(16)}`];
    return {
      digest: digest(index),
      tags: index % 30 === 0 ? [...tags, `v1.${index}.0`] : tags,
      pushedAt,
      lastPulledAt: new Date(pushedAt.getTime() + day),
    };
  });
}

/** All kinds of rules: counts and ages, patterns and prefixes, with `untagged` and `any` at the end. */
function policy(count: number): LifecyclePolicyDocument {
  return {
    rules: Array.from({ length: count }, (_, index) => ({
      rulePriority: index + 1,
      selection: {
        ...(index === count - 1
          ? { tagStatus: "any" as const }
          : index === count - 2
            ? { tagStatus: "untagged" as const }
            : index % 2 === 0
              ? { tagStatus: "tagged" as const, tagPatternList: [`team${index}-*`, "*-src-*"] }
              : { tagStatus: "tagged" as const, tagPrefixList: [`team${index}-`] }),
        ...(index % 3 === 0
          ? { countType: "sinceImagePushed" as const, countUnit: "days" as const, countNumber: 30 }
          : { countType: "imageCountMoreThan" as const, countNumber: 50 }),
      },
      action: { type: "expire" as const },
    })),
  };
}

const [images = 100_000, rules = 50] = process.argv.slice(2).map(Number);
const repositoryImages = repository(images);
const document = policy(rules);
const milliseconds: number[] = [];
let heapMegabytes = 0;
for (let run = 0; run < runs; run++) {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const outcomes = evaluateLifecycle(document, repositoryImages, now);
  milliseconds.push(Math.round(performance.now() - start));
  heapMegabytes = Math.round((process.memoryUsage().heapUsed - before) / 2 ** 20);
  if (outcomes.length !== images) {
    throw new Error("an image has no outcome");
  }
}
const residentMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(JSON.stringify({ images, rules, milliseconds, heapMegabytes, residentMegabytes, node: process.version }));
