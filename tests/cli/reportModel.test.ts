import assert from "node:assert/strict";
import { readPolicyResults } from "../../cli/report/policyResults";
import { InvalidInputError } from "../../ecr/faults";
import { lifecyclePolicyFromRules } from "../../ecr/lifecyclePolicy";
import { daysAgo, image, inDays, now } from "../ecr/lifecyclePolicy/lifecycleImages";
import { policyResults, report, reportInputs } from "./reportFixture";

describe("cli: report, model", () => {
  it("sorts repositories by name and gives their sizes", () => {
    const { repositories } = report();
    assert.deepEqual(
      repositories.map(({ preview, standardBytes, archiveBytes }) => [
        preview.name,
        preview.images,
        standardBytes > 0,
        archiveBytes > 0,
      ]),
      [
        ["shop/petclinic", 39, true, false],
        ["shop/petclinic-pr", 16, true, false],
        ["shop/tools", 2, true, false],
        ["shop/visits", 11, true, true],
      ],
    );
  });

  it("lists each image once with its events: what goes soonest first, then the newest", () => {
    const { snapshot } = reportInputs();
    const [first] = snapshot.repositories;
    assert.ok(first);
    const document = lifecyclePolicyFromRules([
      { images: "untagged", expireAfterDays: 7 },
      { images: "any", archiveAfterDays: 30 },
    ]);
    // The second rule archives. No rule applies to images that are already archived.
    const images = [
      image("sha256:old", 40, ["a"], { lastPulledAt: daysAgo(3) }),
      image("sha256:mid", 20, ["b"]),
      image("sha256:untagged", 5),
      image("sha256:cold", 99, ["c"], { storageClass: "archive", archivedAt: daysAgo(10) }),
      image("sha256:colder", 98, ["d"], { storageClass: "archive", archivedAt: daysAgo(10) }),
    ];
    const deployed = [
      { digest: "sha256:mid", by: "one" },
      { digest: "sha256:mid", by: "two" },
    ];
    const [repository] = report({
      snapshot: { ...snapshot, repositories: [{ ...first, document, images, deployed }] },
    }).repositories;
    assert.deepEqual(
      repository?.images.map(({ digest, events, afterwards, storageClass, deployedBy }) => [
        digest,
        events.map(({ action, at }) => [action, at]),
        afterwards?.action,
        storageClass,
        deployedBy,
      ]),
      [
        ["sha256:old", [["archive", now]], "keep", "standard", []],
        ["sha256:untagged", [["expire", inDays(2)]], undefined, "standard", []],
        ["sha256:mid", [["archive", inDays(10)]], "keep", "standard", ["one", "two"]],
        ["sha256:colder", [], "keep", "archive", []],
        ["sha256:cold", [], "keep", "archive", []],
      ],
    );
    // It goes in ten days, which is further ahead than warnings look.
    assert.deepEqual(repository?.deployedThatGo, []);
    assert.deepEqual(repository?.images[0]?.lastPulledAt, daysAgo(3));
  });
});

describe("cli: report, policy results", () => {
  it("are read as `npm run policy:report -- --json` prints them", () => {
    assert.deepEqual(readPolicyResults(JSON.parse(JSON.stringify(policyResults)), "p.json"), policyResults);
  });

  it("are rejected with every fault", () => {
    const bad = {
      rules: [
        { pack: "p", rule: 1, passed: -1, violations: [{ urn: "u", level: "l" }], unjudged: {} },
        null,
        {
          pack: "p",
          rule: "r",
          passed: 1,
          violations: [{ urn: "u", level: "l", message: "m", severity: 3 }],
          unjudged: [],
        },
      ],
    };
    const paths = (value: unknown) => {
      try {
        readPolicyResults(value, "p.json");
      } catch (error) {
        assert.ok(error instanceof InvalidInputError);
        return error.faults.map(({ path }) => path);
      }
      return [];
    };
    assert.deepEqual(paths(bad), [
      "p.json.stack",
      "p.json.rules[0].rule",
      "p.json.rules[0].passed",
      "p.json.rules[0].violations[0]",
      "p.json.rules[0].unjudged",
      "p.json.rules[1].pack",
      "p.json.rules[1].rule",
      "p.json.rules[1].passed",
      "p.json.rules[1].violations",
      "p.json.rules[1].unjudged",
      "p.json.rules[2].violations[0]",
    ]);
    assert.deepEqual(paths("x"), ["p.json"]);
    assert.deepEqual(paths({ stack: "s" }), ["p.json.rules"]);
  });
});
