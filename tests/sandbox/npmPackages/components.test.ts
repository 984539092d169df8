import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { TestProject } from "../program/project";
import { removeTemporary, temporaryDirectory } from "../temporary";
import { install, manifestOf, packed } from "./installed";

const root = path.resolve(__dirname, "../../..");

const manifest = manifestOf(
  "shop",
  ["ecr-components", "ecr-policies"],
  ["@pulumi/aws", "@pulumi/docker", "@pulumi/pulumi", "@types/node", "pulumi", "typescript"],
);

/** The reference job in somebody else's program. */
const program = `import { ContainerImage, PrivateRepository, PublicRepository } from "ecr-components";
import * as pulumi from "@pulumi/pulumi";

const tags = { project: "petclinic", environment: pulumi.getStack() };
const repository = new PrivateRepository("petclinic", {
  encryption: "aes256",
  exclusionFilters: ["latest"],
  forceDelete: true,
  tags,
});
const gallery = new PublicRepository("petclinic", {
  catalogData: { description: "Spring PetClinic Demo", architectures: ["x86-64"], operatingSystems: ["Linux"] },
  forceDestroy: true,
  tags,
});
const image = new ContainerImage("petclinic", {
  context: "app",
  repositories: [repository, gallery],
  tags: ["latest"],
  args: { NODE_IMAGE: "sandbox.local/node:22" },
});
export const reference: pulumi.Output<string> = image.reference;
export const references = image.references;
`;

const plugins = "plugins:\n  providers:\n    - name: ecr\n      path: ./node_modules/ecr-components/provider\n";

