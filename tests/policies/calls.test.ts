import * as assert from "node:assert/strict";
import { type ResourceValidationArgs, type ResourceValidationPolicy, unknownCheckingProxy } from "@pulumi/policy";
import { judgeAll, policyResources } from "../../bench/measure/judgeStack";
import { type JudgedResource, serviceResources } from "../../bench/programs/judgedStack";
import { setExceptions } from "../../policies/engine/exceptions";
import { resourceTypes } from "../../policies/resources/resourceTypes";
import { rules } from "../../policies/rules";
import { unknownText } from "./harness";

class NotApplicable extends Error {}

/** Counts, as times depend on the machine: of a stack's thousands of resources, most do not concern the pack. */
describe("policies: what a resource costs", () => {
  const resourceRules = rules.filter((rule): rule is ResourceValidationPolicy => "validateResource" in rule);

  // Exceptions are read from the config with the first resource.
  after(() => setExceptions(undefined));

  /** The rules that look at a resource, and how often they read one of its properties. */
  function judged(type: string): { rules: string[]; reads: number } {
    let reads = 0;
    const props = new Proxy<Record<string, unknown>>(
      {},
      {
        get: () => {
          reads += 1;
          return undefined;
        },
      },
    );
    const args = {
      type,
      name: "name",
      urn: `urn:pulumi:dev::ecr::${type}::name`,
      opts: {},
      props,
      getConfig: () => ({}),
      notApplicable: () => {
        throw new NotApplicable();
      },
    } as unknown as ResourceValidationArgs;
    const looking = resourceRules.filter(({ validateResource }) => {
      try {
        for (const validate of [validateResource].flat()) validate?.(args, () => {});
        return true;
      } catch (error) {
        if (error instanceof NotApplicable) return false;
        throw error;
      }
    });
    return { rules: looking.map(({ name }) => name), reads };
  }

  it("is nothing for components and other services' resources, except for the rule with the exceptions", () => {
    for (const type of ["ecr:index:PrivateRepository", "aws:s3/bucket:Bucket", "random:index/randomId:RandomId"]) {
      assert.deepEqual(judged(type), { rules: ["ecr-exceptions"], reads: 0 }, type);
    }
  });

  it("is a few rules for a repository, each reading a few properties", () => {
    const { rules: looking, reads } = judged("aws:ecr/repository:Repository");
    assert.ok(looking.length <= 10, looking.join(", "));
    assert.ok(reads <= 25, `${reads} reads`);
  });

  it("collects no stack trace for skipped resources, but does for other errors", () => {
    const [rule] = resourceRules.filter(({ name }) => name === "ecr-tag-immutability");
    const validate = [rule?.validateResource].flat()[0] ?? assert.fail("no such rule");
    const bucket = {
      type: "aws:s3/bucket:Bucket",
      notApplicable: () => {
        throw new NotApplicable();
      },
    } as unknown as ResourceValidationArgs;
    assert.throws(
      () => validate(bucket, () => {}),
      (error: Error) => error instanceof NotApplicable && !error.stack?.includes("\n    at "),
    );
    assert.match(new Error("other").stack ?? "", /\n {4}at /);
  });
});

/** Counts how often rules read properties and dependencies, in stacks of one size and of twice that size. */
describe("policies: what a stack costs", () => {
  after(() => setExceptions(undefined));

  /** Changes the resources of every service in the stack. */
  type Change = (service: JudgedResource[]) => JudgedResource[];
  const settings: Readonly<Record<string, Change>> = {
    "resources that refer to one another": (service) => service,
    "keys that nothing uses": (service) =>
      service.map((each) =>
        each.type === resourceTypes.repository ? { ...each, from: {}, props: { name: each.props["name"] } } : each,
      ),
    "repositories whose names and URLs are not known yet": (service) =>
      service.map((each) => {
        const unknown = { name: unknownText, repositoryUrl: unknownText, registryId: unknownText };
        return each.type === resourceTypes.repository ? { ...each, props: { ...each.props, ...unknown } } : each;
      }),
    "lifecycle policies whose repository is not known yet": (service) =>
      service.map((each) =>
        each.type === resourceTypes.lifecyclePolicy ? { ...each, from: {}, props: { repository: unknownText } } : each,
      ),
    "images whose names are not known yet": (service) =>
      service.map((each) => ("imageName" in each.props ? { ...each, props: { imageName: unknownText } } : each)),
    "a registry for every repository": (service) => [
      ...service,
      { type: resourceTypes.scanning, name: `${service[0]?.name}-registry`, props: { scanType: "BASIC", rules: [] } },
    ],
  };

  async function reads(rule: (typeof rules)[number], size: number, change: Change): Promise<number> {
    let count = 0;
    const counting = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (of, key) => {
          count += 1;
          return Reflect.get(of, key);
        },
      });
    const services = Array.from({ length: size }, (_, index) => change(serviceResources(`service-${index}`))).flat();
    const resources = policyResources(services, (props) => counting(unknownCheckingProxy(props)));
    for (const resource of resources) resource.propertyDependencies = counting(resource.propertyDependencies);
    await judgeAll(rule, resources);
    return count;
  }

  for (const [setting, change] of Object.entries(settings)) {
    it(`grows no faster than the stack, with ${setting}`, async () => {
      for (const rule of rules) {
        const [some, twice] = [await reads(rule, 20, change), await reads(rule, 40, change)];
        assert.ok(twice <= 2 * some, `${rule.name}: ${some} reads, and ${twice} for twice as many`);
      }
    });
  }

  it("passes the stack of the benchmark", async () => {
    for (const rule of rules.filter(({ name }) => !["ecr-access-accounts", "ecr-access-push"].includes(name))) {
      assert.deepEqual(await judgeAll(rule, policyResources(serviceResources("one"))), [], rule.name);
    }
  });
});
