import assert from "node:assert/strict";
import {
  BatchDeleteImageCommand,
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  GetLifecyclePolicyCommand,
  GetLifecyclePolicyPreviewCommand,
  type GetLifecyclePolicyPreviewCommandInput,
  PutLifecyclePolicyCommand,
  StartLifecyclePolicyPreviewCommand,
} from "@aws-sdk/client-ecr";
import { type LifecycleRuleInput, lifecyclePolicyFromRules, lifecyclePolicyText } from "../../../ecr/lifecyclePolicy";
import type { GatewayContext } from "../../../sandbox/gateway/context";
import { LifecycleSchedule } from "../../../sandbox/gateway/lifecycle/lifecycleSchedule";
import { waitUntil } from "../../../sandbox/system/waitUntil";
import { serviceError, uniqueName, useSandbox } from "./harness";
import { digestOf, ociIndexType, privateClient, testImage } from "./registryClient";

const day = 24 * 60 * 60;

describe("gateway: lifecycle policies", () => {
  const sandbox = useSandbox();

  async function control(path: string, body: unknown, type = "application/json") {
    const answer = await fetch(`${sandbox.gateway.endpoint}/_sandbox/${path}`, {
      method: "POST",
      headers: { "Content-Type": type, Connection: "close" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as { now: number; runs: { expired: string[] }[] } };
  }

  const advance = (days: number) => control("clock", { advanceSeconds: days * day });

  async function repository(rules: LifecycleRuleInput[]): Promise<string> {
    const repositoryName = uniqueName("lifecycle");
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    const lifecyclePolicyText = textOf(rules);
    await sandbox.ecr().send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
    return repositoryName;
  }

  const textOf = (rules: LifecycleRuleInput[]) => lifecyclePolicyText(lifecyclePolicyFromRules(rules));

  /** Pushes images with these contents, under a tag or (if empty) by digest. @returns Their digests. */
  async function push(repositoryName: string, ...images: [content: string, tag: string][]): Promise<string[]> {
    const client = await privateClient(sandbox);
    const digests: string[] = [];
    for (const [content, tag] of images) {
      const image = testImage(`${repositoryName} ${content}`);
      assert.equal((await client.push(repositoryName, tag || image.digest, image)).status, 201);
      digests.push(image.digest);
    }
    return digests;
  }

  async function present(repositoryName: string): Promise<Record<string, string>> {
    const filter = { imageStatus: "ANY" } as const;
    const { imageDetails = [] } = await sandbox.ecr().send(new DescribeImagesCommand({ repositoryName, filter }));
    return Object.fromEntries(imageDetails.map((each) => [each.imageDigest ?? "", each.imageStatus ?? ""]));
  }

  async function evaluatedAt(repositoryName: string): Promise<number> {
    const { lastEvaluatedAt } = await sandbox.ecr().send(new GetLifecyclePolicyCommand({ repositoryName }));
    return lastEvaluatedAt?.getTime() ?? 0;
  }

  async function preview(input: Partial<GetLifecyclePolicyPreviewCommandInput> & { repositoryName: string }) {
    return sandbox.ecr().send(new GetLifecyclePolicyPreviewCommand(input));
  }

  it("deletes and archives as the clock advances: indexes before images, signatures with their subject", async () => {
    const name = await repository([
      { images: "untagged", expireAfterDays: 1 },
      { images: { tagPrefixes: ["v"] }, archiveAfterDays: 2 },
      { images: { tagPrefixes: ["src-"] }, keepNewest: 1 },
      { images: "any", expireAfterDaysArchived: 90 },
    ]);
    const client = await privateClient(sandbox);
    const [child = "", release = "", loose = ""] = await push(name, ["child", ""], ["release", "v1"], ["loose", ""]);
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: ociIndexType,
      manifests: [{ mediaType: testImage("").mediaType, digest: child, size: 400 }],
    });
    const index = { ...testImage(""), manifest, mediaType: ociIndexType, digest: digestOf(manifest) };
    assert.equal((await client.putManifest(name, "v2", index)).status, 201);
    const subject = { mediaType: testImage("").mediaType, digest: release, size: 400 };
    const signature = testImage("signature", { subject, artifactType: "application/vnd.example.signature" });
    assert.equal((await client.push(name, signature.digest, signature)).status, 201);

    assert.deepEqual((await advance(0.5)).body.runs, []);
    assert.equal(Object.keys(await present(name)).length, 5);
    const { body } = await advance(0.6);
    assert.deepEqual(
      body.runs.map(({ expired }) => expired),
      [[loose]],
    );
    await advance(1);
    // The index is archived now; its image is overdue, but kept because the index refers to it.
    assert.deepEqual(await present(name), {
      [release]: "ARCHIVED",
      [signature.digest]: "ARCHIVED",
      [index.digest]: "ARCHIVED",
      [child]: "ACTIVE",
    });
    await advance(89);
    assert.equal(Object.keys(await present(name)).length, 4);
    await advance(2);
    assert.deepEqual(await present(name), {});
    const { images } = await sandbox
      .ecr()
      .send(new BatchGetImageCommand({ repositoryName: name, imageIds: [{ imageDigest: release }] }));
    assert.deepEqual(images, []);
  });

  it("deletes the signatures of a manually deleted image within 24 hours, even if no rule selects them", async () => {
    const name = await repository([{ images: { tagPrefixes: ["v"] }, keepNewest: 5 }]);
    const client = await privateClient(sandbox);
    const [gone = "", kept = ""] = await push(name, ["gone", "v1"], ["kept", "v2"]);
    const sign = async (digest: string, tag?: string) => {
      const subject = { mediaType: testImage("").mediaType, digest, size: 400 };
      const signature = testImage(`signature of ${digest}`, { subject, artifactType: "application/vnd.signature" });
      assert.equal((await client.push(name, tag ?? signature.digest, signature)).status, 201);
      return signature.digest;
    };
    const [orphan, other] = [await sign(gone, "signed"), await sign(kept)];
    const second = await sign(orphan);
    await sandbox.ecr().send(new BatchDeleteImageCommand({ repositoryName: name, imageIds: [{ imageDigest: gone }] }));
    assert.deepEqual(Object.keys(await present(name)).sort(), [kept, orphan, other, second].sort());
    await advance(1);
    assert.deepEqual(Object.keys(await present(name)).sort(), [kept, other].sort());
  });

  it("does exactly what the preview says, and runs all policies on request", async () => {
    const name = await repository([{ images: "untagged", expireAfterDays: 30 }]);
    const [first = "", , third = "", kept = ""] = await push(
      name,
      ["first", "src-1"],
      ["second", "src-2"],
      ["third", "src-3"],
      ["kept", "v1"],
    );
    const rules: LifecycleRuleInput[] = [
      { images: { tagPrefixes: ["src-"] }, keepNewest: 1 },
      { images: "any", archiveKeepNewest: 1 },
    ];
    await assert.rejects(preview({ repositoryName: name }), serviceError("LifecyclePolicyPreviewNotFoundException"));
    const started = await sandbox.ecr().send(
      new StartLifecyclePolicyPreviewCommand({
        repositoryName: name,
        lifecyclePolicyText: textOf(rules),
      }),
    );
    assert.equal(started.status, "IN_PROGRESS");
    const whole = await preview({ repositoryName: name });
    assert.equal(whole.status, "COMPLETE");
    assert.equal(whole.lifecyclePolicyText, textOf(rules));
    assert.deepEqual(whole.summary, { expiringImageTotalCount: 2 });
    const { imageDetails = [] } = await sandbox
      .ecr()
      .send(new DescribeImagesCommand({ repositoryName: name, imageIds: [{ imageDigest: first }] }));
    assert.deepEqual(
      whole.previewResults?.find((each) => each.imageDigest === first),
      {
        imageTags: ["src-1"],
        imageDigest: first,
        imagePushedAt: imageDetails[0]?.imagePushedAt,
        action: { type: "EXPIRE" },
        appliedRulePriority: 1,
        storageClass: "STANDARD",
      },
    );

    assert.equal(Object.keys(await present(name)).length, 4);
    await sandbox
      .ecr()
      .send(new PutLifecyclePolicyCommand({ repositoryName: name, lifecyclePolicyText: textOf(rules) }));
    const putAt = await evaluatedAt(name);
    const { body } = await control("lifecycle", {});
    assert.deepEqual(
      body.runs.flatMap(({ expired }) => expired).sort(),
      (whole.previewResults ?? []).map(({ imageDigest }) => imageDigest).sort(),
    );
    assert.deepEqual(await present(name), { [third]: "ACTIVE", [kept]: "ACTIVE" });
    assert.ok((await evaluatedAt(name)) > putAt);
  });

  it("returns a preview in pages, by tag status and by image, and counts the images to archive", async () => {
    const name = await repository([{ images: "any", archiveKeepNewest: 1 }]);
    const digests = await push(name, ["a", "a"], ["b", "b"], ["c", ""], ["d", "d"]);
    await sandbox.ecr().send(new StartLifecyclePolicyPreviewCommand({ repositoryName: name }));
    const first = await preview({ repositoryName: name, maxResults: 2 });
    const second = await preview({ repositoryName: name, maxResults: 2, nextToken: first.nextToken });
    assert.equal(first.previewResults?.length, 2);
    assert.equal(second.nextToken, undefined);
    const all = [...(first.previewResults ?? []), ...(second.previewResults ?? [])];
    assert.deepEqual(all.map((each) => each.imageDigest).sort(), digests.slice(0, 3).sort());
    assert.deepEqual(all[0]?.action, { type: "TRANSITION", targetStorageClass: "ARCHIVE" });
    for (const { summary } of [first, second]) {
      assert.deepEqual(summary, {
        expiringImageTotalCount: 0,
        transitioningImageTotalCounts: [{ targetStorageClass: "ARCHIVE", imageTotalCount: 3 }],
      });
    }
    const shown = async (input: Partial<GetLifecyclePolicyPreviewCommandInput>) =>
      (await preview({ repositoryName: name, ...input })).previewResults?.map((each) => each.imageDigest).sort();
    const [a, b, c, d] = digests;
    assert.deepEqual(await shown({ filter: { tagStatus: "UNTAGGED" } }), [c]);
    assert.deepEqual(await shown({ filter: { tagStatus: "TAGGED" } }), [a, b].sort());
    assert.deepEqual(
      await shown({ imageIds: [{ imageDigest: a }, { imageTag: "b" }, { imageDigest: d }] }),
      [a, b].sort(),
    );
    await assert.rejects(
      preview({ repositoryName: name, imageIds: [{ imageDigest: a }], maxResults: 1 }),
      serviceError("InvalidParameterException", /maxResults/),
    );
  });

  it("rejects a preview without a policy, with an invalid policy, or of a nonexistent repository", async () => {
    const repositoryName = uniqueName("lifecycle");
    const start = (lifecyclePolicyText?: string, name = repositoryName) =>
      sandbox.ecr().send(new StartLifecyclePolicyPreviewCommand({ repositoryName: name, lifecyclePolicyText }));
    await assert.rejects(start(), serviceError("RepositoryNotFoundException"));
    await sandbox.ecr().send(new CreateRepositoryCommand({ repositoryName }));
    await assert.rejects(start(), serviceError("LifecyclePolicyNotFoundException"));
    const bad = textOf([{ images: "any", keepNewest: 1 }]).replace('"countNumber":1', '"countNumber":0');
    await assert.rejects(start(bad), serviceError("InvalidParameterException", /countNumber/));
    await assert.rejects(preview({ repositoryName }), serviceError("LifecyclePolicyPreviewNotFoundException"));
  });

  it("keeps its clock across a restart, and rejects malformed control requests", async () => {
    const before = (await advance(3)).body.now;
    await sandbox.stopGateway();
    await sandbox.start();
    assert.ok((await advance(0)).body.now >= before);
    for (const [path, body, type] of [
      ["clock", { advanceSeconds: -1 }],
      ["clock", { advanceSeconds: "1" }],
      ["clock", { advanceSeconds: 1, more: true }],
      ["clock", "no json"],
      ["clock", { advanceSeconds: 1 }, "text/plain"],
      ["lifecycle", { advanceSeconds: 1 }],
      ["lifecycle", {}, "application/x-www-form-urlencoded"],
    ] as const) {
      assert.equal((await control(path, body, type)).status, 400, JSON.stringify([path, body, type]));
    }
    assert.equal((await fetch(`${sandbox.gateway.endpoint}/_sandbox/clock`)).status, 400);
  });

  it("checks for due policies by itself, continues after a failure and stops when told", async () => {
    let looks = 0;
    const log: string[] = [];
    const allRepositories = () => {
      looks += 1;
      if (looks === 1) throw new Error("the first look fails");
      return [];
    };
    const context = { store: { allRepositories }, log: (line: string) => log.push(line) } as unknown as GatewayContext;
    const schedule = new LifecycleSchedule(context, 1);
    await waitUntil(async () => looks >= 3, 50_000);
    await schedule.stop();
    const stopped = looks;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(looks, stopped);
    assert.match(log.join("\n"), /the first look fails/);
  });
});
