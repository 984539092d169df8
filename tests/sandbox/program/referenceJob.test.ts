import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { type Outputs, TestProject } from "./project";

interface ImageDetails {
  imageDetails: { imageDigest: string; imageTags?: string[]; imagePushedAt: number | string }[];
}

describe("the reference job with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let first: Outputs;
  let firstPushedAt: number | string | undefined;
  const page = "app/src/views/layout.js";

  before(async () => {
    project = new TestProject();
    // A free tier that ends tomorrow must not affect the outputs, or they would change on their own.
    const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
    const pushes = "{ petclinic: [{ tags: [src-1], perDay: 2, megabytes: 1000 }] }";
    const costs = `{ freeTier: legacy, freeTierEnds: "${tomorrow}", monthlyBudget: 9, pushes: ${pushes} }`;
    project.edit("Pulumi.local.yaml", "  ecr:tags:", `  ecr:costs: ${costs}\n  ecr:tags:`);
    await project.init();
  });
  after(async () => {
    await project.pulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  const image = (outputs: Outputs) => {
    assert.ok(outputs.images["petclinic"]);
    return outputs.images["petclinic"];
  };
  const privateImages = async () =>
    (await project.aws<ImageDetails>("ecr", "describe-images", "--repository-name", "petclinic")).imageDetails;
  const publicImages = async () =>
    (
      await project.aws<ImageDetails>(
        "ecr-public",
        "describe-images",
        "--repository-name",
        "petclinic",
        "--region",
        "us-east-1",
      )
    ).imageDetails;
  const digestsByTag = (images: ImageDetails["imageDetails"]) =>
    Object.fromEntries(
      images.flatMap(({ imageTags, imageDigest }) => (imageTags ?? []).map((tag) => [tag, imageDigest])),
    );
  const mustChangeNothing = async () => {
    await project.mustPulumi("preview", "--expect-no-changes");
    await project.mustPulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
  };

  it("creates both repositories and pushes one image to both", async () => {
    await project.up();
    first = await project.outputs();
    const { tag, digest, reference } = image(first);
    assert.match(tag, /^src-[0-9a-f]{16}$/);
    assert.match(digest, /^sha256:[0-9a-f]{64}$/);
    const privateOutputs = first.privateRepositories["petclinic"];
    const publicOutputs = first.publicRepositories["petclinic"];
    assert.equal(reference, `${privateOutputs?.url}@${digest}`);
    assert.equal(privateOutputs?.arn, `arn:aws:ecr:ap-northeast-2:${project.account}:repository/petclinic`);
    assert.equal(publicOutputs?.arn, `arn:aws:ecr-public::${project.account}:repository/petclinic`);
    assert.deepEqual([privateOutputs?.name, publicOutputs?.name], ["petclinic", "petclinic"]);
    for (const images of [await privateImages(), await publicImages()]) {
      assert.equal(images.length, 1);
      assert.deepEqual(digestsByTag(images), { [tag]: digest, latest: digest });
    }
    const { monthly, monthlyBudget, repositories } = first.costs ?? {};
    assert.deepEqual(repositories?.["petclinic"], { standardBytes: 50e9, archiveBytes: 0, grows: false });
    assert.deepEqual([monthly?.total, monthlyBudget], [4.6566, 9]);
    firstPushedAt = (await privateImages())[0]?.imagePushedAt;
    assert.ok(firstPushedAt);
  });

  it("creates the repositories as configured", async () => {
    const { repositories } = await project.aws<{ repositories: Record<string, unknown>[] }>(
      "ecr",
      "describe-repositories",
    );
    assert.equal(repositories.length, 1);
    const [repository] = repositories;
    assert.deepEqual(repository?.["encryptionConfiguration"], { encryptionType: "AES256" });
    assert.equal(repository?.["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION");
    assert.deepEqual(repository?.["imageTagMutabilityExclusionFilters"], [
      { filterType: "WILDCARD", filter: "latest" },
    ]);
    assert.deepEqual(repository?.["imageScanningConfiguration"], { scanOnPush: true });
    const { catalogData } = await project.aws<{ catalogData: unknown }>(
      ...["ecr-public", "get-repository-catalog-data", "--repository-name", "petclinic", "--region", "us-east-1"],
    );
    assert.deepEqual(catalogData, {
      description: "Spring PetClinic Demo",
      architectures: ["x86-64"],
      operatingSystems: ["Linux"],
    });
    const { lifecyclePolicyText } = await project.aws<{ lifecyclePolicyText: string }>(
      ...["ecr", "get-lifecycle-policy", "--repository-name", "petclinic"],
    );
    assert.equal(JSON.parse(lifecyclePolicyText).rules.length, 2);
  });

  it("changes, builds and pushes nothing on the second run", async () => {
    await mustChangeNothing();
    // Docker's build cache proves nothing: the whole daemon shares it, and other tests build at the same time.
    assert.doesNotMatch((await project.up()).output, /Starting Docker build|Pushing/);
    assert.equal((await privateImages())[0]?.imagePushedAt, firstPushedAt);
  });

  it("stores no login in clear text in the state", async () => {
    const token = (await project.must("aws", "ecr", "get-login-password")).trim();
    assert.ok(token.length > 20);
    const files = fs.readdirSync(path.join(project.directory, "state"), { recursive: true, encoding: "utf8" });
    const texts = files
      .map((file) => path.join(project.directory, "state", file))
      .filter((file) => fs.statSync(file).isFile())
      .map((file) => fs.readFileSync(file, "utf8"));
    assert.ok(texts.some((text) => text.includes("docker:index/image:Image")));
    assert.ok(texts.some((text) => /"password":\s*\{[^}]*"ciphertext"|"registry":\s*\{[^}]*"ciphertext"/.test(text)));
    assert.ok(!texts.some((text) => /"password":\s*"/.test(text)));
  });

  it("gives changed source a new tag and digest, and moves latest", async () => {
    project.write(page, `${project.read(page)}\n// a change\n`);
    const preview = await project.mustPulumi("preview");
    assert.match(preview.output, /docker:index:Image/);
    await project.up();
    const { tag, digest } = image(await project.outputs());
    assert.notEqual(tag, image(first).tag);
    assert.notEqual(digest, image(first).digest);
    const expected = { [image(first).tag]: image(first).digest, [tag]: digest, latest: digest };
    assert.deepEqual(digestsByTag(await privateImages()), expected);
    assert.deepEqual(digestsByTag(await publicImages()), expected);
    await mustChangeNothing();
  });

  it("returns to the old tag and digest with the old source, and pushes nothing to that tag", async () => {
    project.edit(page, "\n// a change\n", "");
    await project.up();
    assert.deepEqual(image(await project.outputs()), image(first));
    const images = await privateImages();
    const old = images.find(({ imageDigest }) => imageDigest === image(first).digest);
    assert.equal(digestsByTag(images)["latest"], image(first).digest);
    assert.equal(digestsByTag(await publicImages())["latest"], image(first).digest);
    assert.equal(old?.imagePushedAt, firstPushedAt);
    await mustChangeNothing();
  });

  it("returns to the same digest after Docker lost its build cache and images", async () => {
    await project.must("docker", "builder", "prune", "--all", "--force");
    for (const { url } of [...Object.values(first.privateRepositories), ...Object.values(first.publicRepositories)]) {
      const listed = await project.must("docker", "image", "ls", "--quiet", "--no-trunc", url);
      const ids = [...new Set(listed.split("\n").filter(Boolean))];
      if (ids.length > 0) await project.must("docker", "image", "rm", "--force", ...ids);
    }
    project.write(page, `${project.read(page)}\n// another change\n`);
    await project.up();
    project.edit(page, "\n// another change\n", "");
    await project.up();
    assert.deepEqual(image(await project.outputs()), image(first));
    assert.equal(digestsByTag(await privateImages())["latest"], image(first).digest);
    assert.equal(digestsByTag(await publicImages())["latest"], image(first).digest);
  });

  it("finds no drift, then detects a manual change and reverts it", async () => {
    await project.mustPulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    await project.must(
      "aws",
      "ecr",
      "put-image-tag-mutability",
      "--repository-name",
      "petclinic",
      "--image-tag-mutability",
      "MUTABLE",
    );
    await project.must("aws", "ecr", "delete-lifecycle-policy", "--repository-name", "petclinic");
    const drift = await project.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    assert.notEqual(drift.code, 0);
    assert.match(drift.output, /imageTagMutability/);
    await project.mustPulumi("refresh", "--yes", "--skip-preview");
    await project.up();
    const { repositories } = await project.aws<{ repositories: Record<string, unknown>[] }>(
      "ecr",
      "describe-repositories",
    );
    assert.equal(repositories[0]?.["imageTagMutability"], "IMMUTABLE_WITH_EXCLUSION");
    await project.must("aws", "ecr", "get-lifecycle-policy", "--repository-name", "petclinic");
    await mustChangeNothing();
  });

  const shell = (command: string) => project.run("sh", ["-euc", command]);
  const anonymous = () => ({ DOCKER_CONFIG: fs.mkdtempSync(path.join(project.directory, "anonymous-")) });

  it("rejects anonymous pushes to both registries, and an anonymous pull from the private one", async () => {
    const local = "sandbox.local/node:22";
    for (const { url } of [first.privateRepositories["petclinic"], first.publicRepositories["petclinic"]] as {
      url: string;
    }[]) {
      await project.must("docker", "tag", local, `${url}:by-hand`);
      const push = await project.run("docker", ["push", `${url}:by-hand`], anonymous());
      assert.notEqual(push.code, 0);
      assert.match(push.output, /no basic auth credentials|unauthorized|denied|authentication required/i);
    }
    const { url } = first.privateRepositories["petclinic"] ?? assert.fail();
    // By tag: Docker does not ask the registry for a digest that it already has.
    const refused = await project.run("docker", ["pull", `${url}:latest`], anonymous());
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /no basic auth credentials/i);
    const open = await project.run(
      "docker",
      ["pull", `${first.publicRepositories["petclinic"]?.url}:latest`],
      anonymous(),
    );
    assert.equal(open.code, 0, open.output);
  });

  it("prints push commands that work verbatim", async () => {
    for (const outputs of [first.privateRepositories["petclinic"], first.publicRepositories["petclinic"]]) {
      const { login, build, tag, push } = outputs?.pushCommands ?? assert.fail("no push commands");
      for (const command of [login, build, tag, push]) {
        const result = await shell(command);
        assert.equal(result.code, 0, `${command}\n${result.output}`);
      }
    }
  });

  it("rejects another image under an existing tag of the private repository, but accepts it under latest", async () => {
    const { url } = first.privateRepositories["petclinic"] ?? assert.fail();
    await project.must("docker", "tag", "sandbox.local/node:22", `${url}:${image(first).tag}`);
    const refused = await project.run("docker", ["push", `${url}:${image(first).tag}`]);
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      /already exists in the 'petclinic' repository and cannot be overwritten because the tag is immutable/,
    );
    assert.equal(digestsByTag(await privateImages())[image(first).tag], image(first).digest);

    await project.must("docker", "tag", "sandbox.local/node:22", `${url}:latest`);
    await project.must("docker", "push", `${url}:latest`);
    assert.notEqual(digestsByTag(await privateImages())["latest"], image(first).digest);
  });

  it("leaves an empty account after destroy", async () => {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    assert.deepEqual(await project.aws("ecr", "describe-repositories"), { repositories: [] });
    assert.deepEqual(await project.aws("ecr-public", "describe-repositories", "--region", "us-east-1"), {
      repositories: [],
    });
  });
});
