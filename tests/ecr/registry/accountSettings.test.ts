import assert from "node:assert/strict";
import fc from "fast-check";
import { accountSettingFaults, accountSettings, isAccountSetting } from "../../../ecr/registry/accountSettings";
import { itRefuses } from "../refusals";

const check = (name: unknown, value: unknown) => accountSettingFaults(name, value, "setting");

describe("ecr/registry/accountSettings", () => {
  it("accepts each setting's values, including its default", () => {
    assert.deepEqual(Object.keys(accountSettings), [
      "BASIC_SCAN_TYPE_VERSION",
      "REGISTRY_POLICY_SCOPE",
      "BLOB_MOUNTING",
    ]);
    for (const [name, { values, default: unset }] of Object.entries(accountSettings)) {
      assert.ok(isAccountSetting(name));
      for (const value of [...values, unset]) {
        assert.deepEqual(check(name, value), [], `${name} ${value}`);
      }
    }
  });

  itRefuses([
    {
      title: "an unknown name",
      faults: () => check("toString", "V1"),
      path: "setting.name",
      rule: /three/,
      fix: /^write one of BASIC_SCAN_TYPE_VERSION, REGISTRY_POLICY_SCOPE, BLOB_MOUNTING\.$/,
    },
    {
      title: "a name that is not a string",
      faults: () => check(7, "V1"),
      path: "setting.name",
      rule: /three/,
      fix: /BLOB_MOUNTING/,
    },
    {
      title: "a list that contains a name",
      faults: () => check(["BLOB_MOUNTING"], "ENABLED"),
      path: "setting.name",
      rule: /three/,
      fix: /BLOB_MOUNTING/,
    },
    {
      title: "the scanner that ECR no longer supports",
      faults: () => check("BASIC_SCAN_TYPE_VERSION", "CLAIR"),
      path: "setting.value",
      rule: /must be AWS_NATIVE/,
      fix: /"AWS_NATIVE"/,
    },
    {
      title: "another setting's value",
      faults: () => check("BLOB_MOUNTING", "V2"),
      path: "setting.value",
      rule: /ENABLED or DISABLED/,
      fix: /"DISABLED"/,
    },
    {
      title: "a value that is not a string",
      faults: () => check("REGISTRY_POLICY_SCOPE", 2),
      path: "setting.value",
      rule: /V1 or V2/,
      fix: /"V2"/,
    },
  ]);

  it("never throws", () => {
    const name = fc.oneof(fc.anything(), fc.constantFrom(...Object.keys(accountSettings)));
    fc.assert(
      fc.property(name, fc.anything(), (each, value) => check(each, value).length >= 0),
      { seed: 1 },
    );
  });
});
