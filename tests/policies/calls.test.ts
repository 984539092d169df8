import * as assert from "node:assert/strict";
import { type ResourceValidationArgs, type ResourceValidationPolicy, unknownCheckingProxy } from "@pulumi/policy";
import { judgeAll, policyResources } from "../../bench/measure/judgeStack";
import { type JudgedResource, serviceResources } from "../../bench/programs/judgedStack";
import { setExceptions } from "../../policies/exceptions";
import { resourceTypes } from "../../policies/resources";
import { rules } from "../../policies/rules";
import { unknownText } from "./harness";

class NotApplicable extends Error {}

/** Counts, since times depend on the machine: a stack has thousands of resources that are none of the pack's business. */
describe("policies: what a resource costs", () => {
  const resourceRules = rules.filter((rule): rule is ResourceValidationPolicy => "validateResource" in rule);

  // They are read from the config of the first resource.
  after(() => setExceptions(undefined));

  /** How many of the rules look at a resource, and how often they read a property of it. */
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

  it("is nothing for components and other services' resources, but for the exceptions' rule", () => {
    for (const type of ["ecr:index:PrivateRepository", "aws:s3/bucket:Bucket", "random:index/randomId:RandomId"]) {
      assert.deepEqual(judged(type), { rules: ["ecr-exceptions"], reads: 0 }, type);
    }
  });

  it("is a few rules for a repository, each reading a few properties", () => {
    const { rules: looking, reads } = judged("aws:ecr/repository:Repository");
    assert.ok(looking.length <= 10, looking.join(", "));
    assert.ok(reads <= 25, `${reads} reads`);
  });

  it("makes no stack trace for what a rule leaves aside, and leaves those of other errors", () => {
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

/** Counts again: how often rules read properties, and what they depend on, in stacks of one size and of twice that. */
describe("policies: what a stack costs", () => {
  after(() => setExceptions(undefined));

  /** Changes what every service of the stack has. */
  type Change = (service: JudgedResource[]) => JudgedResource[];
  const settings: Readonly<Record<string, Change>> = {
    "all that belongs together": (service) => service,
    "keys that nothing uses": (service) =>
      service.map((each) =>
        each.type === resourceTypes.repository ? { ...each, from: {}, props: { name: each.props["name"] } } : each,
      ),
    "repositories whose names and URLs are not known yet": (service) =>
      service.map((each) => {
        const unknown = { name: unknownText, repositoryUrl: unknownText, registryId: unknownText };
        return each.type === resourceTypes.repository ? { ...each, props: { ...each.props, ...unknown } } : each;
      }),
    "lifecycle policies of which nothing is known": (service) =>
      service.map((each) =>
        each.type === resourceTypes.lifecyclePolicy ? { ...each, from: {}, props: { repository: unknownText } } : each,
      ),
    "images that are named only later": (service) =>
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

  it("is content with what the bench judges", async () => {
    for (const rule of rules.filter(({ name }) => !["ecr-access-accounts", "ecr-access-push"].includes(name))) {
      assert.deepEqual(await judgeAll(rule, policyResources(serviceResources("one"))), [], rule.name);
    }
  });
});
