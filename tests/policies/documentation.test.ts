import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { rules } from "../../policies/rules";

const file = path.resolve(__dirname, "../../docs/policies.md");

/** Ids of all checks of other tools. */
const checks = [
  "CKV_AWS_32 CKV_AWS_51 CKV_AWS_136 CKV_AWS_163 CKV_AWS_7 CKV_AWS_33",
  "AWS-0030 AWS-0031 AWS-0032 AWS-0033 AWS-0065",
  "ECR.1 ECR.2 ECR.3 ECR.4 ECR.5 KMS.4 KMS.5",
  "CT.ECR.PR.1 CT.ECR.PR.2 CT.ECR.PR.3",
  "AwsSolutions-ECR1 AwsSolutions-KMS5",
  "ecr-private-image-scanning-enabled ecr-private-tag-immutability-enabled ecr-private-lifecycle-policy-configured",
  "ecr-repository-cmk-encryption-enabled",
  "ecr_registry_enhanced_scanning_enabled ecr_registry_scan_images_on_push_enabled ecr_repositories_lifecycle_policy_enabled",
  "ecr_repositories_not_publicly_accessible ecr_repositories_scan_images_on_push_enabled ecr_repositories_tag_immutability",
  "ecr_repositories_scan_vulnerabilities_in_latest_image ecr_repository_encrypted_with_cmk ecr_repository_image_no_secrets",
  "kms_cmk_rotation_enabled kms_key_not_publicly_accessible",
  "aws-ecr-repository-configure-customer-managed-key aws-ecr-repository-configure-image-scan aws-ecr-repository-enable-image-scan",
  "aws-ecr-repository-disallow-mutable-image aws-ecr-repository-disallow-unencrypted-repository aws-kms-key-enable-key-rotation",
].flatMap((each) => each.split(" "));

/** Ids of KICS's queries for Terraform. */
const kicsQueries = [
  "d1846b12-20c5-4d45-8798-fc35b79268eb",
  "0e32d561-4b5a-4664-a6e3-a3fa85649157",
  "9630336b-3fed-4096-8173-b9afdfe346a7",
  "e86e26fc-489e-44f0-9bcd-97305e4ba69a",
  "69e7c320-b65d-41bb-be02-d63ecc0bcc9d",
];

describe("policies: docs/policies.md", () => {
  const text = () => fs.readFileSync(file, "utf8");

  it("has each rule in its table; if not: npm run docs", () => {
    for (const { name } of rules) assert.ok(text().includes(`| \`${name}\` |`), name);
  });

  it("maps every check of the other tools to an existing rule", () => {
    const section = text().slice(text().indexOf("## Checks of other tools"), text().indexOf("## Limits"));
    const rows = section.split("\n").filter((line) => /^\| .* \| `/.test(line));
    const mapped = rows.map((row) => row.split("|").map((part) => part.trim()));
    for (const [, tool, check, rule, differs] of mapped) {
      assert.ok(
        rules.some(({ name }) => `\`${name}\`` === rule),
        `${tool} ${check}: ${rule}`,
      );
      assert.ok((differs ?? "").length > 5, `${tool} ${check}`);
    }
    const ids = mapped.map(([, , check]) => check);
    assert.equal(new Set(ids).size, ids.length);
    for (const check of checks) assert.ok(ids.includes(check), check);
    for (const query of kicsQueries) {
      assert.ok(
        ids.some((id) => id?.endsWith(` (${query})`)),
        query,
      );
    }
  });

  it("marks deprecated checks, and describes the pack as it is", () => {
    const rows = text()
      .split("\n")
      .filter((line) => line.includes("compliance-policies"));
    assert.ok(rows.length > 0 && rows.every((row) => row.includes("(deprecated)")));
    const pack = path.resolve(__dirname, "../../policies");
    for (const name of ["PulumiPolicy.yaml", "package.json"]) {
      const described = fs.readFileSync(path.join(pack, name), "utf8");
      assert.match(described, /lifecycle, access, scanning, publishing, images and operations/, name);
    }
    // Lifecycle policies are not updated in place: they are deleted and created.
    for (const { remediationSteps } of rules) assert.doesNotMatch(remediationSteps ?? "", /document.* in place/);
  });

  it("agrees with the controls that the rules name", () => {
    for (const { name, framework } of rules) {
      if (/^(ECR|KMS)\./.test(framework?.reference ?? "")) {
        const related = ["ecr-lifecycle-document", "ecr-lifecycle-limits", "ecr-scan-on-push"];
        const row = new RegExp(`\\| Security Hub \\| ${framework?.reference} \\| \`${name}\` \\|`);
        assert.ok(related.includes(name) || row.test(text()), name);
      }
    }
  });

  it("has the metadata of every rule", () => {
    for (const { name, displayName, description, severity, tags, remediationSteps, url } of rules) {
      assert.ok(displayName && severity && tags?.length && remediationSteps, name);
      assert.match(description, /\.$/, name);
      assert.match(url ?? "", /^https:\/\//, name);
    }
  });
});
