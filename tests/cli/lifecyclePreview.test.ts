import assert from "node:assert/strict";
import {
  deployedThatGo,
  type PreviewOptions,
  previewRepository,
  releasesThatGo,
} from "../../cli/lifecycle/previewModel";
import { previewText, shortDigest } from "../../cli/lifecycle/previewText";
import type { LifecyclePolicyDocument } from "../../ecr/lifecyclePolicy";
import { type LifecycleImage, lifecyclePolicyFromRules, type RepositorySnapshot } from "../../ecr/lifecyclePolicy";
import { image, inDays, now } from "../ecr/lifecyclePolicy/lifecycleImages";

const options: PreviewOptions = { now, isRelease: (tag) => /^v[0-9.]+$/.test(tag) };
const document = lifecyclePolicyFromRules([
  { images: "untagged", expireAfterDays: 7 },
  { images: { tagPrefixes: ["src-"] }, keepNewest: 1 },
]);

function repository(images: LifecycleImage[], more: Partial<RepositorySnapshot> = {}): RepositorySnapshot {
  return {
    name: "petclinic",
    registryId: "123456789012",
    region: "eu-west-1",
    uri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/petclinic",
    document,
    images,
    deployed: [],
    unknown: [],
    ...more,
  };
}

const images = [
  image("sha256:aaaa", 1, ["src-3"], { sizeBytes: 1_000 }),
  image("sha256:bbbb", 2, ["src-2", "v1.0"], { sizeBytes: 2_000_000 }),
  image("sha256:cccc", 0, [], { sizeBytes: 3_000 }),
  image("sha256:dddd", 5, [], { sizeBytes: 4_000 }),
  image("sha256:eeee", 99, ["v0.9"]),
];

