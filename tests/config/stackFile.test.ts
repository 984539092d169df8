import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { InputRefused } from "../../components/inputChecks";
import { loadConfig } from "../../config/load";
import { projectValues, readStackFile } from "../../config/stackFile";
import { startMocks } from "../components/mocks";

describe("a stack's file", () => {
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-stack-file-"));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  function read(text: string) {
    const file = path.join(folder, "Pulumi.dev.yaml");
    fs.writeFileSync(file, text);
    return readStackFile(file, "ecr");
  }

  function placesOf(text: string, paths: Record<string, string>) {
    const located = read(text).located(
      Object.entries(paths).map(([at, rule]) => ({ path: at, rule, value: 1, fix: "" })),
    );
    return Object.fromEntries(located.map((fault) => [fault.path, fault.place?.replace(/^.*yaml:/, "")]));
  }

  it("knows the line and the column of a value, of a key, of an entry of a list, and of what is around what is missing", () => {
    const text = [
      "config:",
      "  aws:region: eu-west-1",
      "  ecr:images:",
      "    team.app[1]:",
      "      context: ap",
      "      repositories: [private/a, privat/b]",
      "      tags:",
      "        - latest",
      "        - Latest!",
      "      extraHost: { a: b }",
      "  tags: { team: 5 }",
    ].join("\n");
    assert.deepEqual(
      placesOf(text, {
        "ecr:images.team.app[1].context": "",
        "ecr:images.team.app[1].repositories[1]": "",
        "ecr:images.team.app[1].tags[1]": "",
        "ecr:images.team.app[1].tags": "a list on several lines begins at its key",
        "ecr:images.team.app[1].extraHost": "unknown key.",
        "ecr:images.team.app[1].dockerfile": "missing",
        "ecr:tags.team": "Pulumi puts the project's name before it",
        "ecr:costs": "nothing is there",
      }),
      {
        "ecr:images.team.app[1].context": "5:16",
        "ecr:images.team.app[1].repositories[1]": "6:33",
        "ecr:images.team.app[1].tags[1]": "9:11",
        "ecr:images.team.app[1].tags": "7:7",
        "ecr:images.team.app[1].extraHost": "10:7",
        "ecr:images.team.app[1].dockerfile": "4:5",
        "ecr:tags.team": "11:17",
        "ecr:costs": undefined,
      },
    );
  });

  it("gives the values as the engine does, with a text for what is encrypted", () => {
    const { values, isSecret } = read(
      [
        "config:",
        "  aws:region: eu-west-1",
        // Read off `pulumi config --json`.
        '  ecr:tags: { on: yes, at: 2026-12-01, text: "2026-12-01", old: 010, wide: 1_000, hex: 0x1F, none: ~, half: .5 }',
        "  ecr:day: 2026-12-01",
        "  ecr:empty:",
        "  ecr:mirroredImages: { a: { password: { secure: AAAB }, tags: [] } }",
        "  ecr:costs: { secure: AAAC }",
        "  ecr:x: true",
      ].join("\n"),
    );
    assert.deepEqual(values, {
      "aws:region": "eu-west-1",
      "ecr:tags":
        '{"on":"yes","at":"2026-12-01 00:00:00 +0000 UTC","text":"2026-12-01","old":8,"wide":1000,"hex":31,"none":null,"half":0.5}',
      "ecr:day": "2026-12-01 00:00:00 +0000 UTC",
      "ecr:empty": "",
      "ecr:mirroredImages": '{"a":{"password":"(secret)","tags":[]}}',
      "ecr:x": "true",
    });
    assert.ok(isSecret("ecr:mirroredImages.a.password"));
    assert.ok(isSecret("ecr:costs.budget"));
    assert.ok(!isSecret("ecr:mirroredImages.a.tags"));
  });

  it("has faults of its own, all with their places: syntax, keys given twice, keys that Pulumi does not look at", () => {
    const faults = (text: string) =>
      read(text).faults.map(({ place, path: at, fix }) => `${place?.replace(/^.*yaml:/, "")} ${at} ${fix}`);
    assert.match(faults("config:\n  ecr:tags: {a: b\n  x: [\n").join(), /^3:3 YAML .*4:1 YAML/);
    assert.match(faults("config:\n  ecr:tags: {}\n  ecr:tags: {}\n").join(), /^3:3 YAML/);
    assert.deepEqual(faults("confg: {}\necr:tags: {}\nencryptionsalt: v1\n"), [
      '1:1 confg did you mean "config"? Correct it.',
      "2:1 ecr:tags move it below config:.",
    ]);
    assert.deepEqual(faults("config:\n"), []);
    assert.deepEqual(faults(""), []);
  });

  it("goes by what Pulumi.yaml gives to all stacks", () => {
    fs.writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      "name: ecr\nconfig:\n  tags: { type: object, default: { a: b } }\n  ecr:costs: { value: { monthlyBudget: 5 } }\n  images: { type: object }\n",
    );
    assert.deepEqual(projectValues(folder, "ecr"), { "ecr:tags": '{"a":"b"}', "ecr:costs": '{"monthlyBudget":5}' });
  });

  it("is named by the program, with the places in it, whatever stack it is", () => {
    startMocks({}, true);
    const file = path.join(folder, `Pulumi.${pulumi.getStack()}.yaml`);
    const name = path.relative(process.cwd(), file);
    const root = pulumi.runtime.getRootDirectory;
    pulumi.runtime.setAllConfig({ "ecr:tags": '{"a":1}', "ecr:imges": "{}" });
    fs.writeFileSync(file, "config:\n  imges: {}\n  tags: { a: 1 }\n");
    try {
      Object.defineProperty(pulumi.runtime, "getRootDirectory", { value: () => folder, configurable: true });
      assert.throws(
        () => loadConfig("ecr"),
        (error) => {
          assert.ok(error instanceof InputRefused);
          assert.ok(error.message.startsWith(`${name}: 2 faults\n  - ${name}:2:3 ecr:imges`), error.message);
          assert.ok(error.message.includes(`\n  - ${name}:3:14 ecr:tags.a: 1`), error.message);
          return true;
        },
      );
      fs.rmSync(file);
      assert.throws(() => loadConfig("ecr"), /^Error: the config of the stack \w+: 2 faults\n {2}- /);
    } finally {
      Object.defineProperty(pulumi.runtime, "getRootDirectory", { value: root, configurable: true });
      pulumi.runtime.setAllConfig({});
    }
  });
});
