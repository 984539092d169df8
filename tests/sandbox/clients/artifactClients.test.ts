import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { BatchDeleteImageCommand, DescribeImagesCommand, ListImagesCommand } from "@aws-sdk/client-ecr";
import { runOrThrow } from "../../../sandbox/system/commands";
import { useSandbox } from "../gateway/harness";
import { writeImageLayout } from "../gateway/imageLayout";
import { buildah as buildahTool, fullTests, oras as orasTool, toolsTimeout } from "../tools";
import { cosign as cosignTool, helm as helmTool, regctl as regctlTool } from "./clientTools";
import { type LoggedIn, logIn } from "./loggedIn";

describe("clients: images and artifacts", function () {
  this.timeout(900_000);
  const sandbox = useSandbox();
  let at: LoggedIn;
  before(async () => {
    at = await logIn(sandbox);
  });

  async function details(repositoryName: string) {
    const { imageDetails = [] } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName }));
    return imageDetails;
  }

  async function artifactTypes(repositoryName: string): Promise<(string | undefined)[]> {
    return (await details(repositoryName)).map(({ artifactMediaType }) => artifactMediaType).sort();
  }

  describe("oras", () => {
    let oras: string;
    before(async function () {
      this.timeout(toolsTimeout);
      oras = await orasTool();
    });

    it("pushes, attaches, discovers, copies with referrers, pulls and deletes", async () => {
      const [name, other] = [await sandbox.createRepository("oras"), await sandbox.createRepository("oras")];
      fs.writeFileSync(path.join(at.folder, "notes.txt"), "notes");
      const push = ["push", "--plain-http", "--artifact-type", "application/vnd.example.notes"];
      await at.run(oras, ...push, `${at.host}/${name}:v1`, "notes.txt:text/plain");
      const attach = ["attach", "--plain-http", "--artifact-type", "application/vnd.example.review"];
      await at.run(oras, ...attach, `${at.host}/${name}:v1`, "notes.txt:text/plain");
      const discover = async (reference: string) => {
        const found = await at.run(oras, "discover", "--plain-http", "--format", "json", reference);
        return (JSON.parse(found) as { referrers: { digest: string; artifactType: string }[] }).referrers;
      };
      assert.deepEqual(
        (await discover(`${at.host}/${name}:v1`)).map(({ artifactType }) => artifactType),
        ["application/vnd.example.review"],
      );
      assert.deepEqual(await artifactTypes(name), ["application/vnd.example.notes", "application/vnd.example.review"]);
      const plain = ["--from-plain-http", "--to-plain-http", "--recursive"];
      await at.run(oras, "cp", ...plain, `${at.host}/${name}:v1`, `${at.host}/${other}:v1`);
      assert.equal((await discover(`${at.host}/${other}:v1`)).length, 1);
      await at.run(oras, "pull", "--plain-http", "--output", "pulled", `${at.host}/${other}:v1`);
      assert.equal(fs.readFileSync(path.join(at.folder, "pulled", "notes.txt"), "utf8"), "notes");
      // As in the ECR user guide, "Deleting signatures and other artifacts".
      const [review] = await discover(`${at.host}/${name}:v1`);
      await at.run(oras, "manifest", "delete", "--plain-http", "--force", `${at.host}/${name}@${review?.digest}`);
      assert.deepEqual(await discover(`${at.host}/${name}:v1`), []);
      assert.equal(await at.run(oras, "repo", "tags", "--plain-http", `${at.host}/${name}`), "v1");
      const listed = await at.run(oras, "repo", "ls", "--plain-http", at.host);
      assert.ok(listed.split("\n").includes(name), "the catalog");
    });
  });

  describe("regctl", () => {
    let regctl: (...args: string[]) => Promise<string>;
    before(async function () {
      this.timeout(toolsTimeout);
      const program = await regctlTool();
      regctl = (...args) => at.run(program, "--host", `reg=${at.host},tls=disabled`, ...args);
    });

    it("copies an image with its referrers, modifies it, lists repositories and tags, and deletes a tag", async () => {
      const [name, other] = [await sandbox.createRepository("regctl"), await sandbox.createRepository("regctl")];
      writeImageLayout(path.join(at.folder, "layout"), 1);
      const digest = /"digest":"(sha256:[0-9a-f]{64})"/.exec(
        fs.readFileSync(path.join(at.folder, "layout", "index.json"), "utf8"),
      )?.[1];
      await regctl("image", "copy", `ocidir://layout@${digest}`, `${at.host}/${name}:v1`);
      assert.equal(await regctl("manifest", "head", `${at.host}/${name}:v1`), digest);
      fs.writeFileSync(path.join(at.folder, "sbom.json"), "{}");
      const type = ["--artifact-type", "application/spdx+json", "--file", "sbom.json"];
      await regctl("artifact", "put", ...type, "--subject", `${at.host}/${name}:v1`);
      await regctl("image", "copy", "--referrers", `${at.host}/${name}:v1`, `${at.host}/${other}:v1`);
      assert.match(await regctl("artifact", "list", `${at.host}/${other}:v1`), /application\/spdx\+json/);
      await regctl("image", "mod", `${at.host}/${other}:v1`, "--create", "v2", "--label", "org.example=changed");
      assert.deepEqual((await regctl("tag", "ls", `${at.host}/${other}`)).split("\n"), ["v1", "v2"]);
      assert.ok((await regctl("repo", "ls", at.host)).split("\n").includes(other), "the catalog");
      await regctl("tag", "rm", `${at.host}/${other}:v2`);
      assert.deepEqual((await regctl("tag", "ls", `${at.host}/${other}`)).split("\n"), ["v1"]);
      assert.match(await regctl("image", "config", `${at.host}/${other}:v1`), /"amd64"/);
    });
  });

  describe("buildah", () => {
    let buildah: (...args: string[]) => Promise<string>;
    before(async function () {
      this.timeout(toolsTimeout);
      // buildah needs user namespaces, which not every machine has, or root.
      if (process.getuid?.() !== 0) this.skip();
      const { program, env } = await buildahTool();
      const storage = ["root", "runroot"].flatMap((name) => [`--${name}`, path.join(at.folder, `buildah-${name}`)]);
      const options = { cwd: at.folder, env: { ...at.env, LD_LIBRARY_PATH: env["LD_LIBRARY_PATH"] } };
      buildah = async (...args) =>
        (await runOrThrow(program, [...storage, "--storage-driver", "vfs", ...args], options)).trim();
    });

    it("builds without a daemon, pushes in OCI and Docker format and as an index, and pulls", async () => {
      const name = await sandbox.createRepository("buildah");
      const policy = path.join(at.folder, "policy.json");
      fs.writeFileSync(policy, JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }));
      const anything = ["--signature-policy", policy];
      fs.writeFileSync(path.join(at.folder, "hello"), "hello");
      const container = await buildah("from", "scratch");
      await buildah("copy", container, "hello", "/hello");
      await buildah("commit", ...anything, container, "localhost/built");
      const push = ["push", ...anything, "--tls-verify=false", "localhost/built"];
      await buildah(...push, `docker://${at.host}/${name}:oci`);
      await buildah(
        "push",
        ...anything,
        "--tls-verify=false",
        "--format",
        "v2s2",
        "localhost/built",
        `docker://${at.host}/${name}:docker`,
      );
      await buildah("manifest", "create", "both", `docker://${at.host}/${name}:oci`, "--tls-verify=false");
      const all = ["--all", "--tls-verify=false"];
      await buildah(
        "manifest",
        "push",
        ...anything,
        ...all,
        "--format",
        "oci",
        "both",
        `docker://${at.host}/${name}:index`,
      );
      const types = new Map(
        (await details(name)).map(({ imageTags = [], imageManifestMediaType }) => [
          imageTags[0],
          imageManifestMediaType,
        ]),
      );
      assert.deepEqual(Object.fromEntries(types), {
        docker: "application/vnd.docker.distribution.manifest.v2+json",
        index: "application/vnd.oci.image.index.v1+json",
        oci: "application/vnd.oci.image.manifest.v1+json",
      });
      await buildah("rmi", "--all", "--force");
      await buildah("pull", ...anything, "--tls-verify=false", `docker://${at.host}/${name}:index`);
      assert.match(await buildah("images"), new RegExp(`${at.host}/${name}`));
    });
  });

  describe("helm", () => {
    let helm: string;
    before(async function () {
      if (!fullTests) this.skip();
      helm = await helmTool();
    });

    it("pushes a chart to the repository of its name, and shows and pulls it by version", async () => {
      const chart = path.join(at.folder, "chart");
      fs.mkdirSync(path.join(chart, "templates"), { recursive: true });
      const text = "apiVersion: v2\nname: web\nversion: 1.2.3\ndescription: A chart\n";
      fs.writeFileSync(path.join(chart, "Chart.yaml"), text);
      fs.writeFileSync(path.join(chart, "templates", "none.yaml"), "# nothing\n");
      const login = ["--plain-http", "--registry-config", at.authFile];
      await at.run(helm, "package", chart);
      await assert.rejects(
        at.run(helm, "push", "web-1.2.3.tgz", `oci://${at.host}/charts`, ...login),
        /repository with name 'charts\/web' does not exist/,
      );
      await sandbox.createRepository("charts");
      const { CreateRepositoryCommand } = await import("@aws-sdk/client-ecr");
      await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName: "charts/web" }));
      await at.run(helm, "push", "web-1.2.3.tgz", `oci://${at.host}/charts`, ...login);
      const shown = await at.run(helm, "show", "chart", `oci://${at.host}/charts/web`, "--version", "^1.0.0", ...login);
      assert.match(shown, /version: 1\.2\.3/);
      await at.run(helm, "pull", `oci://${at.host}/charts/web`, "--version", "1.2.3", "--untar", ...login);
      assert.equal(fs.readFileSync(path.join(at.folder, "web", "templates", "none.yaml"), "utf8"), "# nothing\n");
      const [image] = await details("charts/web");
      assert.deepEqual(
        [image?.imageTags, image?.artifactMediaType],
        [["1.2.3"], "application/vnd.cncf.helm.config.v1+json"],
      );
    });
  });

  describe("cosign", () => {
    let cosign: (...args: string[]) => Promise<string>;
    before(async function () {
      if (!fullTests) this.skip();
      const program = await cosignTool();
      Object.assign(at.env, { COSIGN_PASSWORD: "a password of the tests" });
      cosign = (...args) => at.run(program, ...args);
    });

    it("signs with a key and verifies; the signature remains when the image is deleted", async () => {
      const regctl = await regctlTool();
      const name = await sandbox.createRepository("cosign");
      writeImageLayout(path.join(at.folder, "signed"), 1);
      const { manifests } = JSON.parse(fs.readFileSync(path.join(at.folder, "signed", "index.json"), "utf8")) as {
        manifests: [{ digest: string }];
      };
      const { digest } = manifests[0];
      const from = `ocidir://signed@${digest}`;
      await at.run(regctl, "--host", `reg=${at.host},tls=disabled`, "image", "copy", from, `${at.host}/${name}:v1`);
      await cosign("generate-key-pair");
      const image = `${at.host}/${name}@${digest}`;
      const open = ["--allow-http-registry"];
      await cosign(
        "sign",
        "--yes",
        "--key",
        "cosign.key",
        "--use-signing-config=false",
        "--tlog-upload=false",
        ...open,
        image,
      );
      const verify = ["verify", "--key", "cosign.pub", "--insecure-ignore-tlog=true", ...open];
      assert.match(await cosign(...verify, image), new RegExp(digest));
      const signatures = (await details(name)).filter(({ imageDigest }) => imageDigest !== digest);
      assert.deepEqual(
        signatures.map(({ subjectManifestDigest }) => subjectManifestDigest),
        [digest],
      );
      const remove = new BatchDeleteImageCommand({ repositoryName: name, imageIds: [{ imageDigest: digest }] });
      assert.deepEqual((await sandbox.ecr().send(remove)).failures, []);
      const { imageIds } = await sandbox.ecr().send(new ListImagesCommand({ repositoryName: name }));
      assert.equal(imageIds?.length, 1, "the signature waits for the lifecycle's next run");
    });
  });
});
