import assert from "node:assert/strict";
import type { AdoptedConfig } from "../../cli/adopt/adoptedConfig";
import { commonSettings, type Entry } from "../../cli/adopt/commonSettings";
import { configMaximum, environmentNames, splitIntoEnvironments } from "../../cli/adopt/environmentSize";

describe("adopt: settings that many repositories share", () => {
  const handMade = { encryption: "aes256", imageTagMutability: "MUTABLE", scanOnPush: false, lifecyclePolicy: false };

  it("are written once as defaults, and repositories that differ write their own value, even if it is the project default", () => {
    const { defaults, entries } = commonSettings({
      ...{ aa: { ...handMade, import: "aa" }, bb: { ...handMade, import: "bb" }, cc: { ...handMade, import: "cc" } },
      own: { lifecyclePolicy: "service", import: "own" },
    });
    assert.deepEqual(defaults, handMade);
    assert.deepEqual(entries, {
      ...{ aa: { import: "aa" }, bb: { import: "bb" }, cc: { import: "cc" } },
      own: {
        ...{ encryption: "kms", imageTagMutability: "IMMUTABLE", scanOnPush: true },
        ...{ lifecyclePolicy: "service", import: "own" },
      },
    });
  });

  it("are not extracted when few repositories or only half share them, or when they are the project's defaults", () => {
    const two = { aa: { ...handMade }, bb: { ...handMade } };
    assert.deepEqual(commonSettings(two), { defaults: {}, entries: two });
    const half: Record<string, Entry> = {
      ...two,
      cc: { lifecyclePolicy: "service" },
      dd: { lifecyclePolicy: "release" },
    };
    assert.deepEqual(commonSettings(half), { defaults: {}, entries: half });
    const usual: Record<string, Entry> = {};
    for (const key of ["aa", "bb", "cc"]) usual[key] = { lifecyclePolicy: `${key}` };
    assert.deepEqual(commonSettings(usual), { defaults: {}, entries: usual });
  });
});

describe("adopt: more repositories than one environment's config can hold", () => {
  const repositories = (count: number, entry: Entry = {}) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`team/service-${index}`, { ...entry, index }]));
  const config = (privates: Record<string, Entry>, publics: Record<string, Entry> = {}): AdoptedConfig => ({
    ...{ defaults: { scanOnPush: false }, privateRepositories: privates, publicRepositories: publics },
    ...{ registries: { "eu-west-1": { import: "123456789012" } }, remarks: [], warnings: [], outside: [] },
  });
  /** The environment variable as Pulumi's language host writes it. */
  const variable = ({ privateRepositories, publicRepositories }: AdoptedConfig) =>
    JSON.stringify({ private: JSON.stringify(privateRepositories), public: JSON.stringify(publicRepositories) });

  it("are split over several in order, each with the defaults and none too long for the variable", () => {
    const statement = { Effect: "Allow", Principal: '"é"'.repeat(20), Action: "ecr:*" };
    const given = config(
      repositories(3_000, { access: { statements: [statement] } }),
      repositories(40, { about: "x".repeat(9_000) }),
    );
    const parts = splitIntoEnvironments(given);
    assert.ok(parts.length > 3);
    for (const part of parts) {
      assert.deepEqual(part.defaults, given.defaults);
      assert.ok(Buffer.byteLength(variable(part)) < configMaximum + 100);
    }
    const joined = (section: "privateRepositories" | "publicRepositories") =>
      Object.entries(Object.assign({}, ...parts.map((part) => part[section])));
    assert.deepEqual(joined("privateRepositories"), Object.entries(given.privateRepositories));
    assert.deepEqual(joined("publicRepositories"), Object.entries(given.publicRepositories));
    const [first, ...others] = parts.map(({ registries }) => registries);
    assert.deepEqual(first, given.registries, "a registry has one stack");
    assert.ok(others.every((each) => Object.keys(each).length === 0));
  });

  it("stay in one environment if they fit", () => {
    assert.equal(splitIntoEnvironments(config(repositories(1_000))).length, 1);
    assert.deepEqual(environmentNames("legacy", 3), ["legacy", "legacy-2", "legacy-3"]);
  });
});
