import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { CreateRepositoryCommand, DescribeImagesCommand } from "@aws-sdk/client-ecr";
import { CreateRepositoryCommand as CreatePublicCommand } from "@aws-sdk/client-ecr-public";
import { type DockerEnvironment, ensureDocker, releaseDocker } from "../../../sandbox/docker/daemon";
import { run, runOrThrow } from "../../../sandbox/system/commands";
import { crane as craneTool, type DebianProgram, skopeo as skopeoTool, toolsTimeout } from "../tools";
import { uniqueName, useSandbox } from "./harness";
import { writeImageLayout } from "./imageLayout";
import { digestOf, privateToken, publicToken } from "./registryClient";

describe("gateway: docker, skopeo and crane", function () {
  this.timeout(900_000);
  const sandbox = useSandbox();
  let crane: (...args: string[]) => Promise<string>;
  let skopeo: (...args: string[]) => Promise<string>;
  let host: string;
  let publicHost: string;
  let env: NodeJS.ProcessEnv;
  let folder: string;

  before(async function () {
    this.timeout(toolsTimeout);
    folder = path.join(sandbox.home, "clients");
    const { token, host: privateHost } = await privateToken(sandbox);
    host = privateHost;
    publicHost = sandbox.gateway.publicRegistry;
    const auths = { [host]: { auth: token }, [publicHost]: { auth: await publicToken(sandbox) } };
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify({ auths }));
    env = { ...process.env, DOCKER_CONFIG: folder };
    const craneProgram = await craneTool();
    crane = async (...args) => (await runOrThrow(craneProgram, args, { env })).trim();
    const { program, env: skopeoEnv }: DebianProgram = await skopeoTool();
    const authfile = ["--authfile", path.join(folder, "config.json")];
    skopeo = async (command = "", ...args) =>
      (await runOrThrow(program, ["--insecure-policy", command, ...authfile, ...args], { env: skopeoEnv })).trim();
  });

  async function repository(): Promise<string> {
    const repositoryName = uniqueName("clients");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    return `${host}/${repositoryName}`;
  }

  async function publicRepository(): Promise<string> {
    const { repository: made } = await sandbox
      .ecrPublic()
      .send(new CreatePublicCommand({ repositoryName: uniqueName("clients") }));
    return made?.repositoryUri ?? assert.fail();
  }

  function layout(mebibytes = 1): string {
    const directory = path.join(folder, uniqueName("layout"));
    writeImageLayout(directory, mebibytes);
    return directory;
  }

  /** Pulls an index with both of its images, and checks each blob against its digest. */
  async function pullsWhole(reference: string): Promise<void> {
    const directory = path.join(folder, uniqueName("pulled"));
    await crane("pull", "--format", "oci", reference, directory);
    const blobs = path.join(directory, "blobs", "sha256");
    const names = fs.readdirSync(blobs);
    assert.equal(names.length, 7, "an index, two manifests, two configs, two layers");
    for (const name of names) assert.equal(digestOf(fs.readFileSync(path.join(blobs, name))), `sha256:${name}`);
  }

  it("crane pushes, creates an index, copies it to the other registry, pulls, lists and deletes", async () => {
    const [name, open] = [await repository(), await publicRepository()];
    for (const tag of ["amd64", "arm64"]) await crane("push", layout(), `${name}:${tag}`);
    await crane("index", "append", "-m", `${name}:amd64`, "-m", `${name}:arm64`, "-t", `${name}:multi`);
    const digest = await crane("digest", `${name}:multi`);
    await crane("copy", `${name}:multi`, `${open}:multi`);
    assert.equal(await crane("digest", `${open}:multi`), digest, "byte for byte");
    assert.equal(JSON.parse(await crane("manifest", `${open}:multi`)).manifests.length, 2);
    await pullsWhole(`${open}@${digest}`);
    assert.deepEqual((await crane("ls", name)).split("\n"), ["amd64", "arm64", "multi"]);
    await assert.rejects(crane("delete", `${name}@${await crane("digest", `${name}:amd64`)}`), /DENIED.*manifest list/);
    await crane("delete", `${name}:multi`);
    await crane("delete", `${name}:amd64`);
    assert.deepEqual((await crane("ls", name)).split("\n"), ["arm64"]);
    await assert.rejects(crane("manifest", `${name}@${digest}`), /MANIFEST_UNKNOWN/);
    await pullsWhole(`${open}:multi`);
  });

  it("skopeo copies in, between repositories with all architectures, and out; inspects, lists and deletes", async () => {
    const [name, other] = [await repository(), await repository()];
    const source = layout();
    const tls = ["--src-tls-verify=false", "--dest-tls-verify=false"];
    await skopeo("copy", ...tls, `oci:${source}`, `docker://${name}:v1`);
    await skopeo("copy", ...tls, "--format", "v2s2", `oci:${source}`, `docker://${name}:docker`);
    await crane("index", "append", "-m", `${name}:v1`, "-t", `${name}:multi`);
    await skopeo("copy", ...tls, "--all", "--preserve-digests", `docker://${name}:multi`, `docker://${other}:copied`);
    assert.equal(await crane("digest", `${other}:copied`), await crane("digest", `${name}:multi`));
    const out = path.join(folder, "out");
    await skopeo("copy", ...tls, `docker://${other}:copied`, `dir:${out}`);
    assert.ok(fs.readdirSync(out).length >= 3);
    const inspected = JSON.parse(await skopeo("inspect", "--tls-verify=false", `docker://${name}:v1`));
    assert.deepEqual([inspected.Name, inspected.RepoTags], [name, ["docker", "multi", "v1"]]);
    await skopeo("delete", "--tls-verify=false", `docker://${name}:docker`);
    const { Tags } = JSON.parse(await skopeo("list-tags", "--tls-verify=false", `docker://${name}`));
    assert.deepEqual(Tags, ["multi", "v1"]);
  });

  describe("docker", () => {
    let docker: DockerEnvironment;
    const images: string[] = [];
    const client = async (...args: string[]) => {
      const options = { env: { ...env, ...docker.environment, DOCKER_CONFIG: folder } };
      return (await runOrThrow(path.join(docker.binDirectory, "docker"), args, options)).trim();
    };
    before(async function () {
      this.timeout(toolsTimeout);
      docker = await ensureDocker({ home: sandbox.home, progress: () => {} });
    });
    after(async () => {
      if (docker === undefined) return;
      for (const image of images) {
        await run(path.join(docker.binDirectory, "docker"), ["rmi", image], { env: { ...env, ...docker.environment } });
      }
      await releaseDocker(sandbox.home);
    });

    it("logs in, pushes, pulls by digest, and shows ECR's error for a nonexistent repository", async () => {
      const name = await repository();
      const tree = path.join(folder, "tree");
      fs.mkdirSync(tree);
      fs.writeFileSync(path.join(tree, "hello"), uniqueName("content"));
      const archive = path.join(folder, "tree.tar");
      await runOrThrow("tar", ["-C", tree, "-cf", archive, "."]);
      images.push(`${name}:v1`);
      await client("import", archive, `${name}:v1`);
      const pushed = await client("push", `${name}:v1`);
      const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1] ?? assert.fail(pushed);
      await client("rmi", `${name}:v1`);
      images.push(`${name}@${digest}`);
      await client("pull", `${name}@${digest}`);
      const repositoryName = name.split("/")[1];
      const { imageDetails } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName }));
      assert.deepEqual(
        imageDetails?.map((image) => [image.imageDigest, image.imageTags]),
        [[digest, ["v1"]]],
      );
      images.push(`${host}/absent:v1`);
      await client("tag", `${name}@${digest}`, `${host}/absent:v1`);
      await assert.rejects(client("push", `${host}/absent:v1`), /repository with name 'absent' does not exist/);
    });
  });
});
