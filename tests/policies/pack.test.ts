import assert from "node:assert/strict";
import * as fs from "node:fs";
import { builtinModules } from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { encryptionMinimum } from "../../policies/encryption/encryptionMinimum";
import { lifecyclePolicy } from "../../policies/lifecycle/lifecyclePolicy";
import { rules } from "../../policies/rules";
import { tagImmutability } from "../../policies/tags/tagImmutability";
import { judgeResource, judgeStack, type Props, types } from "./harness";

/** What the pack's server tells the engine about its policies; the package's declarations omit it. */
const { makeAnalyzerInfo } = require("@pulumi/policy/protoutil") as {
  makeAnalyzerInfo(
    name: string,
    version: string,
    level: string,
    pack: object,
  ): { toObject(): { policiesList: AnalyzerPolicy[] } };
};

interface AnalyzerPolicy {
  name: string;
  url: string;
  remediationSteps: string;
  displayname: string;
  tagsList: string[];
  /** As a number of the protocol; 0 is none. */
  severity: number;
  framework?: { reference: string; specification: string };
}

const pack = path.resolve(__dirname, "../../policies");

type Config = Record<string, Record<string, unknown>>;
const configs = Object.fromEntries(
  fs
    .readdirSync(path.join(pack, "config"))
    .map((file) => [
      path.basename(file, ".json"),
      JSON.parse(fs.readFileSync(path.join(pack, "config", file), "utf8")) as Config,
    ]),
);

/** Node's own `import()`: TypeScript would turn it into a `require`, which cannot load ES modules. */
const importModule = new Function("url", "return import(url)") as (url: string) => Promise<{
  buildPolicyPack(outfile?: string): Promise<string>;
}>;

describe("policies: the pack", () => {
  it("bundles everything but Pulumi's packages, in well under a second", async () => {
    const { buildPolicyPack } = await importModule(pathToFileURL(path.join(pack, "build.mjs")).href);
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), "ecr-pack-"));
    try {
      const outfile = await buildPolicyPack(path.join(directory, "bin", "index.js"));
      const bundle = fs.readFileSync(outfile, "utf8");
      const required = [...bundle.matchAll(/\brequire\("([^"]+)"\)/g)].map((match) => match[1] ?? "");
      assert.ok(required.length > 0);
      for (const each of required) {
        assert.ok(each.startsWith("@pulumi/") || builtinModules.includes(each.replace(/^node:/, "")), each);
      }
      // Code of ecr/ is bundled.
      assert.match(bundle, /a lifecycle policy must be a JSON document/);
      assert.deepEqual(fs.readdirSync(path.dirname(outfile)), ["index.js"]);
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  });

  it("gives Pulumi each rule's severity, control, remediation steps and link, as when published", () => {
    const info = makeAnalyzerInfo("amazon-ecr", "0.1.0", "mandatory", { policies: [...rules] }).toObject();
    assert.equal(info.policiesList.length, rules.length);
    for (const [index, rule] of rules.entries()) {
      const sent = info.policiesList[index];
      assert.equal(sent?.name, rule.name);
      assert.equal(sent?.url, rule.url);
      assert.equal(sent?.remediationSteps, rule.remediationSteps);
      assert.equal(sent?.displayname, rule.displayName);
      assert.deepEqual(sent?.tagsList, rule.tags);
      assert.ok((sent?.severity ?? 0) > 0, rule.name);
      assert.equal(sent?.framework?.reference, rule.framework?.reference);
      assert.equal(sent?.framework?.specification, rule.framework?.specification);
    }
  });

  it("documents every parameter, in names that Pulumi does not reserve", () => {
    for (const { name, configSchema } of rules) {
      assert.match(name, /^ecr(-[a-z]+)+$/);
      for (const [key, schema] of Object.entries(configSchema?.properties ?? {})) {
        assert.ok(!["all", "enforcementLevel"].includes(key));
        assert.ok((schema.description ?? "").length > 20, `${name}.${key}`);
        // Only an absent default means "no limit", and says so.
        assert.ok(schema.default !== undefined || /No default/.test(schema.description ?? ""), `${name}.${key}`);
      }
    }
  });

  it("has configs with existing rules and parameters only", () => {
    assert.deepEqual(Object.keys(configs).sort(), ["dev", "lab", "local", "prod", "staging"]);
    for (const [environment, config] of Object.entries(configs)) {
      for (const [name, parameters] of Object.entries(config)) {
        const rule = rules.find((each) => each.name === name);
        assert.ok(rule, `${environment}: ${name}`);
        for (const key of Object.keys(parameters)) {
          assert.ok(
            key === "enforcementLevel" || key in (rule.configSchema?.properties ?? {}),
            `${environment}: ${name}.${key}`,
          );
        }
      }
    }
  });

  it("has configs with only what differs from the defaults", () => {
    const repeated = Object.entries(configs).flatMap(([environment, config]) =>
      Object.entries(config).flatMap(([name, parameters]) => {
        const rule = rules.find((each) => each.name === name);
        const given = (key: string) =>
          key === "enforcementLevel" ? rule?.enforcementLevel : rule?.configSchema?.properties[key]?.default;
        return Object.keys(parameters)
          .filter((key) => isDeepStrictEqual(parameters[key], given(key)))
          .map((key) => `${environment}: ${name}.${key}`);
      }),
    );
    assert.deepEqual(repeated, []);
  });

  it("refuses an unknown parameter, and suggests the right one", async () => {
    const judge = (config: object) => judgeResource(encryptionMinimum, { type: types.repository, props: {} }, config);
    await assert.rejects(
      judge({ Minimum: "kms" }),
      /ecr-encryption-minimum\.Minimum: found "kms"\. .* has no parameter "Minimum"\. Write "minimum"/,
    );
    await assert.rejects(judge({ least: "kms" }), /Remove it; the parameters are minimum, allowAes256/);
    const stack = judgeStack(lifecyclePolicy, [{ type: types.repository, name: "a", props: { name: "a" } }], {
      except: [],
    });
    await assert.rejects(stack, /ecr-lifecycle-policy\.except/);
  });

  describe("on the stacks of the configs", () => {
    const repository = async (props: Props, config: Config, name = "petclinic") => {
      const resource = { type: types.repository, props: { name, ...props } };
      const found = [encryptionMinimum, tagImmutability].map(async (rule) => {
        const { enforcementLevel: _, ...parameters } = config[rule.name] ?? {};
        return (await judgeResource(rule, resource, parameters)).violations.length;
      });
      return Promise.all(found);
    };
    const sandbox = {
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [{ filter: "latest", filterType: "WILDCARD" }],
    };
    const lab = { imageTagMutability: "MUTABLE", encryptionConfigurations: [{ encryptionType: "AES256" }] };

    it("passes the sandbox's repository with local.json only", async () => {
      assert.deepEqual(await repository(sandbox, configs["local"] ?? {}), [0, 0]);
      assert.deepEqual(await repository(sandbox, configs["dev"] ?? {}), [1, 0]);
    });

    it("passes the lab's choices with lab.json only, and for petclinic only", async () => {
      assert.deepEqual(await repository(lab, configs["lab"] ?? {}), [0, 0]);
      assert.deepEqual(await repository(lab, configs["lab"] ?? {}, "other"), [1, 1]);
      assert.deepEqual(await repository(lab, configs["local"] ?? {}), [0, 1]);
      assert.deepEqual(await repository(lab, {}), [1, 1]);
    });
  });
});
