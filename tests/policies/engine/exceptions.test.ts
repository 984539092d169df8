import assert from "node:assert/strict";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { encryptionMinimum } from "../../../policies/encryption/encryptionMinimum";
import {
  type Exception,
  exceptionsInUse,
  exceptionsRule,
  isExpired,
  setExceptions,
} from "../../../policies/engine/exceptions";
import { lifecyclePolicy } from "../../../policies/lifecycle/lifecyclePolicy";
import { tagImmutability } from "../../../policies/tags/tagImmutability";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeResource,
  judgeStack,
  remediateResource,
  types,
  unknownText,
} from "../harness";

const exception = (parts: Partial<Exception> = {}): Exception => ({
  rule: "ecr-encryption-minimum",
  resource: "petclinic",
  reason: "migration in March",
  expires: "9999-12-31",
  ...parts,
});
const urn = `urn:pulumi:dev::test::${types.repository}::petclinic`;
const judge = (rule: ResourceValidationPolicy = encryptionMinimum, props = {}) =>
  judgeResource(rule, { type: types.repository, props: { name: "aws-name", ...props } });
const inUse = () => judgeStack(exceptionsInUse, []);

describe("policies: exceptions", () => {
  beforeEach(() => setExceptions(undefined));
  after(() => setExceptions(undefined));

  it("excuse a resource from a rule, by its name in the program or its URN", async () => {
    for (const resource of ["petclinic", "pet*", urn, "urn:pulumi:dev::*::petclinic"]) {
      setExceptions([exception({ resource })]);
      assertPasses(await judge());
      assertPasses(await inUse());
    }
    setExceptions([exception({ rule: "ecr-*" })]);
    assertPasses(await judge());
    assertPasses(await judge(tagImmutability));
  });

  it("excuse no other resource, and from no other rule", async () => {
    for (const parts of [{ resource: "clinic" }, { resource: "aws-name" }, { rule: "ecr-tag-immutability" }]) {
      setExceptions([exception(parts)]);
      assertFails(await judge(), /encryptionConfigurations/);
      assertFails(await inUse(), /excuses nothing in this stack\. Must excuse at least one finding\. Remove it\.$/);
    }
  });

  it("excuse unknown values as well", async () => {
    assertUnjudged(await judge(encryptionMinimum, { encryptionConfigurations: unknownText }), /./);
    setExceptions([exception()]);
    assertPasses(await judge(encryptionMinimum, { encryptionConfigurations: unknownText }));
    assertPasses(await inUse());
  });

  it("keep remediations away too, until they expire", () => {
    const remediated = () =>
      remediateResource(tagImmutability, { type: types.repository, props: { name: "aws-name" } });
    assert.equal(remediated()?.["imageTagMutability"], "IMMUTABLE");
    setExceptions([exception({ rule: "ecr-tag-*" })]);
    assert.equal(remediated(), undefined);
    setExceptions([exception({ rule: "ecr-tag-*", expires: "2020-01-01" })]);
    assert.equal(remediated()?.["imageTagMutability"], "IMMUTABLE");
    setExceptions([exception()]);
    assert.equal(remediated()?.["imageTagMutability"], "IMMUTABLE");
  });

  it("are used by findings, not by the remediation that they prevent", async () => {
    setExceptions([exception({ rule: tagImmutability.name })]);
    assert.equal(remediateResource(tagImmutability, { type: types.repository, props: {} }), undefined);
    assertFails(await inUse(), /excuses nothing in this stack/);
    assertPasses(await judge(tagImmutability));
    assertPasses(await inUse());
  });

  it("are not needed where nothing is found", async () => {
    setExceptions([exception()]);
    assertPasses(await judge(encryptionMinimum, { encryptionConfigurations: [{ encryptionType: "KMS" }] }));
    assertFails(
      await inUse(),
      /^exceptions: the exception from ecr-encryption-minimum for "petclinic" \("migration in March"\) excuses nothing/,
    );
  });

  it("apply through their last day", () => {
    const day = exception({ expires: "2026-11-24" });
    assert.equal(isExpired(day, new Date("2026-11-24T23:59:59Z")), false);
    assert.equal(isExpired(day, new Date("2026-11-25T00:00:00Z")), true);
    assert.equal(isExpired(exception()), false);
  });

  it("excuse nothing once they have expired, and are reported", async () => {
    setExceptions([exception({ expires: "2020-01-31" })]);
    assertFails(
      await judge(),
      /recreate the repository\. The exception for it \("migration in March"\) expired after 2020-01-31\.$/,
    );
    assertFails(
      await inUse(),
      /expired after 2020-01-31\. Must not be expired\. Remove it, or set `expires` to a later date/,
    );
  });

  it("in force take precedence over expired ones", async () => {
    setExceptions([exception({ expires: "2020-01-31" }), exception()]);
    assertPasses(await judge());
  });

  it("excuse resources from stack rules", async () => {
    const stack = () =>
      judgeStack(lifecyclePolicy, [
        { type: types.repository, name: "a", props: { name: "a" } },
        { type: types.repository, name: "b", props: { name: "b" } },
      ]);
    setExceptions([exception({ rule: lifecyclePolicy.name, resource: "a" })]);
    assertFails(await stack(), /repository "b" has no lifecycle policy/);
    assertPasses(await inUse());
  });

  it("are not counted among repositories that may have a policy", async () => {
    const floating = { type: types.lifecyclePolicy, name: "p", props: { repository: unknownText } };
    const stack = () =>
      judgeStack(lifecyclePolicy, [
        { type: types.repository, name: "a", props: { name: "a" } },
        { type: types.repository, name: "b", props: { name: "b" } },
        floating,
      ]);
    assert.match((await stack()).violations.join(), /at least 1 of/);
    setExceptions([exception({ rule: lifecyclePolicy.name, resource: "a" })]);
    assertUnjudged(await stack(), /Whether repository "b" has/);
  });

  it("are read from the config once, before any other rule runs", async () => {
    const load = (config: object) => judgeResource(exceptionsRule, { type: "pulumi:pulumi:Stack", props: {} }, config);
    assertPasses(await load({ exceptions: [exception()] }));
    assertPasses(await judge());
    assertPasses(await load({ exceptions: [] }));
    assertPasses(await judge());
  });

  it("for resources of other stacks and projects are not reported", async () => {
    const of = (resource: string, expires = "9999-12-31") => exception({ resource, expires });
    const elsewhere = [
      "urn:pulumi:prod::test::*",
      "urn:pulumi:dev::other::aws:ecr/repository:Repository::petclinic",
      "urn:pulumi:dev2::test::*",
      "urn:pulumi:prod*::petclinic",
    ];
    setExceptions([...elsewhere.map((each) => of(each)), ...elsewhere.map((each) => of(each, "2020-01-31"))]);
    assertPasses(await inUse());
    for (const here of [
      "urn:pulumi:dev::test::*::nobody",
      "urn:*::nobody",
      "urn:pulumi:*::test::x",
      "*::nobody",
      "nobody",
    ]) {
      setExceptions([of(here)]);
      assertFails(await inUse(), /excuses nothing in this stack/);
    }
    setExceptions([of("urn:pulumi:dev::test::*::nobody", "2020-01-31")]);
    assertFails(await inUse(), /expired after 2020-01-31/);
  });

  it("for everything are reported", async () => {
    for (const [rule, resource] of [
      ["*", "*"],
      ["**", "urn:*"],
      ["ecr-*", "*"],
      ["e*", "urn:pulumi:dev::test::*"],
    ] as const) {
      setExceptions([exception({ rule, resource, expires: "9999-12-31" })]);
      assertPasses(await judge());
      assertFails(
        await inUse(),
        /exempts every resource of this stack from every rule until 9999-12-31, so nothing is checked\. Must name rules or resources\. Write/,
      );
    }
    for (const [rule, resource] of [
      ["ecr-encryption-*", "*"],
      ["*", "pet*"],
      ["*", "*petclinic"],
    ] as const) {
      setExceptions([exception({ rule, resource })]);
      assertPasses(await judge());
      assertPasses(await inUse());
    }
  });
});
