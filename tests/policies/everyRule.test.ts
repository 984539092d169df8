import assert from "node:assert/strict";
import { rules } from "../../policies/rules";
import type { RuleInput } from "./caseResources";
import { assertPasses, judgeResource, judgeStack, type Verdict } from "./harness";
import { ruleCases } from "./ruleCases";

/** These read and check only the config, not the properties of resources. */
const aboutConfig = ["ecr-exceptions", "ecr-exceptions-in-use"];

describe("policies: every rule", () => {
  it("has a passing, a failing, a missing and an unknown case", () => {
    const about = rules.map(({ name }) => name).filter((name) => !aboutConfig.includes(name));
    assert.deepEqual(Object.keys(ruleCases).sort(), about.sort());
  });

  for (const rule of rules.filter(({ name }) => !aboutConfig.includes(name))) {
    const cases = ruleCases[rule.name];
    const judge = ({ resources, outputs, config }: RuleInput): Promise<Verdict> => {
      const parameters = { ...cases?.config, ...config };
      if ("validateStack" in rule) {
        return judgeStack(rule, resources, parameters, outputs);
      }
      const [resource] = resources;
      assert.ok("validateResource" in rule && resource !== undefined && resources.length === 1);
      const { type, name, props } = resource;
      return judgeResource(rule, { type, name, props }, parameters);
    };

    describe(rule.name, () => {
      it("passes a correct resource", async () => assertPasses(await judge(required(cases?.pass))));

      it("reports a violation once", async () => {
        const { violations, unjudged } = await judge(required(cases?.fail));
        assert.equal(violations.length, 1, violations.join("\n"));
        assert.match(violations[0] ?? "", required(cases?.says));
        assert.deepEqual(unjudged, []);
      });

      it("uses the default of a missing property", async () => {
        const { passes, ...given } = required(cases?.missing);
        const { violations, unjudged } = await judge(given);
        assert.equal(violations.length, passes ? 0 : 1, violations.join("\n"));
        assert.deepEqual(unjudged, []);
      });

      it("neither passes nor fails an unknown value, and reports it once", async () => {
        const { violations, unjudged } = await judge(required(cases?.unknown));
        assert.deepEqual(violations, []);
        assert.equal(unjudged.length, 1);
        assert.match(unjudged[0] ?? "", /not known.* `pulumi up` checks it\.$/);
      });
    });
  }
});

function required<T>(value: T | undefined): T {
  assert.ok(value !== undefined, "the rule has no cases in ruleCases.ts");
  return value;
}
