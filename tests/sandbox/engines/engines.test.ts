import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { BASE_IMAGE } from "../../../sandbox/docker/baseImage";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { type Outputs, TestProject } from "../program/project";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { fullTests, itInFull, toolsTimeout } from "../tools";
import { DebianDocker, type RunningEngine, type Store } from "./debianEngine";

/** Debian's engines, older and newer, tested beside the engine that the sandbox found or started. */
const debian: readonly [suite: string, store: Store][] = fullTests
  ? [
      ["trixie", "classic"],
      ["trixie", "containerd"],
      ["sid", "classic"],
      ["sid", "containerd"],
    ]
  : [["sid", "containerd"]];

const names = ["the sandbox's own", ...debian.map(([suite, store]) => `Debian ${suite}, ${store} store`)];

interface Engine {
  /** Environment for a project's commands to use it; empty for the sandbox's own. */
  env: NodeJS.ProcessEnv;
  docker(...args: string[]): Promise<string>;
}

/** The program must do the same with every engine, and an image must keep its digest. */
describe("Docker engines, old and new, with each image store", function () {
  this.timeout(900_000);
  const started: RunningEngine[] = [];
  const engines: Engine[] = [];
  let home: TestProject;
  const at = (index: number): Engine => engines[index] ?? assert.fail(`no engine ${index}`);

  before(async function () {
    this.timeout(toolsTimeout);
    home = new TestProject();
    const own = (...args: string[]) => home.must("docker", ...args).then((text) => text.trim());
    engines.push({ env: {}, docker: own });
    const archive = path.join(temporaryDirectory(), "base.tar");
    await own("save", "--output", archive, BASE_IMAGE);
    for (const [suite, store] of debian) {
      const engine = await (await DebianDocker.of(suite)).start(store);
      started.push(engine);
      await engine.docker("load", "--input", archive);
      const env = engine.environment(path.join(home.directory, `docker-config-${engines.length}`));
      engines.push({ env, docker: (...args) => engine.docker(...args) });
    }
    fs.rmSync(archive);
  });
  after(async () => {
    for (const engine of started) await engine.stop();
    home?.remove();
    removeTemporary();
  });

  const imageOf = async (project: TestProject): Promise<Outputs["images"][string]> =>
    (await project.outputs()).images["petclinic"] ?? assert.fail("no image");
  const digestsByTag = async (project: TestProject, service: "ecr" | "ecr-public", repository: string) => {
    const region = service === "ecr" ? "ap-northeast-2" : "us-east-1";
    const { imageDetails } = await project.aws<{ imageDetails: { imageDigest: string; imageTags?: string[] }[] }>(
      ...[service, "describe-images", "--repository-name", repository, "--region", region],
    );
    return Object.fromEntries(
      imageDetails.flatMap(({ imageDigest, imageTags = [] }) => imageTags.map((tag) => [tag, imageDigest])),
    );
  };
  /** Runs `use` on a stack whose image an engine has built, and destroys the stack afterwards. */
  async function withBuilt(engine: Engine, use: (project: TestProject) => Promise<void>): Promise<void> {
    const project = new TestProject();
    Object.assign(project.env, engine.env);
    try {
      await project.init();
      await project.up();
      await use(project);
    } finally {
      await project.pulumi("destroy", "--yes", "--skip-preview");
      project.remove();
    }
  }

  for (const [index, name] of names.entries()) {
    describe(name, () => {
      if (/trixie, containerd/.test(name)) {
        // Docker 26. Unchecked, the provider would fail with "no such host" during an update.
        it("is rejected in the preview of a build", async () => {
          const project = new TestProject();
          Object.assign(project.env, at(index).env);
          try {
            await project.init();
            const { code, output } = await project.pulumi("preview");
            assert.notEqual(code, 0);
            assert.match(output, /found "Docker 26\S+ with the containerd image store"\. It builds nothing/);
          } finally {
            project.remove();
          }
        });
        return;
      }

      it("deploys the reference job, and changes nothing the second time", async () => {
        await withBuilt(at(index), async (project) => {
          await project.mustPulumi("preview", "--expect-no-changes");
          const { digest, tag } = await imageOf(project);
          for (const service of ["ecr", "ecr-public"] as const) {
            assert.deepEqual(await digestsByTag(project, service, "petclinic"), { [tag]: digest, latest: digest });
          }
          const { publicRepositories } = await project.outputs();
          const image = `${publicRepositories["petclinic"]?.url}:${tag}`;
          const container = await at(index).docker("run", "--detach", "--network", "none", image);
          try {
            const answers = () =>
              at(index)
                .docker("exec", container, "node", "healthcheck.js")
                .then(() => true)
                .catch(() => false);
            assert.ok(await waitUntil(answers, 120_000, 500), await at(index).docker("logs", container));
          } finally {
            await at(index).docker("rm", "--force", "--volumes", container);
          }
        });
      });

      itInFull("has its image promoted with the same digest, whichever engine DOCKER_HOST names, or none", async () => {
        await withBuilt(at(index), async (project) => {
          const { digest } = await imageOf(project);
          const account = String(randomInt(100_000_000_000, 999_999_999_999));
          const owner = { AWS_ACCESS_KEY_ID: account };
          project.edit(
            "Pulumi.local.yaml",
            "      forceDelete: true\n",
            `      forceDelete: true\n      access: { pullFrom: ["${account}"] }\n`,
          );
          await project.up();
          const next = async (command: string[], env: NodeJS.ProcessEnv = {}) => {
            const args = [...command, "--stack", "next", "--non-interactive"];
            const result = await project.run("pulumi", args, { ...owner, ...env });
            assert.equal(result.code, 0, result.output);
            return result.stdout;
          };
          const salt = /^encryptionsalt: .*$/m.exec(project.read("Pulumi.local.yaml"))?.[0];
          const promotedWith: Record<string, NodeJS.ProcessEnv> = {
            nobody: { DOCKER_HOST: "unix:///nobody-listens-here.sock" },
            ...Object.fromEntries(engines.map(({ env }, number) => [`engine${number}`, env])),
          };
          const sections = { repositories: "", images: "" };
          await next(["stack", "init"]);
          for (const [key, env] of Object.entries(promotedWith)) {
            sections.repositories += `    ${key}: { forceDelete: true }\n`;
            sections.images += `      ${key}: { image: petclinic, repositories: [private/${key}], tag: "1.0.0" }\n`;
            project.write(
              "Pulumi.next.yaml",
              `${salt}\nconfig:\n  aws:region: eu-west-1\n  ecr:privateRepositories:\n${sections.repositories}` +
                `  ecr:promotion:\n    from: local\n    images:\n${sections.images}`,
            );
            await next(["up", "--yes", "--skip-preview"], env);
          }
          const { images } = JSON.parse(await next(["stack", "output", "--json"])) as Outputs;
          assert.deepEqual(
            Object.fromEntries(Object.entries(images).map(([key, image]) => [key, image.digest])),
            Object.fromEntries(Object.keys(promotedWith).map((key) => [key, digest])),
          );
          await next(["destroy", "--yes", "--skip-preview"]);
        });
      });

      itInFull(
        "gets a repository and a tag added through another engine without a rebuild, with the same digest",
        async () => {
          await withBuilt(at(index), async (project) => {
            const { digest, tag } = await imageOf(project);
            project.edit(
              "Pulumi.local.yaml",
              "    petclinic:\n      encryption",
              "    second: { encryption: aes256, forceDelete: true }\n    petclinic:\n      encryption",
            );
            project.edit("Pulumi.local.yaml", "[private/petclinic, ", "[private/petclinic, private/second, ");
            project.edit("Pulumi.local.yaml", "tags: [latest]", "tags: [latest, stable]");
            project.edit("Pulumi.local.yaml", "exclusionFilters: [latest]", "exclusionFilters: [latest, stable]");
            project.edit(
              "Pulumi.local.yaml",
              "second: { ",
              "second: { imageTagMutability: IMMUTABLE_WITH_EXCLUSION, exclusionFilters: [latest, stable], ",
            );
            Object.assign(
              project.env,
              { DOCKER_HOST: process.env["DOCKER_HOST"] },
              at((index + 1) % engines.length).env,
            );
            const { output } = await project.up();
            assert.doesNotMatch(output, /docker:index:Image .* creating/);
            const expected = { [tag]: digest, latest: digest, stable: digest };
            for (const repository of ["petclinic", "second"]) {
              assert.deepEqual(await digestsByTag(project, "ecr", repository), expected);
            }
            assert.deepEqual(await digestsByTag(project, "ecr-public", "petclinic"), expected);
          });
        },
      );

      itInFull("provides a local image (localImage), and changes nothing the second time", async () => {
        const project = new TestProject();
        Object.assign(project.env, at(index).env);
        const name = `local/tool-${project.account}:1.0`;
        try {
          project.write("tool/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
          await project.must("docker", "build", "--tag", name, "tool");
          project.edit(
            "Pulumi.local.yaml",
            "  ecr:images:",
            `  ecr:mirroredImages:\n    tool: { localImage: "${name}", repositories: [private/petclinic], tag: "1.0" }\n  ecr:images:`,
          );
          await project.init();
          await project.up();
          await project.mustPulumi("preview", "--expect-no-changes");
          const { images } = await project.outputs();
          const digests = await digestsByTag(project, "ecr", "petclinic");
          assert.equal(digests["1.0"], images["tool"]?.digest);
        } finally {
          await project.pulumi("destroy", "--yes", "--skip-preview");
          await at(index)
            .docker("image", "rm", "--force", name)
            .catch(() => "");
          project.remove();
        }
      });
    });
  }
});
