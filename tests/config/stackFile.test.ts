import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { InputRefused } from "../../components/inputChecks";
import { checkConfig } from "../../config/checkConfig";
import { loadConfig } from "../../config/load";
import { projectValues, readStackFile } from "../../config/stackFile";
import { faultMessage } from "../../ecr/faults";
import { startMocks } from "../components/mocks";

describe("stack file", () => {
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

  it("gives the line and column of values, keys and list entries, and of the parent of a missing value", () => {
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

  it("shows and quotes a value without quotes as it is written, in every form in which YAML reads no string", () => {
    const messages = (text: string) => {
      const { values, located } = read(text);
      const faults = located(checkConfig(values, "ecr").faults ?? []).map(faultMessage);
      return faults.map((each) => each.replace(/^.*yaml:/, "").replace(/, or set it with .*$/, ""));
    };
    const shown = (written: string) => `found ${written}. Must be a string. Quote it, ${JSON.stringify(written)}`;
    const tag = (written: string) =>
      messages(`config:
  ecr:privateRepositories: { aa: {} }
  ecr:promotion: { from: dev, images: { aa: { repositories: [private/aa], tag: ${written} } } }
`).join();
    const found = "3:80 ecr:promotion.images.aa.tag: ";
    for (const written of ["1.10", "1.0", "010", "0x1F", "1_000", "1e3", ".5", "012345678901", "True", "false"]) {
      assert.equal(tag(written), found + shown(written));
    }
    for (const written of ["~", "null"]) {
      assert.equal(
        tag(written),
        `${found}found ${written}. Must be a string. Quote it, "${written}", or write another string.`,
      );
    }
    assert.equal(tag(""), "3:81 ecr:promotion.images.aa.tag: found null. Must be a string. Write a string in quotes.");
    assert.equal(
      tag("2026-12-01"),
      `${found}found 2026-12-01. Must be a string, and YAML reads a date without quotes as a time. Quote it, "2026-12-01"`,
    );
    assert.deepEqual(messages("config:\n  ecr:tags: { a: &version 1.10, b.c: *version }\n"), [
      `2:27 ecr:tags.a: ${shown("1.10")}`,
      `2:38 ecr:tags.b.c: ${shown("1.10")}`,
    ]);
    const lists = messages(`config:
  ecr:privateRepositories:
    aa:
      access: { pullFrom: [012345678901] }
      lifecyclePolicy: [{ images: { tagPrefixes: [1.10] }, keepNewest: 5 }]
  ecr:mirroredImages: { m: { source: "a/b:1", repositories: [private/aa], username: u, password: 0123 } }
`);
    assert.equal(lists[0], `4:28 ecr:privateRepositories.aa.access.pullFrom[0]: ${shown("012345678901")}`);
    assert.match(lists[1] ?? "", /tagPrefixes\[0\]: found 1\.10\. An entry must be a string .* Quote it, "1\.10"$/);
    assert.match(lists[2] ?? "", /password: found "\(hidden\)"\. Must be a string\. The text as written is lost/);
    assert.equal(lists.length, 3);
  });

  it("gives values as the engine does, with a placeholder for encrypted ones", () => {
    const { values, isSecret } = read(
      [
        "config:",
        "  aws:region: eu-west-1",
        // As printed by `pulumi config --json`.
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

  it("reports its own faults with their places: syntax, duplicate keys, and keys that Pulumi ignores", () => {
    const faults = (text: string) =>
      read(text).faults.map(({ place, path: at, fix }) => `${place?.replace(/^.*yaml:/, "")} ${at} ${fix}`);
    assert.match(faults("config:\n  ecr:tags: {a: b\n  x: [\n").join(), /^3:3 YAML .*4:1 YAML/);
    assert.match(faults("config:\n  ecr:tags: {}\n  ecr:tags: {}\n").join(), /^3:3 YAML/);
    assert.deepEqual(faults("confg: {}\necr:tags: {}\nencryptionsalt: v1\n"), [
      '1:1 confg did you mean "config"? Correct it.',
      "2:1 ecr:tags move it under config:.",
    ]);
    assert.deepEqual(faults("config:\n"), []);
    assert.deepEqual(faults(""), []);
  });

  it("includes the values that Pulumi.yaml gives to all stacks", () => {
    fs.writeFileSync(
      path.join(folder, "Pulumi.yaml"),
      "name: ecr\nconfig:\n  tags: { type: object, default: { a: b } }\n  ecr:costs: { value: { monthlyBudget: 5 } }\n  images: { type: object }\n",
    );
    assert.deepEqual(projectValues(folder, "ecr"), { "ecr:tags": '{"a":"b"}', "ecr:costs": '{"monthlyBudget":5}' });
  });

  it("is named in the program's faults, with line and column, whatever the stack", async () => {
    await startMocks({}, true);
    const file = path.join(folder, `Pulumi.${pulumi.getStack()}.yaml`);
    const name = path.relative(process.cwd(), file);
    const root = pulumi.runtime.getRootDirectory;
    pulumi.runtime.setAllConfig({ "ecr:tags": '{"a":1}', "ecr:imges": "{}" });
    fs.writeFileSync(file, "config:\n  imges: {}\n  tags: { a: 1.0 }\n");
    try {
      Object.defineProperty(pulumi.runtime, "getRootDirectory", { value: () => folder, configurable: true });
      assert.throws(
        () => loadConfig("ecr"),
        (error) => {
          assert.ok(error instanceof InputRefused);
          assert.ok(error.message.startsWith(`${name}: 2 faults\n  - ${name}:2:3 ecr:imges`), error.message);
          assert.ok(
            error.message.includes(
              `\n  - ${name}:3:14 ecr:tags.a: found 1.0. Must be a string. Quote it, "1.0", or set it with \`pulumi config set --type string\`.`,
            ),
            error.message,
          );
          return true;
        },
      );
      fs.rmSync(file);
      // As with config in Pulumi Cloud, which has only the value.
      assert.throws(
        () => loadConfig("ecr"),
        /^Error: the config of the stack \w+: 2 faults\n {2}- ecr:tags\.a: found 1\. Must be a string\. The text as written is lost: write the original in quotes, or set it with `pulumi config set --type string`\.\n {2}- /,
      );
    } finally {
      Object.defineProperty(pulumi.runtime, "getRootDirectory", { value: root, configurable: true });
      pulumi.runtime.setAllConfig({});
    }
  });
});
