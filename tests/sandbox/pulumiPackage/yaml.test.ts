import * as assert from "node:assert/strict";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { fullTests } from "../tools";
import { asMade, documentedProgram, PackageProgram, resourcesIn } from "./packageProgram";
import { yamlLanguageHost } from "./pulumiTools";

type Resources = Record<string, { type: string; name?: string; properties?: Record<string, unknown> }>;

/** A reference to a resource or one of its outputs. */
const of = (place: string) => `$\{${place}}`;

/** The settings of Pulumi.local.yaml, as resources. */
const tags = { project: "petclinic", environment: "local" };
const referenceJob: Resources = {
  private: {
    type: "ecr:PrivateRepository",
    name: "petclinic",
    properties: {
      encryption: "aes256",
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      exclusionFilters: ["latest"],
      forceDelete: true,
      tags,
    },
  },
  public: {
    type: "ecr:PublicRepository",
    name: "petclinic",
    properties: {
      catalogData: { description: "Spring PetClinic Demo", architectures: ["x86-64"], operatingSystems: ["Linux"] },
      forceDestroy: true,
      tags,
    },
  },
  image: {
    type: "ecr:ContainerImage",
    name: "petclinic",
    properties: {
      context: "app",
      repositories: [of("private"), of("public")],
      tags: ["latest"],
      args: { NODE_IMAGE: "sandbox.local/node:22" },
    },
  },
};

describe("a program in YAML with the package ecr", function () {
  this.timeout(900_000);
  let program: PackageProgram;

  before(async function () {
    if (!fullTests) this.skip();
    program = new PackageProgram(path.dirname(await yamlLanguageHost()));
    program.write("Pulumi.yaml", "name: ecr\nruntime: yaml\n");
    program.write("app/Dockerfile", "");
    await program.mustPulumi("stack", "init", "local");
  });
  after(() => program?.remove());

  const write = (resources: Resources, more: Record<string, unknown> = {}) => {
    const config = { "aws:region": "ap-northeast-2" };
    const packages = { ecr: program.package };
    const project = { name: "ecr", runtime: "yaml", packages, config, resources, ...more };
    program.write("Pulumi.yaml", stringify(project, { aliasDuplicateObjects: false }));
  };
  const refused = async () => {
    const { code, output } = await program.pulumi("preview");
    assert.notEqual(code, 0, output);
    assert.deepEqual(await program.resources(), []);
    return output;
  };

  it("gets the package by `pulumi package add`, with a valid schema", async () => {
    await program.mustPulumi("package", "add", program.package);
    const added = parse(program.clone.read("consumer/Pulumi.yaml")) as { packages: Record<string, string> };
    assert.equal(path.resolve(program.directory, added.packages["ecr"] ?? ""), program.package);
    const { stdout } = await program.mustPulumi("package", "get-schema", program.package);
    const { name, resources } = JSON.parse(stdout) as { name: string; resources: Record<string, unknown> };
    assert.equal(name, "ecr");
    assert.ok(resources["ecr:index:RegistryEvents"]);
  });

  it("is rejected with the components' messages before anything is created, and by YAML's type check", async () => {
    const wrong = (properties: Record<string, unknown>) =>
      write({ pets: { type: "ecr:PrivateRepository", properties } });
    wrong({ repositoryName: "Pets", lifecycleRules: [{ images: "untagged", expireAfterDays: 0 }] });
    const output = await refused();
    assert.match(output, /resource 'pets' has a problem: PrivateRepository "pets": 2 faults/);
    assert.match(output, /- repositoryName: found "Pets"\. .* Write "pets"\./);
    assert.match(output, /- lifecycleRules\[0\]\.expireAfterDays: found 0\. /);
    wrong({ encryption: "kns" });
    assert.match(await refused(), /Allowed values are "aes256", "kms", "kmsDsse"/);
    wrong({ repositryName: "pets" });
    assert.match(await refused(), /repositryName/);
  });

  it("previews outputs that are not known yet", async () => {
    write({
      shop: { type: "ecr:PrivateRepository" },
      events: {
        type: "ecr:RegistryEvents",
        properties: { findingsFrom: "NONE", repositories: [of("shop.repositoryName")] },
      },
    });
    assert.match((await program.mustPulumi("preview")).output, /aws:cloudwatch:EventRule events-images/);
  });

  it("does the reference job with the resources and digests of a fork, and an image that answers on 8080", async () => {
    // In one account, one after the other, so that addresses are the same.
    const { clone } = program;
    await clone.init();
    await clone.up();
    const { images } = await clone.outputs();
    const made = asMade(resourcesIn((await clone.mustPulumi("stack", "export")).stdout));
    await clone.mustPulumi("destroy", "--yes", "--skip-preview");

    await program.run("cp", "-r", path.join(clone.directory, "app"), ".");
    write(referenceJob, { outputs: { reference: of("image.reference") } });
    await program.mustPulumi("up", "--yes", "--skip-preview");
    await program.mustPulumi("preview", "--expect-no-changes");
    assert.deepEqual(asMade(await program.resources()), made);
    const { reference = "" } = await program.outputs();
    assert.equal(reference, images["petclinic"]?.reference);
    assert.match(await answerOf(reference), /Pet Clinic/);
  });

  it("works as docs/package.md shows it", async () => {
    const documented = parse(documentedProgram("yaml")) as { resources: Resources; outputs: Record<string, unknown> };
    const image = documented.resources["image"]?.properties ?? {};
    image["args"] = { NODE_IMAGE: "sandbox.local/node:22" };
    write(documented.resources, { outputs: documented.outputs });
    await program.mustPulumi("destroy", "--yes", "--skip-preview");
    await program.mustPulumi("up", "--yes", "--skip-preview");
    const { reference, roleToAssume } = await program.outputs();
    assert.match(reference ?? "", /\/petclinic@sha256:/);
    assert.match(roleToAssume ?? "", /:role\/release-/);
  });

  /** The image's answer on its port. */
  async function answerOf(reference: string): Promise<string> {
    const container = (await program.clone.must("docker", "run", "-d", "-p", "127.0.0.1::8080", reference)).trim();
    try {
      const address = (await program.clone.must("docker", "port", container, "8080/tcp")).split("\n")[0];
      for (let attempt = 0; attempt < 600; attempt++) {
        const answer = await fetch(`http://${address}/`).catch(() => undefined);
        if (answer?.ok) return await answer.text();
        await pause(100);
      }
      throw new Error(`${reference} does not answer`);
    } finally {
      await program.clone.must("docker", "rm", "-f", container);
    }
  }
});
