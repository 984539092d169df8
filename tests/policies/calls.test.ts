import * as assert from "node:assert/strict";
import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { setExceptions } from "../../policies/exceptions";
import { rules } from "../../policies/rules";

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
