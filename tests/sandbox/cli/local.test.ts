import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { run } from "../../../sandbox/system/commands";
import { freePort } from "../../../sandbox/system/ports";

const root = path.resolve(__dirname, "../../..");
const commandLine = path.join(root, "sandbox", "dist", "cli.cjs");

/** The two commands of the README's first screen that need the sandbox, in the one that `npm test` started. */
describe("npm run local", function () {
  this.timeout(900_000);
  let appPort: number;

  before(async () => {
    appPort = await freePort();
  });

  async function cli(args: string[]): Promise<{ code: number; stdout: string; output: string }> {
    const env = { ...process.env, SANDBOX_APP_PORT: String(appPort) };
    const { code, stdout, stderr } = await run(process.execPath, [commandLine, ...args], { cwd: root, env });
    return { code, stdout, output: stdout + stderr };
  }

  const proofs = [
    /Anyone pulls the public image, without a login: 127\.0\.0\.1:\d+\/\w+\/petclinic:src-/,
    /The private image is refused without a login: .*no basic auth credentials/,
    /and pulled with one: 127\.0\.0\.1:\d+\/petclinic:src-/,
    /The image runs on port \d+ and answers: “Pet Clinic”/,
    /The container is removed/,
  ];

  it("does the whole job and proves it as a user would", async () => {
    const { code, output } = await cli(["local"]);
    assert.equal(code, 0, output);
    assert.match(output, /\$ pulumi up --policy-pack policies --policy-pack-config policies\/config\/local\.json/);
    assert.match(
      output,
      /Previewing update \(local\)[\s\S]*\+ 10 to create[\s\S]*Updating \(local\)[\s\S]*\+ 10 created/,
    );
    assert.match(output, /Policies:\s+✅ amazon-ecr/);
    for (const proof of proofs) assert.match(output, proof);
  });

  it("changes nothing the second time, and proves it again", async () => {
    const { code, output } = await cli(["local"]);
    assert.equal(code, 0, output);
    assert.equal([...output.matchAll(/\b10 unchanged/g)].length, 2, output);
    assert.doesNotMatch(output, /Pushing|to create|to update|created|updated/);
    for (const proof of proofs) assert.match(output, proof);
  });

  it("runs any command in the sandbox, whose standard output stays the command's own", async () => {
    const { code, stdout } = await cli(["run", "pulumi", "stack", "output", "--json", "--stack", "local"]);
    assert.equal(code, 0);
    assert.match(JSON.parse(stdout).images.petclinic.tag, /^src-/);
    assert.equal((await cli(["run", "sh", "-c", "exit 7"])).code, 7);
  });

  it("leaves no login outside of the sandbox, and none of the proof's inside", async () => {
    const config = path.join(process.env["SANDBOX_HOME"] ?? assert.fail(), "docker-config", "config.json");
    const logins = fs.existsSync(config) ? JSON.parse(fs.readFileSync(config, "utf8")).auths : undefined;
    assert.deepEqual(logins ?? {}, {});
  });

  it("names a taken port and the variable that moves it, before anything else", async () => {
    const server = net.createServer().listen(appPort, "127.0.0.1");
    try {
      const { code, output } = await cli(["local"]);
      assert.equal(code, 1);
      assert.match(output, new RegExp(`port ${appPort} cannot be used .*SANDBOX_APP_PORT=`));
      assert.doesNotMatch(output, /Pulumi engine/);
    } finally {
      server.close();
    }
  });

  it("names an unknown command and the known ones", async () => {
    const { code, output } = await cli(["lokal"]);
    assert.equal(code, 2);
    assert.match(output, /unknown command "lokal": write one of local, down, run, test/);
  });
});