/** A project with the packages from npm, and nothing else of this repository. */
describe("the packages in somebody else's project", function () {
  this.timeout(1_800_000);
  let project: TestProject;

  before(async () => {
    project = new TestProject(undefined, []);
    project.write("package.json", manifest);
    project.write("Pulumi.yaml", `name: shop\nruntime: nodejs\n${plugins}`);
    project.write("Pulumi.local.yaml", "config:\n  aws:region: ap-northeast-2\n");
    const strict = { strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: false, noEmit: true };
    // What `pulumi new typescript` writes.
    const compilerOptions = { ...strict, target: "es2020", module: "commonjs", moduleResolution: "node" };
    project.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["index.ts"] }));
    project.write("index.ts", program);
    fs.cpSync(path.join(root, "app"), path.join(project.directory, "app"), { recursive: true });
    await install(project.directory, await packed(["ecr-components", "ecr-policies"], temporaryDirectory()));
    await project.init();
  });
  after(async () => {
    await project.pulumi("destroy", "--yes", "--skip-preview");
    project.remove();
    removeTemporary();
  });

  const installed = (...file: string[]) => path.join(project.directory, "node_modules", ...file);

  it("are one compiled file, one types file and the provider, and depend only on Pulumi's packages", () => {
    const files = fs.readdirSync(installed("ecr-components"), { recursive: true, encoding: "utf8" }).sort();
    const folders = ["bin", "node_modules", "provider"];
    assert.deepEqual(
      files.filter((file) => !folders.includes(file) && !file.startsWith("node_modules/")),
      [
        "README.md",
        "bin/index.d.ts",
        "bin/index.js",
        "ecr-components.api.md",
        "package.json",
        "provider/PulumiPlugin.yaml",
        "provider/components.js",
        "provider/index.js",
        "provider/package.json",
        "provider/pulumi-resource-ecr",
        "provider/schema.json",
      ],
    );
    const { dependencies } = JSON.parse(fs.readFileSync(installed("ecr-components", "package.json"), "utf8"));
    assert.deepEqual(Object.keys(dependencies), [
      "@pulumi/aws",
      "@pulumi/docker",
      "@pulumi/docker-build",
      "@pulumi/pulumi",
    ]);
    // Two copies of an SDK would mean two default providers.
    assert.equal(fs.existsSync(installed("ecr-components", "node_modules", "@pulumi")), false);
  });

  it("export what a program uses and nothing else", async () => {
    const names = await project.must("node", "-p", "Object.keys(require('ecr-components')).sort().join(' ')");
    assert.deepEqual(names.trim().split(" "), [
      "ContainerImage",
      "ExistingPrivateRepository",
      "ExistingPublicRepository",
      "InputRefused",
      "MirroredImage",
      "PrivateRepository",
      "PublicRepository",
      "PushRole",
      "Registry",
      "RegistryEvents",
      "lambdaDeployPolicy",
      "promoteImage",
      "pullPolicy",
      "pushPolicy",
    ]);
  });

  it("compile under strict, including their types, with old and new module resolution", async () => {
    // As a .ts file: the compiler would check the .d.ts files of all SDKs or none.
    project.write("surface.ts", fs.readFileSync(installed("ecr-components", "bin", "index.d.ts")));
    const strict = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--types", "node"];
    const compile = (...args: string[]) => project.run("npx", ["--no-install", "tsc", ...strict, ...args]);
    const old = await compile("--module", "commonjs", "--moduleResolution", "node", "index.ts", "surface.ts");
    assert.equal(old.code, 0, old.output);
    project.write("wrong.ts", program.replace('encryption: "aes256"', 'encryption: "rot13"'));
    const wrong = await compile("--module", "node16", "wrong.ts");
    assert.equal(wrong.output.match(/error TS/g)?.length, 1, wrong.output);
    assert.match(wrong.output, /Type '"rot13"' is not assignable/);
  });

  it("say which lines of Pulumi.yaml are missing, before anything is created", async () => {
    project.edit("Pulumi.yaml", plugins, "");
    const { code, output } = await project.pulumi("up", "--yes", "--skip-preview");
    project.write("Pulumi.yaml", `${project.read("Pulumi.yaml")}${plugins}`);
    assert.notEqual(code, 0);
    assert.ok(output.includes('Pulumi.yaml: plugins.providers has no provider "ecr"'), output);
    assert.ok(output.includes("path: ./node_modules/ecr-components/provider"), output);
  });

  it("preview with the packed policy pack, which reports violations", async () => {
    const pack = ["--policy-pack", "node_modules/ecr-policies"];
    const config = ["--policy-pack-config", "node_modules/ecr-policies/config/local.json"];
    const { output } = await project.mustPulumi("preview", ...pack, ...config);
    assert.match(output, /✅ amazon-ecr@v0\.1\.0/);
    const strict = await project.pulumi("preview", ...pack);
    assert.match(strict.output, /❌ amazon-ecr@v0\.1\.0/);
  });

  it("do the reference job like a fork: the same resources, the same digest in both repositories", async () => {
    await project.up();
    const fork = new TestProject(project.account);
    try {
      const digest = await latest(project);
      const resources = normalized(await project.resources());
      await project.mustPulumi("destroy", "--yes", "--skip-preview");
      await fork.init();
      await fork.up();
      assert.deepEqual(resources, normalized(await fork.resources()));
      assert.deepEqual(digest, await latest(fork));
    } finally {
      await fork.pulumi("destroy", "--yes", "--skip-preview");
      fork.remove();
    }
  });

  /** The digest of `latest`, which must be the same in the private and the public repository. */
  async function latest(of: TestProject): Promise<string> {
    const named = ["--repository-name", "petclinic", "--image-ids", "imageTag=latest"];
    const digests: string[] = [];
    for (const service of [["ecr"], ["ecr-public", "--region", "us-east-1"]]) {
      const { imageDetails } = await of.aws<{ imageDetails: { imageDigest: string }[] }>(
        ...[service[0] ?? "", "describe-images", ...named, ...service.slice(1)],
      );
      digests.push(...imageDetails.map(({ imageDigest }) => imageDigest));
    }
    assert.equal(digests.length, 2);
    assert.equal(new Set(digests).size, 1);
    return digests[0] ?? "";
  }

  /** Inputs by URN, independent of the project's name, without secrets and the project's config. */
  function normalized(resources: Record<string, unknown>): unknown {
    const text = JSON.stringify(resources).replaceAll("::shop::", "::ecr::").replaceAll("shop-local", "ecr-local");
    // The engine passes a project's own config to the provider of the same name.
    return JSON.parse(text, (key, value) =>
      key === "ciphertext" || key.includes("pulumi:providers:ecr::") ? undefined : value,
    );
  }
});
