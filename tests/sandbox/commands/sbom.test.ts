import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { CreateRepositoryCommand as CreatePublic, ECRPUBLICClient } from "@aws-sdk/client-ecr-public";
import { BASE_IMAGE } from "../../../sandbox/docker/baseImage";
import { type CommandResult, runOrThrow } from "../../../sandbox/system/commands";
import { bundle } from "../../cli/bundledCli";
import { testImage } from "../gateway/registryClient";
import { fullTests } from "../tools";
import { TestAccount } from "./account";

const application = path.resolve(__dirname, "../../../app");

/** A fake syft: records how it was called, and prints a document like syft's. */
const standIn = `#!${process.execPath}
const names = Object.keys(process.env).filter((name) => name.startsWith("SYFT_"));
const env = Object.fromEntries(names.map((name) => [name, process.env[name]]));
require("node:fs").appendFileSync("calls", JSON.stringify({ args: process.argv.slice(2), env }) + "\\n");
if (process.env.FAIL) {
  console.error("ERROR could not determine source");
  process.exit(1);
}
console.log(JSON.stringify({ components: [{ purl: "pkg:npm/petclinic@1.0.0" }, { name: "/app/package.json" }] }));
`;

interface Call {
  args: string[];
  env: Record<string, string>;
}

describe("the sbom command on the local AWS", function () {
  this.timeout(900_000);
  let account: TestAccount;
  let cli = "";
  let host = "";
  let reference = "";
  let publicReference = "";

  before(async () => {
    account = new TestAccount();
    cli = await bundle();
    const uri = await account.createRepository("petclinic");
    host = uri.slice(0, uri.indexOf("/"));
    reference = `${uri}@${await imageIn("petclinic", uri)}`;
    const client = new ECRPUBLICClient({ ...account.clientOptions, region: "us-east-1" });
    const { repository } = await client.send(new CreatePublic({ repositoryName: "tool" }));
    publicReference = `${repository?.repositoryUri}@sha256:${"1".repeat(64)}`;
    await account.createStack("dev", {
      privateRepositories: { petclinic: { name: "petclinic", region: account.region, registryId: account.id } },
      images: {
        petclinic: { reference, repository: "private/petclinic" },
        "team/tool": { reference: publicReference, repository: "public/tool" },
      },
    });
  });
  after(() => account.remove());

  /** Pushes the application in the full tests, which look into it; otherwise a dummy image. @returns Its digest. */
  async function imageIn(name: string, uri: string): Promise<string> {
    if (!fullTests) {
      const image = testImage("sbom");
      await account.push(name, "src-1", image);
      return image.digest;
    }
    await docker("build", "--build-arg", `NODE_IMAGE=${BASE_IMAGE}`, "--tag", `${uri}:src-1`, application);
    const password = await runOrThrow("aws", ["ecr", "get-login-password", "--region", account.region], {
      env: account.env,
    });
    await docker("login", "--username", "AWS", "--password", password.trim(), host);
    const pushed = await docker("push", `${uri}:src-1`);
    await docker("logout", host);
    return /digest: (sha256:[0-9a-f]{64})/.exec(pushed)?.[1] ?? assert.fail(pushed);
  }

  const docker = (...args: string[]) => runOrThrow("docker", args, { env: account.env });

  function sbom(...args: string[]): Promise<CommandResult> {
    return account.run(process.execPath, cli, "sbom", "--stack", "dev", ...args);
  }

  describe("with a fake syft", () => {
    let variables: NodeJS.ProcessEnv;

    before(() => {
      const bin = path.join(account.directory, "bin");
      fs.mkdirSync(bin);
      fs.writeFileSync(path.join(bin, "syft"), standIn, { mode: 0o755 });
      variables = { ...account.env };
      account.env["PATH"] = `${bin}${path.delimiter}${account.env["PATH"]}`;
    });
    after(() => {
      Object.assign(account.env, { PATH: variables["PATH"] });
    });

    it("writes one file per image, named by its key", async () => {
      const { code, stdout, stderr } = await sbom();
      const lines = ["sbom/petclinic.cdx.json", "sbom/team%2Ftool.cdx.json"].map(
        (file) => `${file}: 1 package (1 npm)\n`,
      );
      // Slow steps print their progress there.
      assert.deepEqual([code, stdout, stderr.replace(/^… .*\n/gm, "")], [0, lines.join(""), ""]);
      for (const name of ["petclinic", "team%2Ftool"]) {
        const text = fs.readFileSync(path.join(account.directory, "sbom", `${name}.cdx.json`), "utf8");
        assert.equal(JSON.parse(text).components.length, 2);
      }
    });

    it("reads by digest from the registry, and passes a login for the private one only, in the environment", () => {
      const [first, second, ...others] = fs
        .readFileSync(path.join(account.directory, "calls"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Call);
      assert.ok(first && second && others.length === 0);
      const scan = (image: string) => ["scan", `registry:${image}`, "--output", "cyclonedx-json", "--quiet"];
      assert.deepEqual([first.args, second.args], [scan(reference), scan(publicReference)]);
      const { SYFT_REGISTRY_AUTH_PASSWORD: password, ...rest } = first.env;
      assert.deepEqual(rest, {
        SYFT_CHECK_FOR_APP_UPDATE: "false",
        SYFT_REGISTRY_AUTH_AUTHORITY: host,
        SYFT_REGISTRY_AUTH_USERNAME: "AWS",
      });
      assert.ok(password !== undefined && password.length > 32);
      assert.deepEqual(second.env, { SYFT_CHECK_FOR_APP_UPDATE: "false" });
    });

    it("prints what it wrote with --json", async () => {
      const calls = fs.readFileSync(path.join(account.directory, "calls"), "utf8");
      const { code, stdout } = await sbom("--json", "--out", "json");
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(stdout), [
        { key: "petclinic", reference, file: "json/petclinic.cdx.json", packages: { all: 1, kinds: { npm: 1 } } },
        {
          key: "team/tool",
          reference: publicReference,
          file: "json/team%2Ftool.cdx.json",
          packages: { all: 1, kinds: { npm: 1 } },
        },
      ]);
      fs.writeFileSync(path.join(account.directory, "calls"), calls);
    });

    it("sends no login to a host that another stack names in place of the registry, and does not start syft", async () => {
      const seen: http.IncomingHttpHeaders[] = [];
      const hostile = http.createServer(({ headers }, response) => {
        seen.push(headers);
        response.writeHead(401, { "WWW-Authenticate": 'Basic realm="hostile"' }).end();
      });
      await new Promise<void>((resolve) => {
        hostile.listen(0, "127.0.0.1", resolve);
      });
      const foreign = `127.0.0.1:${(hostile.address() as AddressInfo).port}/petclinic@sha256:${"1".repeat(64)}`;
      await account.createStack("hostile", {
        privateRepositories: { petclinic: { name: "petclinic", region: account.region, registryId: account.id } },
        images: {
          petclinic: { reference, repository: "private/petclinic" },
          other: { reference: foreign, repository: "private/petclinic" },
        },
      });
      const calls = fs.readFileSync(path.join(account.directory, "calls"), "utf8");
      const { code, stdout, stderr } = await account.run(process.execPath, cli, "sbom", "--stack", "hostile");
      hostile.close();
      assert.deepEqual([code, stdout, seen], [1, "", []]);
      assert.match(
        stderr.replace(/^… .*\n/gm, ""),
        /^the output `images\.other` says that it is at .*, but the login belongs to the registry .* and is not sent to /,
      );
      assert.equal(fs.readFileSync(path.join(account.directory, "calls"), "utf8"), calls);
    });

    it("shows syft's error when syft fails, and writes nothing", async () => {
      account.env["FAIL"] = "1";
      try {
        const { code, stdout, stderr } = await sbom("--image", "petclinic", "--out", "failed");
        assert.deepEqual([code, stdout], [1, ""]);
        assert.equal(
          stderr.replace(/^… .*\n/gm, ""),
          `syft could not read ${reference}:\nERROR could not determine source\n`,
        );
        assert.deepEqual(fs.readdirSync(path.join(account.directory, "failed")), []);
      } finally {
        account.env["FAIL"] = "";
      }
    });
  });

  it("tells the user to install syft or Go when both are missing", async () => {
    const { PATH } = account.env;
    account.env["PATH"] = path.join(account.directory, "none");
    try {
      const { code, stderr } = await sbom();
      assert.equal(code, 1);
      assert.match(stderr, /Neither syft, .* is on PATH\. Install one of them\./);
    } finally {
      account.env["PATH"] = PATH;
    }
  });

  it("lists exactly the packages in the application's image, with real syft", async function () {
    if (!fullTests) this.skip();
    this.timeout(1_200_000); // Go builds syft the first time
    const { code, stdout, stderr } = await sbom("--image", "petclinic");
    assert.equal(code, 0, stderr);
    const file = path.join(account.directory, "sbom", "petclinic.cdx.json");
    const document = JSON.parse(fs.readFileSync(file, "utf8"));
    assert.equal(document.bomFormat, "CycloneDX");
    const named = (document.components as { purl?: string }[]).flatMap(({ purl }) => purl ?? []).map(withoutQualifiers);
    const present = await packagesInside();
    assert.deepEqual(named.sort(), present);
    assert.match(stdout, new RegExp(`petclinic\\.cdx\\.json: ${present.length} packages`));
    assert.ok(present.includes("pkg:npm/petclinic@1.0.0"));
    assert.ok(present.some((purl) => /^pkg:deb\/debian\/libc6@2\./.test(purl)));
    assert.ok(present.some((purl) => /^pkg:generic\/node@2\d\./.test(purl)));
  });

  /** Package URLs of the image's contents, from the image itself: dpkg's list, every package.json, Node's version. */
  async function packagesInside(): Promise<string[]> {
    const script = `
      const fs = require("node:fs");
      const status = fs.readFileSync("/var/lib/dpkg/status", "utf8").trim().split("\\n\\n");
      const field = (paragraph, name) => new RegExp("^" + name + ": (.*)$", "m").exec(paragraph)?.[1];
      const installed = status.filter((each) => field(each, "Status") === "install ok installed");
      const debian = installed.map((each) => ["deb/debian", field(each, "Package"), field(each, "Version")]);
      const npm = [];
      (function walk(folder) {
        for (const entry of fs.readdirSync(folder || "/", { withFileTypes: true })) {
          const file = folder + "/" + entry.name;
          if (entry.isDirectory() && !["/proc", "/sys", "/dev"].includes(file)) walk(file);
          if (!entry.isFile() || entry.name !== "package.json") continue;
          const { name, version } = JSON.parse(fs.readFileSync(file, "utf8"));
          if (name && version) npm.push(["npm", name, version]);
        }
      })("");
      console.log(JSON.stringify([...debian, ...npm, ["generic", "node", process.versions.node]]));
    `;
    const image = reference.replace(/@.*/, ":src-1");
    // As root, to read every folder.
    const output = await docker("run", "--rm", "--user", "0", "--network", "none", image, "node", "-e", script);
    const packages = JSON.parse(output) as [type: string, name: string, version: string][];
    return packages.map(([type, name, version]) => withoutQualifiers(`pkg:${type}/${name}@${version}`)).sort();
  }
});

/** A package URL without qualifiers (such as `?arch=amd64`) and percent-encoding, for comparison. */
function withoutQualifiers(purl: string): string {
  return decodeURIComponent(purl.replace(/\?.*$/, ""));
}
