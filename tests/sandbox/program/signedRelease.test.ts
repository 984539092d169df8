import * as assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { cosign as cosignTool } from "../clients/clientTools";
import { fullTests, oras as orasTool } from "../tools";
import { TestProject } from "./project";

const environments = ["local", "staging", "prod"] as const;
type Environment = (typeof environments)[number];

/**
 * A typical release: dev builds an image for two platforms, CI attaches an SBOM and signs it with oras and cosign, and
 * staging and prod, each in its own account, copy everything.
 */
describe("a signed release for two platforms, from dev to staging to prod", function () {
  this.timeout(1_800_000);
  let project: TestProject;
  let oras: string;
  let cosign: string;
  const accounts: Record<Environment, string> = { local: "", staging: anAccount(), prod: anAccount() };
  const asAccount = (environment: Environment) => ({ AWS_ACCESS_KEY_ID: accounts[environment] });

  before(async function () {
    if (!fullTests) this.skip();
    [oras, cosign] = await Promise.all([orasTool(), cosignTool()]);
    project = new TestProject();
    accounts.local = project.account;
    project.write("release/Dockerfile", "FROM scratch\nCOPY release.txt /\n");
    project.write("release/release.txt", project.account);
    const salt = /^encryptionsalt:.*$/m.exec(project.read("Pulumi.local.yaml"))?.[0] ?? "";
    const repository = (next: string) => `app: { forceDelete: true${next && `, access: { pullFrom: ["${next}"] }`} }`;
    const stack = (next: string, images: string) =>
      `${salt}\nconfig:\n  aws:region: eu-west-1\n  ecr:privateRepositories:\n    ${repository(next)}\n${images}\n`;
    const promotion = (from: Environment) =>
      `  ecr:promotion:\n    from: ${from}\n    images: { app: { repositories: [private/app], tag: "1.0.0" } }`;
    const build = "{ context: release, platforms: [linux/amd64, linux/arm64], repositories: [private/app] }";
    project.write("Pulumi.local.yaml", stack(accounts.staging, `  ecr:images:\n    app: ${build}`));
    project.write("Pulumi.staging.yaml", stack(accounts.prod, promotion("local")));
    project.write("Pulumi.prod.yaml", stack("", promotion("staging")));
    for (const each of environments) await pulumi(each, "stack", "init");
  });
  after(async () => {
    if (project === undefined) return;
    for (const each of [...environments].reverse()) await pulumi(each, "destroy", "--yes", "--skip-preview");
    project.remove();
  });

  const pulumi = async (environment: Environment, ...args: string[]) => {
    const where = args[1] === "init" ? [environment] : ["--stack", environment];
    const result = await project.run("pulumi", [...args, ...where, "--non-interactive"], asAccount(environment));
    assert.equal(result.code, 0, result.output);
    return result.stdout;
  };
  /** Logs in to the environment's registry. @returns `<url>@<digest>` of its image. */
  const release = async (environment: Environment) => {
    const outputs = JSON.parse(await pulumi(environment, "stack", "output", "--json")) as {
      images: { app: { reference: string } };
    };
    const { reference } = outputs.images.app;
    const host = reference.split("/", 1).join("");
    const login = ["ecr", "get-login-password", "--region", "eu-west-1"];
    const password = (await run("aws", login, environment)).trim();
    await run("docker", ["login", "--username", "AWS", "--password", password, host], environment);
    return reference;
  };
  const run = async (program: string, args: string[], environment: Environment) => {
    const result = await project.run(program, args, { ...asAccount(environment), COSIGN_PASSWORD: "release" });
    assert.equal(result.code, 0, result.output);
    return result.stdout;
  };
  const open = ["--allow-insecure-registry", "--allow-http-registry"];
  /** Digests of the index, by platform and of the artifacts that refer to it, by type. */
  const contents = async (environment: Environment) => {
    const reference = await release(environment);
    const index = JSON.parse(await run(oras, ["manifest", "fetch", "--plain-http", reference], environment)) as {
      manifests: { digest: string; platform: { architecture: string } }[];
    };
    const discover = ["discover", "--plain-http", "--format", "json", reference];
    const { referrers } = JSON.parse(await run(oras, discover, environment)) as {
      referrers: { digest: string; artifactType: string }[];
    };
    return {
      index: reference.split("@")[1],
      ...Object.fromEntries(index.manifests.map(({ digest, platform }) => [platform.architecture, digest])),
      ...Object.fromEntries(referrers.map(({ digest, artifactType }) => [artifactType, digest])),
    };
  };

  it("has the same digests everywhere, and its signature verifies in the last account", async () => {
    await pulumi("local", "up", "--yes", "--skip-preview");
    const reference = await release("local");
    fs.writeFileSync(path.join(project.directory, "sbom.json"), "{}");
    const attach = ["attach", "--plain-http", "--artifact-type", "application/spdx+json", reference];
    await run(oras, [...attach, "sbom.json:application/spdx+json"], "local");
    await run(cosign, ["generate-key-pair"], "local");
    const unlogged = ["--use-signing-config=false", "--tlog-upload=false"];
    await run(cosign, ["sign", "--yes", "--key", "cosign.key", ...unlogged, ...open, reference], "local");
    const built = await contents("local");
    assert.deepEqual(Object.keys(built).slice(0, 3), ["index", "amd64", "arm64"]);
    assert.equal(Object.keys(built).length, 5, `an SBOM and a signature beside ${JSON.stringify(built)}`);
    for (const environment of ["staging", "prod"] as const) {
      await pulumi(environment, "up", "--yes", "--skip-preview");
      assert.deepEqual(await contents(environment), built, environment);
    }
    const verify = ["verify", "--key", "cosign.pub", "--insecure-ignore-tlog=true", ...open];
    assert.match(await run(cosign, [...verify, await release("prod")], "prod"), new RegExp(built.index ?? "no digest"));
  });
});

function anAccount(): string {
  return String(randomInt(100_000_000_000, 999_999_999_999));
}
