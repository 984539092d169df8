import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { measureCommand } from "../measure/command";
import { interleave, type Variant } from "../measure/interleave";
import type { BenchProject } from "../project";
import type { BenchContext, Group, Scenario } from "../scenario";
import { withProjects } from "./projects";

const megabyte = 2 ** 20;

/** The image to build: its name, the context folder, and how to change the content before each run. */
interface Case {
  title: string;
  context: string;
  /** Whether each run pushes to an empty repository, so that all layers are uploaded. */
  wholeImage: boolean;
  prepare(project: BenchProject): void;
}

const cases: readonly Case[] = [
  {
    title: "Reference image, all layers",
    context: "app",
    wholeImage: true,
    prepare: (project) => edit(project, "app/package.json", /("description": ")[^"]*/),
  },
  { title: "Image of 300 MB", context: "large", wholeImage: true, prepare: writeLarge },
  {
    title: "Reference image, one line changed",
    context: "app",
    wholeImage: false,
    prepare: (project) => edit(project, "app/src/log.js", /^(\/\/ )?.*$/m),
  },
];

let edits = 0;

/** Replaces what the pattern matches with a string that no earlier image contained. */
function edit(project: BenchProject, file: string, pattern: RegExp): void {
  const before = project.read(file);
  const stamp = `change ${edits++} ${randomBytes(8).toString("hex")}`;
  const after = file.endsWith(".json")
    ? before.replace(pattern, (_, head: string) => `${head}${stamp}`)
    : `// ${stamp}\n${before.replace(/^\/\/ change .*\n/, "")}`;
  project.write(file, after);
}

/** 300 MB of incompressible data. */
function writeLarge(project: BenchProject): void {
  fs.mkdirSync(path.join(project.directory, "large"), { recursive: true });
  project.write("large/Dockerfile", "FROM scratch\nCOPY data /data\n");
  const file = fs.openSync(path.join(project.directory, "large", "data"), "w");
  for (let written = 0; written < 300; written += 10) fs.writeSync(file, randomBytes(10 * megabyte));
  fs.closeSync(file);
}

/** An image by `pulumi up`, compared with `docker build` and `docker push` to the same registry. */
export const image: Scenario = {
  name: "image",
  minutes: 7,
  run: (context) =>
    withProjects(context.env, async (make) => {
      const [ours, peer] = [await make(), await make()];
      const groups: Group[] = [];
      for (const each of cases) groups.push(await measure(context, each, ours, peer));
      return groups;
    }),
};

async function measure(context: BenchContext, what: Case, ours: BenchProject, peer: BenchProject): Promise<Group> {
  for (const project of [ours, peer]) {
    what.prepare(project);
    await emptyRepository(project, what);
  }
  const fresh = async (project: BenchProject, warmUp: boolean) => {
    if (what.wholeImage && !warmUp) await emptyRepository(project, what);
    what.prepare(project);
  };
  const [docker, up, unchanged] = ["docker build and push", "pulumi up", "pulumi up, nothing to do"];
  const variants: Variant[] = [
    {
      name: docker,
      async run(warmUp) {
        await fresh(peer, warmUp);
        return { seconds: await buildAndPush(peer, what.context) };
      },
    },
    {
      name: up,
      async run(warmUp) {
        await fresh(ours, warmUp);
        const { seconds, output } = await ours.up();
        if (!/docker:index:Image/.test(output)) throw new Error(`nothing was built:\n${output}`);
        return { seconds };
      },
    },
    { name: unchanged, run: async () => ({ seconds: (await ours.up()).seconds }) },
  ];
  return {
    title: what.title,
    variants: await interleave(variants, context),
    comparisons: [
      {
        title: "pulumi up beyond one that has nothing to do, to docker",
        of: { variant: up, beyond: unchanged },
        to: docker,
        goal: { atMost: 1.15 },
      },
      { title: "pulumi up to docker, start-up included", of: up, to: docker },
    ],
  };
}

/** A stack in its own account with an empty repository and the image in its config. */
async function emptyRepository(project: BenchProject, what: Case): Promise<void> {
  await project.init();
  const salt = project.read("Pulumi.local.yaml").match(/^encryptionsalt.*$/m)?.[0] ?? "";
  const config = (images: string) =>
    `config:\n  aws:region: ap-northeast-2\n  ecr:privateRepositories:\n    petclinic: { forceDelete: true }\n${images}${salt}\n`;
  project.write("Pulumi.local.yaml", config(""));
  await project.up();
  const args = what.context === "app" ? "\n      args: { NODE_IMAGE: sandbox.local/node:22 }" : "";
  const settings = `context: ${what.context}\n      repositories: [private/petclinic]${args}`;
  project.write("Pulumi.local.yaml", config(`  ecr:images:\n    petclinic:\n      ${settings}\n`));
}

/** @returns Seconds of both commands, without the login. */
async function buildAndPush(project: BenchProject, context: string): Promise<number> {
  const [authorization] = (
    JSON.parse(await project.run("aws", "ecr", "get-authorization-token", "--output", "json")) as {
      authorizationData: { authorizationToken: string; proxyEndpoint: string }[];
    }
  ).authorizationData;
  const host = new URL(authorization?.proxyEndpoint ?? "").host;
  const config = path.join(project.directory, "peer-docker-config");
  fs.mkdirSync(config, { recursive: true });
  const auths = { [host]: { auth: authorization?.authorizationToken } };
  fs.writeFileSync(path.join(config, "config.json"), JSON.stringify({ auths }));
  const name = `${host}/petclinic:${randomBytes(8).toString("hex")}`;
  const args = ["--build-arg", "NODE_IMAGE=sandbox.local/node:22"];
  const options = { cwd: project.directory, env: { ...project.env, DOCKER_CONFIG: config } };
  const build = await measureCommand(
    ["docker", "build", "-q", "-t", name, ...(context === "app" ? args : []), context],
    options,
  );
  const push = await measureCommand(["docker", "push", "-q", name], options);
  await measureCommand(["docker", "image", "rm", "--force", name], options);
  return build.seconds + push.seconds;
}
