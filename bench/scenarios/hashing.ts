import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { contentDigest } from "../../components/images/buildContext";
import { measureCommand } from "../measure/command";
import { interleave } from "../measure/interleave";
import type { BenchContext, Group, Scenario } from "../scenario";

const fileBytes = 4096;
const filesOfFolder = 100;

/** The content tag of many files, compared with the time in which `docker build` transfers them. */
export const hashing: Scenario = {
  name: "hashing",
  minutes: 2,
  size: { n: 10_000, unit: "files" },
  async run(context) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-bench-"));
    try {
      return [await measure(context, folder)];
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(context: BenchContext, folder: string): Promise<Group> {
  const { n } = context;
  const image = `ecr-bench-hashing-${process.pid}`;
  let made = 0;
  const fresh = () => writeContext(path.join(folder, String(made++)), n);
  const variants = await interleave(
    [
      {
        name: "docker build's context transfer",
        async run() {
          const build = await measureCommand(["docker", "build", "--progress=plain", "-t", image, fresh()], {
            cwd: folder,
            env: { ...context.env, DOCKER_BUILDKIT: "1" },
          });
          return { seconds: transferSeconds(build.output) };
        },
      },
      {
        name: "content tag",
        async run() {
          const inputs = { context: fresh(), platform: "linux/amd64" };
          const start = performance.now();
          contentDigest(inputs);
          return { seconds: (performance.now() - start) / 1000 };
        },
      },
    ],
    context,
  );
  await measureCommand(["docker", "image", "rm", "--force", image], { cwd: folder, env: context.env });
  return {
    title: `A context of ${n} files of ${fileBytes} bytes`,
    variants,
    comparisons: [
      {
        title: "content tag to context transfer",
        of: "content tag",
        to: "docker build's context transfer",
        goal: { atMost: 1 },
      },
    ],
    notes: [
      "A new context each time, just written: both read it from the file cache, and BuildKit has nothing of it yet.",
    ],
  };
}

function writeContext(context: string, files: number): string {
  for (let index = 0; index < files; index++) {
    const folder = path.join(context, `folder-${Math.floor(index / filesOfFolder)}`);
    if (index % filesOfFolder === 0) fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `file-${index}.bin`), randomBytes(fileBytes));
  }
  fs.writeFileSync(path.join(context, "Dockerfile"), "FROM scratch\nCOPY . /\n");
  return context;
}

/**
 * The step's duration as BuildKit reports it. The legacy builder transfers the context separately and is not measured.
 */
function transferSeconds(output: string): number {
  const step = /^#(\d+) \[internal\] load build context/m.exec(output)?.[1];
  const seconds = new RegExp(`^#${step} DONE ([\\d.]+)s`, "m").exec(output)?.[1];
  if (step === undefined || seconds === undefined) {
    throw new Error(`BuildKit reported no context transfer:\n${output.slice(-2000)}`);
  }
  return Number(seconds);
}
