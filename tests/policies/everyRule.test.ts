import assert from "node:assert/strict";
import { rules } from "../../policies/rules";
import { assertPasses, judgeResource, judgeStack, type Verdict } from "./harness";
import { type Given, ruleCases } from "./ruleCases";

/** They hold and look over the config; no resource has a property that they read. */
const aboutConfig = ["ecr-exceptions", "ecr-exceptions-in-use"];

describe("policies: every rule", () => {
  it("has a case that passes, fails, misses something, and does not know something", () => {
    const about = rules.map(({ name }) => name).filter((name) => !aboutConfig.includes(name));
    assert.deepEqual(Object.keys(ruleCases).sort(), about.sort());
  });

  for (const rule of rules.filter(({ name }) => !aboutConfig.includes(name))) {
    const cases = ruleCases[rule.name];
    const judge = ({ resources, outputs, config }: Given): Promise<Verdict> => {
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
      it("finds nothing where all is right", async () => assertPasses(await judge(required(cases?.pass))));

      it("finds what is wrong, once, and says what", async () => {
        const { violations, unjudged } = await judge(required(cases?.fail));
        assert.equal(violations.length, 1, violations.join("\n"));
        assert.match(violations[0] ?? "", required(cases?.says));
        assert.deepEqual(unjudged, []);
      });

      it("knows what a missing property stands for", async () => {
        const { passes, ...given } = required(cases?.missing);
        const { violations, unjudged } = await judge(given);
        assert.equal(violations.length, passes ? 0 : 1, violations.join("\n"));
        assert.deepEqual(unjudged, []);
      });

      it("neither passes nor fails what is not known, and says so once", async () => {
        const { violations, unjudged } = await judge(required(cases?.unknown));
        assert.deepEqual(violations, []);
        assert.equal(unjudged.length, 1);
        assert.match(unjudged[0] ?? "", /not known.* `pulumi up` judges it\.$/);
      });
    });
  }
});

function required<T>(value: T | undefined): T {
  assert.ok(value !== undefined, "the rule has no cases in ruleCases.ts");
  return value;
}
