import assert from "node:assert/strict";
import {
  basicScanPattern,
  enhancedFindingPattern,
  eventRepositoryFaults,
  findingSeverities,
  imageActionPattern,
  severitiesFrom,
} from "../../../ecr/registry/registryEvents";

describe("event patterns of a registry", () => {
  it("match successful pushes and deletions in the named repositories", () => {
    assert.deepEqual(imageActionPattern(["PUSH"]), {
      source: ["aws.ecr"],
      "detail-type": ["ECR Image Action"],
      detail: { "action-type": ["PUSH"], result: ["SUCCESS"] },
    });
    assert.deepEqual(imageActionPattern(["PUSH", "DELETE"], ["vets", "team/*", "pets", "vets"]), {
      source: ["aws.ecr"],
      "detail-type": ["ECR Image Action"],
      detail: {
        "action-type": ["PUSH", "DELETE"],
        result: ["SUCCESS"],
        "repository-name": ["pets", { prefix: "team/" }, "vets"],
      },
    });
  });

  it("match scans with a finding of the given severity or worse", () => {
    assert.deepEqual(severitiesFrom("CRITICAL"), ["CRITICAL"]);
    assert.deepEqual(severitiesFrom("MEDIUM"), ["CRITICAL", "HIGH", "MEDIUM"]);
    assert.deepEqual(severitiesFrom("INFORMATIONAL"), findingSeverities);
    assert.deepEqual(basicScanPattern(["CRITICAL", "HIGH"], ["pets"]), {
      source: ["aws.ecr"],
      "detail-type": ["ECR Image Scan"],
      detail: {
        "scan-status": ["COMPLETE"],
        "finding-severity-counts": {
          $or: [{ CRITICAL: [{ numeric: [">", 0] }] }, { HIGH: [{ numeric: [">", 0] }] }],
        },
        "repository-name": ["pets"],
      },
    });
    assert.deepEqual(basicScanPattern(["CRITICAL"])["detail"], {
      "scan-status": ["COMPLETE"],
      "finding-severity-counts": { CRITICAL: [{ numeric: [">", 0] }] },
    });
  });

  it("match active Inspector findings on container images only", () => {
    assert.deepEqual(enhancedFindingPattern(["CRITICAL"]), {
      source: ["aws.inspector2"],
      "detail-type": ["Inspector2 Finding"],
      detail: { severity: ["CRITICAL"], status: ["ACTIVE"], resources: { type: ["AWS_ECR_CONTAINER_IMAGE"] } },
    });
    assert.deepEqual(enhancedFindingPattern(["CRITICAL"], ["team/*"])["detail"], {
      severity: ["CRITICAL"],
      status: ["ACTIVE"],
      resources: {
        type: ["AWS_ECR_CONTAINER_IMAGE"],
        details: { awsEcrContainerImage: { repositoryName: [{ prefix: "team/" }] } },
      },
    });
  });

  it("refuse invalid repository names, other wildcards and more than a pattern can hold", () => {
    assert.deepEqual(eventRepositoryFaults(["pets", "team/vets", "team/*", "a/*"], "r"), []);
    for (const name of ["*", "pe*", "Team/*", "a//b", "", "/*", 5, "team/*/x"]) {
      const faults = eventRepositoryFaults(["pets", name], "r");
      assert.ok(faults.length > 0, String(name));
      assert.ok(faults.every(({ path, value }) => path === "r[1]" && value === name));
      assert.match(faults[0]?.fix ?? "", /<namespace>\/\*/);
    }
    const many = Array.from({ length: 300 }, (_, index) => `repository-${index}`);
    const [fault] = eventRepositoryFaults(many, "r");
    assert.equal(fault?.value, `${many.length} repositories`);
    assert.match(fault?.rule ?? "", /at most 4096 characters/);
    assert.equal(fault?.fix, 'name namespaces ("team/*"), or leave repositories out to match the whole registry.');
    assert.equal(eventRepositoryFaults(["a"], "r").length, 1);
    assert.equal(eventRepositoryFaults(["-/*"], "r").length > 0, true);
  });
});
