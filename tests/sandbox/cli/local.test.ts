import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { removeTemporary } from "../temporary";
import { blocksOf, newcomersEnvironment, scratchClone, typeInto, withPackages } from "./scratchClone";

/** Types all commands of the README, in a separate clone and sandbox. */
describe("the README's commands, in their order", function () {
  this.timeout(900_000);
  let clone: string;
  let env: NodeJS.ProcessEnv;
  const blocks = blocksOf("README.md", "tests/sandbox/cli/local.test.ts");

  before(async () => {
    clone = await scratchClone();
    await withPackages(clone);
    env = await newcomersEnvironment();
  });
  after(async () => {
    if (fs.existsSync(path.join(clone, ".sandbox"))) await type("npm run local:down");
    removeTemporary();
  });

  const type = (text: string) => typeInto(clone, env, text);

  const proofs = [
    /Anyone pulls the public image, without a login: 127\.0\.0\.1:\d+\/\w+\/petclinic:src-/,
    /The private image is refused without a login: .*no basic auth credentials/,
    /and pulled with one: 127\.0\.0\.1:\d+\/petclinic:src-/,
    /The image runs on port \d+ and answers: “Pet Clinic”/,
    /The container is removed/,
  ];

  it("name the taken ports and the variables that change them, before anything else", async () => {
    const port = Number(env["SANDBOX_APP_PORT"]);
    const server = net.createServer().listen(port, "127.0.0.1");
    try {
      const { code, output } = await type(`SANDBOX_PRIVATE_REGISTRY_PORT=${port} npm run local`);
      assert.equal(code, 1);
      assert.match(output, new RegExp(`port ${port} cannot be used .*SANDBOX_APP_PORT=`));
      assert.match(output, new RegExp(`Port ${port} is taken .*SANDBOX_PRIVATE_REGISTRY_PORT`));
      assert.doesNotMatch(output, /Pulumi engine/);
    } finally {
      server.close();
    }
  });

  it("deploy everything, verify it as a user would, and end with a summary instead of all outputs", async () => {
    assert.equal(blocks.length, 2);
    const { code, stdout, output } = await type(blocks[0] ?? "");
    assert.equal(code, 0, output);
    assert.doesNotMatch(output, /npm ci/, "packages that are there are not installed again");
    assert.match(output, /\$ pulumi up --policy-pack policies --policy-pack-config policies\/config\/local\.json/);
    assert.match(
      output,
      /Previewing update \(local\)[\s\S]*\+ 10 to create[\s\S]*Updating \(local\)[\s\S]*\+ 10 created/,
    );
    assert.match(output, /Policies:\s+✅ amazon-ecr/);
    for (const proof of proofs) assert.match(output, proof);
    assert.doesNotMatch(output, /Outputs:|pushCommands|pullPolicy/);
    const summary = stdout.slice(stdout.indexOf('The stack "local" is whole'));
    assert.equal(summary.trim().split("\n").length, 7, summary);
    assert.match(
      summary,
      /private {2}127\.0\.0\.1:\d+\/petclinic:src-\w+\n +public {3}127\.0\.0\.1:\d+\/\w+\/petclinic:src-\w+\n/,
    );
  });

  it("add a repository without changing anything else, verify again, and show outputs on demand", async () => {
    const text = blocks[1]?.replace(/^npm run local$/m, "npm run local -- --outputs");
    const { code, stdout, output } = await type(text ?? "");
    assert.equal(code, 0, output);
    const [, created] = output.split("Updating (local)");
    assert.match(created ?? "", /\+ 3 created[\s\S]*10 unchanged/);
    assert.doesNotMatch(output, /Pushing|to update|updated/);
    for (const proof of proofs) assert.match(output, proof);
    assert.equal([...output.matchAll(/"pushCommands"/g)].length, 3, "once for each of three repositories");
    const json = stdout.slice(stdout.lastIndexOf("\n{") + 1, stdout.lastIndexOf("\n}") + 2);
    assert.deepEqual(Object.keys(JSON.parse(json).privateRepositories).sort(), ["orders", "petclinic"]);
  });

  it("run any command in the sandbox, with nothing added to its standard output", async () => {
    const { code, stdout } = await type("npm run --silent sandbox -- pulumi stack output --json --stack local");
    assert.equal(code, 0);
    assert.match(JSON.parse(stdout).images.petclinic.tag, /^src-/);
    assert.equal((await type("npm run --silent sandbox -- sh -c 'exit 7'")).code, 7);
  });

  it("leave no registry login in the sandbox's Docker config", () => {
    const config = path.join(clone, ".sandbox", "docker-config", "config.json");
    const logins = fs.existsSync(config) ? JSON.parse(fs.readFileSync(config, "utf8")).auths : undefined;
    assert.deepEqual(logins ?? {}, {});
  });

  it("remove everything, despite images in a repository and a stale lock", async () => {
    const { stdout } = await type("npm run --silent sandbox -- pulumi stack output --json --stack local");
    const { images, privateRepositories } = JSON.parse(stdout);
    const { url, pushCommands } = privateRepositories.orders;
    const push = `docker tag ${images.petclinic.references["private/petclinic"]} ${url}:by-hand && docker push ${url}:by-hand`;
    const pushed = await type(`npm run sandbox -- sh -c '${pushCommands.login} && ${push}'`);
    assert.equal(pushed.code, 0, pushed.output);
    const locks = path.join(clone, ".sandbox", "state", ".pulumi", "locks", "organization", "ecr", "local");
    fs.mkdirSync(locks, { recursive: true });
    const lock = { pid: spawnSync("true").pid, hostname: os.hostname() };
    fs.writeFileSync(path.join(locks, "ended.json"), JSON.stringify(lock));

    const { code, output } = await type("npm run local:down");
    assert.equal(code, 0, output);
    assert.match(output, /Removed the lock of stack "local"/);
    assert.match(output, /RepositoryNotEmptyException[\s\S]*is removed with the local AWS/);
    assert.equal(fs.existsSync(path.join(clone, ".sandbox")), false);
  });
});