describe("cli: lifecycle preview", () => {
  it("counts per rule what goes when, what stays and how much is deleted", () => {
    const preview = previewRepository(repository(images), options);
    assert.deepEqual(
      preview.rules.map(({ rule, images, deletedBytes }) => [rule, images, deletedBytes]),
      [
        [1, { 0: 0, 7: 2, 30: 0, 90: 0, later: 0, never: 0 }, 7_000],
        [2, { 0: 1, 7: 0, 30: 0, 90: 0, later: 0, never: 1 }, 2_000_000],
        [undefined, { 0: 0, 7: 0, 30: 0, 90: 0, later: 0, never: 1 }, 0],
      ],
    );
    assert.equal(preview.rules[0]?.description, "Expire untagged images 7 days after their push");
    assert.deepEqual(
      preview.events.map(({ digest, action, at, bucket }) => [digest, action, at, bucket]),
      [
        ["sha256:bbbb", "expire", now, 0],
        ["sha256:dddd", "expire", inDays(2), 7],
        ["sha256:cccc", "expire", inDays(7), 7],
      ],
    );
    assert.deepEqual(
      preview.left.map(({ digest, reason }) => [digest, reason]),
      [
        ["sha256:aaaa", "newest"],
        ["sha256:eeee", "noRule"],
      ],
    );
    assert.equal(preview.images, 5);
    assert.equal("expiresMore" in preview, false);
  });

  it("counts what is due after 90 days as `later`", () => {
    const slow = lifecyclePolicyFromRules([{ images: "any", expireAfterDays: 100 }]);
    const { rules } = previewRepository(repository([image("a", 5), image("b", 70)], { document: slow }), options);
    assert.deepEqual(rules[0]?.images, { 0: 0, 7: 0, 30: 1, 90: 0, later: 1, never: 0 });
  });

  it("warns about a list of tags that most likely means something else", () => {
    const selection = {
      tagStatus: "tagged",
      tagPatternList: ["dev-*", "pr-*"],
      countType: "imageCountMoreThan",
      countNumber: 1,
    };
    const document = { rules: [{ rulePriority: 1, selection, action: { type: "expire" } }] } as LifecyclePolicyDocument;
    const preview = previewRepository(repository(images, { document }), options);
    assert.match(
      previewText(preview, { limit: 5, deployed: [], releases: [] }),
      /CHECK: rules\[0\]: tagPatternList matches only images that have both a tag matching "dev-\*" and another one matching "pr-\*"/,
    );
  });

  it("shows every image as staying when there is no policy", () => {
    const preview = previewRepository(repository(images, { document: undefined }), options);
    assert.equal(preview.hasPolicy, false);
    assert.deepEqual(preview.events, []);
    assert.match(previewText(preview, { limit: 5, deployed: [], releases: [] }), /every image stays/);
  });

  it("names deployed images and releases that go within the given days, including archived ones", () => {
    const deployed = [
      { digest: "sha256:bbbb", by: "ECS task definition web:7" },
      { digest: "sha256:bbbb", by: "stack prod, output image" },
      { digest: "sha256:dddd", by: "Lambda function f" },
      { digest: "sha256:aaaa", by: "Lambda function g" },
    ];
    const preview = previewRepository(repository(images, { deployed }), options);
    const digests = (found: { digest: string }[]) => found.map(({ digest }) => digest);
    assert.deepEqual(digests(deployedThatGo(preview, 1, now)), ["sha256:bbbb"]);
    assert.deepEqual(deployedThatGo(preview, 1, now)[0]?.deployedBy, [
      "ECS task definition web:7",
      "stack prod, output image",
    ]);
    assert.deepEqual(digests(deployedThatGo(preview, 2, now)), ["sha256:bbbb", "sha256:dddd"]);
    assert.deepEqual(digests(releasesThatGo(preview, 90, now)), ["sha256:bbbb"]);
    const archive = lifecyclePolicyFromRules([{ images: "any", archiveKeepNewest: 1 }]);
    const archived = previewRepository(repository(images, { deployed, document: archive }), options);
    assert.deepEqual(digests(deployedThatGo(archived, 0, now)).sort(), ["sha256:aaaa", "sha256:bbbb", "sha256:dddd"]);
    assert.deepEqual(releasesThatGo(archived, 90, now), []);
  });

  it("compares another document with the policy in force", () => {
    const other = lifecyclePolicyFromRules([{ images: { tagPatterns: ["v*"] }, expireAfterDays: 30 }]);
    const preview = previewRepository(repository(images), { ...options, document: other });
    assert.deepEqual(preview.expiresMore, ["sha256:eeee"]);
    assert.deepEqual(preview.expiresFewer?.sort(), ["sha256:cccc", "sha256:dddd"]);
    const text = previewText(preview, { limit: 5, deployed: [], releases: [] });
    assert.match(text, /deletes 1 image that the one in force keeps, and keeps 2 that it deletes/);
  });

  it("prints rules, images, warnings and unknowns, and no more images than the limit", () => {
    const deployed = [{ digest: "sha256:bbbb", by: "ECS task definition web:7" }];
    const preview = previewRepository(
      repository(images, { deployed, unknown: ["Lambda in eu-west-1: denied"] }),
      options,
    );
    const text = previewText(preview, {
      limit: 2,
      deployed: deployedThatGo(preview, 7, now),
      releases: releasesThatGo(preview, 7, now),
    });
    for (const expected of [
      /^petclinic \(123456789012, eu-west-1\): 5 images$/m,
      /^rule +what it does +today +in 7 d +in 30 d +in 90 d +later +stays +deletes *$/m,
      /^1 +Expire untagged images 7 days after their push +2 +7\.0 kB *$/m,
      /^2 +Keep the 1 newest images tagged src-\* +1 +1 +2\.0 MB *$/m,
      /^- +no rule matches +1 *$/m,
      /^bbbb +src-2, v1\.0 +2026-05-30 +2\.0 MB +expire +today +rule 2: beyond the newest *$/m,
      /^dddd +2026-05-27 +4\.0 kB +expire +2026-06-03 +rule 1: past its age limit *$/m,
      /^ {2}and 1 more; --limit 3 shows them all$/m,
      /^ {2}DEPLOYED: rule 2 deletes src-2, v1\.0 \(bbbb\) today, which is run by ECS task definition web:7$/m,
      /^ {2}RELEASE: rule 2 deletes src-2, v1\.0 \(bbbb\) today, which has the tag v1\.0$/m,
      /^ {2}not known: Lambda in eu-west-1: denied$/m,
    ]) {
      assert.match(text, expected);
    }
    assert.doesNotMatch(text, /cccc/);
  });

  it("says when nothing goes", () => {
    const preview = previewRepository(repository([image("sha256:aaaa", 1, ["x"])]), options);
    assert.match(
      previewText(preview, { limit: 2, deployed: [], releases: [] }),
      /nothing is deleted or archived within 90 days/,
    );
  });

  it("shortens digests as docker does", () => {
    assert.equal(shortDigest(`sha256:${"0123456789abcdef".repeat(4)}`), "0123456789ab");
  });
});
