import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkConfig } from "../../config/checkConfig";
import { readStackFile } from "../../config/stackFile";
import { startMocks } from "../components/mocks";
import { bundle, environmentIn } from "./bundledCli";

/** Files with a fault of every kind that a component finds, and one without. */
const files: Record<string, string> = {
  sound: `config:
  ecr:privateRepositories: { aa: { exclusionFilters: [latest] } }
  ecr:images: { aa: { context: app, repositories: [private/aa], tags: [latest] } }
`,
  faulty: `config:
  ecr:privateRepositories:
    a: { encryption: kmss, kmsKey: "alias/x y", lifecyclePolicy: [{ images: untagged, expireAfterDays: -1 }] }
    B: { access: { pullFrom: [everyone] }, tags: { "aws:x": y } }
  ecr:publicRepositories: { a: { catalogData: { logoFile: none.png, architectures: [x86] } } }
  ecr:images:
    a: { context: nowhere, repositories: [privat/a], platform: linux, args: { PASSWORD: x } }
    b: { context: app, repositories: [private/a, public/a], tags: ["a b"], network: "" }
  ecr:mirroredImages: { m: { source: "not an image", repositories: [private/a], password: { secure: AAAA } } }
  ecr:registries:
    main: { scanning: { type: enhancd }, pullThroughCache: [{ upstream: quayy }], replication: [{ regions: [] }] }
  ecr:pushRoles: { r: { repositories: [private/a], github: [{ repository: nobody }], maxSessionDuration: 1 } }
  ecr:registryEvents: { e: { targets: [x], findingsFrom: HIHG } }
  ecr:costs: { freeTier: lgacy, pushes: { zz: [] } }
  ecr:tagz: {}
`,
};

describe("ecr validate", function () {
  this.timeout(120_000);
  let folder: string;
  let cli: string;
  before(async () => {
    startMocks({}, true);
    cli = await bundle();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-validate-"));
    fs.mkdirSync(path.join(folder, "app"));
    fs.writeFileSync(path.join(folder, "app", "Dockerfile"), "FROM scratch\n");
    fs.mkdirSync(path.join(folder, "policies/config"), { recursive: true });
    fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: ecr\n");
    for (const [name, text] of Object.entries(files)) {
      fs.writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), text);
      fs.writeFileSync(path.join(folder, `policies/config/${name}.json`), "{}");
    }
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const validate = (...args: string[]) => run("validate", ...args);

  function run(...args: string[]) {
    return spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      encoding: "utf8",
      // Neither Pulumi nor AWS nor Docker: a process or a connection ends it at once.
      env: environmentIn(folder, "no-way-out.cjs"),
    });
  }

  it("says nothing of a sound file, and ends with 0", () => {
    const { status, stdout, stderr } = validate("sound");
    assert.deepEqual([stdout, stderr, status], ["Pulumi.sound.yaml: no faults\n", "", 0]);
  });

  it("says what the program would say, with places, and ends with 2: nothing is started, and nothing is asked", () => {
    const { status, stdout } = validate("faulty", "--json");
    const here = process.cwd();
    try {
      process.chdir(folder);
      const file = readStackFile("Pulumi.faulty.yaml", "ecr");
      const faults = file.located(checkConfig(file.values, "ecr").faults ?? []);
      assert.ok(faults.length > 25, `${faults.length} faults`);
      assert.deepEqual(JSON.parse(stdout)[0].faults, JSON.parse(JSON.stringify(faults)));
    } finally {
      process.chdir(here);
    }
    assert.equal(status, 2);
  });

  it("takes files, as hooks hand them over, and all environments when none is named", () => {
    const { status, stdout, stderr } = validate("Pulumi.sound.yaml", "./Pulumi.faulty.yaml");
    assert.equal(stdout, "Pulumi.sound.yaml: no faults\n");
    assert.match(
      stderr,
      /^Pulumi\.faulty\.yaml: \d+ faults\n {2}- Pulumi\.faulty\.yaml:3:\d+ ecr:privateRepositories\.a/,
    );
    assert.equal(status, 2);
    assert.equal(validate().stdout, stdout);
  });

  it("names the environments that there are for a misspelt one, and ends with 1", () => {
    const { status, stderr } = validate("sond");
    assert.match(stderr, /there is no environment "sond": did you mean "sound"\? write one of faulty, sound/);
    assert.equal(status, 1);
  });

  it("is what preview and up do first: faults are said before anything is started", () => {
    for (const operation of ["preview", "up"]) {
      const { status, stdout, stderr } = run(operation, "faulty", "--diff");
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(
        stderr,
        /^Pulumi\.faulty\.yaml: \d+ faults\n {2}- Pulumi\.faulty\.yaml:3:.*\nNothing was started\.\n$/s,
      );
    }
    // Without a fault, or with values from elsewhere, it goes on: to AWS first, where there are no credentials.
    for (const args of [
      ["up", "sound"],
      ["up", "faulty", "--config", "ecr:tags={}"],
    ]) {
      assert.match(run(...args).stderr, /^AWS: no credentials|^connect: /);
    }
  });

  it("misses the policies' config of an environment", () => {
    fs.writeFileSync(path.join(folder, "Pulumi.bare.yaml"), "config: {}\n");
    const { status, stderr } = validate("bare");
    assert.match(stderr, /policies\/config\/bare\.json: .* an environment has policies of its own/);
    assert.equal(status, 2);
    fs.rmSync(path.join(folder, "Pulumi.bare.yaml"));
  });
});
