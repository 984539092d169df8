import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import {
  BatchGetRepositoryScanningConfigurationCommand,
  type CreateRepositoryCommandInput,
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  PutImageScanningConfigurationCommand,
  PutRegistryScanningConfigurationCommand,
  StartImageScanCommand,
} from "@aws-sdk/client-ecr";
import { serviceError, useSandbox } from "./harness";
import { privateClient, type RegistryClient, testImage } from "./registryClient";

describe("gateway: scanning", () => {
  const sandbox = useSandbox();
  const findingsFile = path.join(sandbox.home, "findings.json");
  sandbox.scanFindingsFile = findingsFile;
  let client: RegistryClient;
  before(async () => {
    client = await privateClient(sandbox);
  });

  const repository = (settings: Partial<CreateRepositoryCommandInput> = {}) =>
    sandbox.createRepository("acts", settings);
  const finding = {
    name: "CVE-2026-1",
    severity: "HIGH",
    description: "a hole",
    uri: "https://example.com/1",
  } as const;
  const findings = (imageTag: string, repositoryName: string, more: object = {}) =>
    sandbox.ecr().send(new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag }, ...more }));

  it("returns the findings that the findings file lists for an image, in pages, and otherwise none", async () => {
    const repositoryName = await repository({ imageScanningConfiguration: { scanOnPush: true } });
    fs.writeFileSync(findingsFile, "[]");
    await client.push(repositoryName, "clean", testImage("clean"));
    const clean = await findings("clean", repositoryName);
    assert.deepEqual(
      [
        clean.imageScanStatus?.status,
        clean.imageScanFindings?.findings,
        clean.imageScanFindings?.findingSeverityCounts,
      ],
      ["COMPLETE", [], {}],
    );
    const low = { ...finding, name: "CVE-2026-2", severity: "LOW" };
    fs.writeFileSync(
      findingsFile,
      JSON.stringify([
        { repository: "acts-*", tag: "bad*", findings: [finding, low] },
        { repository: "elsewhere", findings: [low] },
      ]),
    );
    await client.push(repositoryName, "bad-1", testImage("bad"));
    const first = await findings("bad-1", repositoryName, { maxResults: 1 });
    assert.deepEqual(first.imageScanFindings?.findings, [finding]);
    assert.deepEqual(first.imageScanFindings?.findingSeverityCounts, { HIGH: 1, LOW: 1 });
    const second = await findings("bad-1", repositoryName, { maxResults: 1, nextToken: first.nextToken });
    assert.deepEqual([second.imageScanFindings?.findings?.[0]?.name, second.nextToken], ["CVE-2026-2", undefined]);
    const { imageDetails } = await sandbox
      .ecr()
      .send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: "bad-1" }] }));
    const [detail] = imageDetails ?? [];
    assert.ok(detail);
    const scan = [detail.imageScanStatus, detail.imageScanFindingsSummary];
    assert.deepEqual(scan, [undefined, undefined], "a basic scan is not in DescribeImages");
  });

  it("fails with the file's name when the file is invalid", async () => {
    const repositoryName = await repository({ imageScanningConfiguration: { scanOnPush: true } });
    fs.writeFileSync(findingsFile, JSON.stringify([{ findings: [{ severity: "GRAVE" }] }]));
    await client.push(repositoryName, "v1", testImage("wrong file"));
    const { imageScanStatus, imageScanFindings } = await findings("v1", repositoryName);
    assert.deepEqual([imageScanStatus?.status, imageScanFindings], ["FAILED", undefined]);
    assert.match(imageScanStatus?.description ?? "", /findings\.json.*0\.findings\.0\.severity/);
  });

  it("scans on request once a day, and rejects artifacts that are not images", async () => {
    fs.writeFileSync(findingsFile, "[]");
    const repositoryName = await repository();
    const scan = (imageTag: string) =>
      sandbox.ecr().send(new StartImageScanCommand({ repositoryName, imageId: { imageTag } }));
    await client.push(repositoryName, "v1", testImage("asked"));
    await assert.rejects(findings("v1", repositoryName), serviceError("ScanNotFoundException", /imageTag:'v1'/));
    assert.equal((await scan("v1")).imageScanStatus?.status, "IN_PROGRESS");
    assert.equal((await findings("v1", repositoryName)).imageScanStatus?.status, "COMPLETE");
    await assert.rejects(scan("v1"), serviceError("LimitExceededException", /scan quota/));
    sandbox.clockAhead = 25 * 3_600_000;
    assert.equal((await scan("v1")).imageScanStatus?.status, "IN_PROGRESS");
    sandbox.clockAhead = 0;
    const artifact = testImage("sbom", { artifactType: "application/spdx+json" });
    await client.push(repositoryName, "sbom", artifact);
    await assert.rejects(scan("sbom"), serviceError("UnsupportedImageTypeException", /spdx/));
  });

  it("applies the registry's filters before the repository's setting, including continuous scanning", async () => {
    const [mine, theirs] = [await repository(), await repository()];
    await sandbox.ecr().send(
      new PutImageScanningConfigurationCommand({
        repositoryName: theirs,
        imageScanningConfiguration: { scanOnPush: true },
      }),
    );
    const configure = (scanType: "BASIC" | "ENHANCED", rules: object[]) =>
      sandbox.ecr().send(new PutRegistryScanningConfigurationCommand({ scanType, rules: rules as [] }));
    const repositoryFilters = [{ filter: mine, filterType: "WILDCARD" }];
    await configure("ENHANCED", [{ scanFrequency: "CONTINUOUS_SCAN", repositoryFilters }]);
    const { scanningConfigurations, failures } = await sandbox
      .ecr()
      .send(new BatchGetRepositoryScanningConfigurationCommand({ repositoryNames: [mine, theirs, "nowhere"] }));
    assert.deepEqual(
      scanningConfigurations?.map((each) => [each.scanFrequency, each.scanOnPush, each.appliedScanFilters]),
      [
        ["CONTINUOUS_SCAN", false, repositoryFilters],
        // Under enhanced scanning a repository that matches no filter is not scanned, whatever its own setting.
        [undefined, true, []],
      ],
    );
    assert.deepEqual(
      failures?.map((each) => each.failureCode),
      ["REPOSITORY_NOT_FOUND"],
    );
    const enhanced = { title: "CVE-2026-3", severity: "CRITICAL", type: "PACKAGE_VULNERABILITY", score: 9.8 };
    fs.writeFileSync(
      findingsFile,
      JSON.stringify([{ digest: testImage("watched").digest, enhancedFindings: [enhanced] }]),
    );
    await client.push(mine, "v1", testImage("watched"));
    const { imageScanStatus, imageScanFindings } = await findings("v1", mine);
    assert.deepEqual(
      [imageScanStatus?.status, imageScanFindings?.enhancedFindings, imageScanFindings?.findingSeverityCounts],
      ["ACTIVE", [enhanced], { CRITICAL: 1 }],
    );
    const { imageDetails } = await sandbox
      .ecr()
      .send(new DescribeImagesCommand({ repositoryName: mine, imageIds: [{ imageTag: "v1" }] }));
    assert.equal(imageDetails?.[0]?.imageScanStatus?.status, "ACTIVE");
    assert.deepEqual(imageDetails[0].imageScanFindingsSummary?.findingSeverityCounts, { CRITICAL: 1 });
    await assert.rejects(
      sandbox.ecr().send(new StartImageScanCommand({ repositoryName: mine, imageId: { imageTag: "v1" } })),
      serviceError("ValidationException", /This feature is disabled/),
    );
    await client.push(theirs, "v1", testImage("not watched"));
    await assert.rejects(findings("v1", theirs), serviceError("ScanNotFoundException", /imageTag:'v1'/));
    await configure("BASIC", [
      { scanFrequency: "MANUAL", repositoryFilters: [{ filter: "*", filterType: "WILDCARD" }] },
    ]);
    await client.push(theirs, "v2", testImage("when asked"));
    await assert.rejects(findings("v2", theirs), serviceError("ScanNotFoundException", /imageTag:'v2'/));
    await configure("BASIC", []);
    await client.push(theirs, "v3", testImage("by its own setting"));
    assert.equal((await findings("v3", theirs)).imageScanStatus?.status, "COMPLETE");
  });
});
