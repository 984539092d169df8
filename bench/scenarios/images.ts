import { interleave, type Variant } from "../measure/interleave";
import type { BenchProject } from "../project";
import type { BenchContext, Group, Scenario } from "../scenario";
import { linear } from "./preview";
import { withProjects } from "./projects";

type CreateProject = (program?: string) => Promise<BenchProject>;

/** Many images that do not change, compared with the same stack written by hand, and an update that only moves a tag. */
export const images: Scenario = {
  name: "images",
  minutes: 9,
  size: { n: 40, unit: "images" },
  run: (context) =>
    withProjects(context.env, async (make) => [await measureUnchanged(context, make), await measureTag(context, make)]),
};

async function measureUnchanged(context: BenchContext, make: CreateProject): Promise<Group> {
  const { n } = context;
  const half = Math.round(n / 2);
  const unchanged = async (name: string, count: number, program?: string): Promise<Variant> => {
    const project = await make(program);
    const env = { BENCH_COUNT: String(count) };
    writeImages(project, count);
    await project.up({ env });
    return {
      name,
      run: async () => ({ seconds: (await project.pulumi(["preview", "--expect-no-changes"], { env })).seconds }),
    };
  };
  const byHand = `by hand, ${n}`;
  const variants = [
    await unchanged(byHand, n, "imagesByHand"),
    await unchanged(`ours, ${n}`, n),
    await unchanged(`ours, ${half}`, half),
    await unchanged("ours, none", 0),
  ];
  return {
    title: `Preview of ${n} repositories with an image each, nothing changed`,
    variants: await interleave(variants, context),
    comparisons: [
      { title: "ours to by hand", of: `ours, ${n}`, to: byHand, goal: { atMost: 0.8 } },
      linear("ours", n, half),
    ],
    notes: ["Each image has two tags: by hand that takes two docker.Images."],
  };
}

async function measureTag(context: BenchContext, make: CreateProject): Promise<Group> {
  const project = await make();
  let turn = 0;
  const [moved, nothing] = ["pulumi up, one tag moved", "pulumi up, nothing to do"];
  const variants: Variant[] = [
    {
      name: moved,
      async run() {
        writeImages(project, 1, ["stable", `turn-${++turn}`]);
        const { seconds, output } = await project.up();
        if (!output.includes("ImageTags")) throw new Error(`no tag was moved:\n${output}`);
        return { seconds };
      },
    },
    { name: nothing, run: async () => ({ seconds: (await project.up()).seconds }) },
  ];
  return {
    title: "A tag is moved",
    variants: await interleave(variants, context),
    comparisons: [
      {
        title: "pulumi up beyond one that has nothing to do, seconds",
        of: { variant: moved, beyond: nothing },
        to: 1,
        goal: { atMost: 0.3 },
      },
    ],
  };
}

/** The config of that many repositories with an image each, and the images' contexts. */
function writeImages(project: BenchProject, count: number, tags: readonly string[] = ["latest", "stable"]): void {
  const names = Array.from({ length: count }, (_, index) => `service-${index}`);
  for (const name of names) {
    project.write(`images/${name}/Dockerfile`, "FROM scratch\nCOPY index.html /\n");
    project.write(`images/${name}/index.html`, `<h1>${name}</h1>\n`);
  }
  const image = (name: string) =>
    `    ${name}: { context: images/${name}, repositories: [private/${name}], tags: [${tags.join(", ")}] }\n`;
  const repository = (name: string) =>
    `    ${name}: { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, exclusionFilters: [latest, stable, "turn-*"] }\n`;
  const section = (name: string, lines: string[]) => (lines.length === 0 ? "" : `  ecr:${name}:\n${lines.join("")}`);
  const salt = /^encryptionsalt.*$/m.exec(project.read("Pulumi.local.yaml"))?.[0] ?? "";
  project.write(
    "Pulumi.local.yaml",
    `config:\n  aws:region: ap-northeast-2\n${section("privateRepositories", names.map(repository))}${section("images", names.map(image))}${salt}\n`,
  );
}
