import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { checkConfig } from "../../config/checkConfig";
import { readStackFile } from "../../config/stackFile";
import { startMocks } from "../components/mocks";
import { bundle, environmentIn } from "./bundledCli";

/** Files with a fault of every kind that a component finds, and one without faults. */
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
    await startMocks({}, true);
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
      // Pulumi, AWS and Docker must not be used: starting a process or opening a connection ends the command at once.
      env: environmentIn(folder, "no-way-out.cjs"),
    });
  }

  it("finds no faults in a sound file and exits with 0", () => {
    const { status, stdout, stderr } = validate("sound");
    assert.deepEqual([stdout, stderr, status], ["Pulumi.sound.yaml: no faults\n", "", 0]);
  });

  it("reports the program's faults with their places and exits with 2, without starting or calling anything", () => {
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

  it("takes files, as hooks pass them, and all environments if none is named", () => {
    const { status, stdout, stderr } = validate("Pulumi.sound.yaml", "./Pulumi.faulty.yaml");
    assert.equal(stdout, "Pulumi.sound.yaml: no faults\n");
    assert.match(
      stderr,
      /^Pulumi\.faulty\.yaml: \d+ faults\n {2}- Pulumi\.faulty\.yaml:3:\d+ ecr:privateRepositories\.a/,
    );
    assert.equal(status, 2);
    assert.equal(validate().stdout, stdout);
  });

  it("reports a config that is too large for the program before Pulumi fails to start it", () => {
    const repositories = Array.from(
      { length: 3_000 },
      (_, index) => `    team/repository-${index}: { scanOnPush: true }\n`,
    );
    const file = path.join(folder, "Pulumi.huge.yaml");
    fs.writeFileSync(file, `config:\n  ecr:privateRepositories:\n${repositories.join("")}`);
    fs.writeFileSync(path.join(folder, "policies/config/huge.json"), "{}");
    try {
      const { status, stderr } = validate("huge");
      assert.equal(status, 2);
      assert.match(stderr, /^Pulumi\.huge\.yaml: 1 fault\n.*at most 131057 bytes of config\..*ecr:defaults/s);
    } finally {
      fs.rmSync(file);
      fs.rmSync(path.join(folder, "policies/config/huge.json"));
    }
  });

  it("suggests an existing environment for a misspelled one and exits with 1", () => {
    const { status, stderr } = validate("sond");
    assert.match(stderr, /there is no environment "sond"\. Did you mean "sound"\? Write one of faulty, sound/);
    assert.equal(status, 1);
  });

  it("runs first in preview and up: faults are reported before anything is started", () => {
    for (const operation of ["preview", "up"]) {
      const { status, stdout, stderr } = run(operation, "faulty", "--diff");
      assert.deepEqual([status, stdout], [1, ""]);
      assert.match(
        stderr,
        /^Pulumi\.faulty\.yaml: \d+ faults\n {2}- Pulumi\.faulty\.yaml:3:.*\nNothing was started\.\n$/s,
      );
    }
    // Without a fault, or with values from elsewhere, the command continues and first contacts AWS, for which there are
    // no credentials here.
    for (const args of [
      ["up", "sound"],
      ["up", "faulty", "--config", "ecr:tags={}"],
    ]) {
      assert.match(run(...args).stderr, /^AWS: no credentials|^connect: /);
    }
  });

  it("reports an environment without its own policy config", () => {
    fs.writeFileSync(path.join(folder, "Pulumi.bare.yaml"), "config: {}\n");
    const { status, stderr } = validate("bare");
    assert.match(stderr, /policies\/config\/bare\.json: .* Each environment needs its own policy config/);
    assert.equal(status, 2);
    fs.rmSync(path.join(folder, "Pulumi.bare.yaml"));
  });

  it("finds rules, levels and parameters in the policy config that the pack does not have, which Pulumi would ignore or reject late", () => {
    const schema = path.join(folder, "policies/config.schema.json");
    fs.copyFileSync("policies/config.schema.json", schema);
    fs.writeFileSync(path.join(folder, "Pulumi.misspelt.yaml"), "config: {}\n");
    const config = {
      "ecr-tag-imutability": "mandatory",
      "ecr-encryption-key": "mandatry",
      "ecr-encryption-minimum": { enforcementLevel: "off", minimun: "kms" },
      "ecr-lifecycle-policy": { enforcementLevel: "advisory", exempt: [] },
      all: "advisory",
    };
    const file = path.join(folder, "policies/config/misspelt.json");
    fs.writeFileSync(file, JSON.stringify(config));
    const { status, stderr } = validate("misspelt");
    assert.equal(status, 2);
    assert.deepEqual(
      stderr
        .split("\n")
        .flatMap((line) => /misspelt\.json: (\S+): .*?(Did you mean "[^"]*"|Write one of)/.exec(line)?.slice(1) ?? []),
      [
        ...["ecr-tag-imutability", 'Did you mean "ecr-tag-immutability"'],
        ...["ecr-encryption-key", 'Did you mean "mandatory"'],
        ...["ecr-encryption-minimum.enforcementLevel", "Write one of"],
        ...["ecr-encryption-minimum.minimun", 'Did you mean "minimum"'],
      ],
      stderr,
    );
    fs.writeFileSync(file, "{,}");
    assert.match(validate("misspelt").stderr, /misspelt\.json: found "\{,\}"\. Must be JSON\. Correct it: /);
    fs.writeFileSync(file, "[]");
    assert.match(validate("misspelt").stderr, /misspelt\.json: .*Must be an object/);
    fs.rmSync(path.join(folder, "Pulumi.misspelt.yaml"));
  });
});
