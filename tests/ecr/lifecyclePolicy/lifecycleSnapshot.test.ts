import assert from "node:assert/strict";
import fc from "fast-check";
import { InvalidInputError } from "../../../ecr/faults";
import {
  expiryChange,
  type LifecycleSnapshot,
  lifecyclePolicyFromRules,
  lifecycleSnapshotText,
  parseLifecycleSnapshot,
} from "../../../ecr/lifecyclePolicy";
import { lifecycleCases } from "./lifecycleCases";
import { image, now } from "./lifecycleImages";

const repository = {
  name: "petclinic",
  registryId: "123456789012",
  region: "eu-west-1",
  uri: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/petclinic",
  deployed: [{ digest: "sha256:1", by: "ECS task definition web:7" }],
  unknown: ["Lambda functions: AccessDenied"],
};

/** The faults of a file, one string each. */
function faults(text: string): string[] {
  try {
    parseLifecycleSnapshot(text, "file");
  } catch (error) {
    assert.ok(error instanceof InvalidInputError);
    assert.match(error.message, /^lifecycle snapshot: /);
    return error.faults.map(({ path, rule, fix }) => `${path}: ${rule} ${fix}`);
  }
  return [];
}

describe("ecr/lifecyclePolicy: snapshots", () => {
  it("are the same after writing and parsing", () => {
    fc.assert(
      fc.property(lifecycleCases(true), ({ images }) => {
        const snapshot: LifecycleSnapshot = {
          version: 1,
          takenAt: now,
          repositories: [
            { ...repository, images: images.map((each) => JSON.parse(JSON.stringify(each))).map(revive) },
            {
              ...repository,
              name: "empty",
              document: lifecyclePolicyFromRules([{ images: "any", keepNewest: 1 }]),
              images: [],
            },
          ],
        };
        assert.deepEqual(parseLifecycleSnapshot(lifecycleSnapshotText(snapshot), "file"), snapshot);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it("accept a handwritten file without optional fields", () => {
    const { images } = parseLifecycleSnapshot(
      `{"version":1,"takenAt":"2026-06-01","repositories":[{"name":"a","registryId":"1","region":"r","uri":"u","images":[{"digest":"sha256:1","pushedAt":"2026-05-01T00:00:00Z","sizeBytes":5}]}]}`,
      "file",
    ).repositories[0] ?? { images: [] };
    assert.deepEqual(images, [{ digest: "sha256:1", tags: [], pushedAt: new Date("2026-05-01"), sizeBytes: 5 }]);
  });

  it("report everything that is wrong with a file at once, with paths", () => {
    const [noJson = "", ...more] = faults("no json");
    assert.match(noJson, /^file: a snapshot must be JSON\. write it again with `npm run lifecycle -- snapshot`\.$/);
    assert.deepEqual(more, []);
    const noVersion = "file.version: the version must be 1. take the snapshot again.";
    const time = 'must be a time. write it as "2026-01-31T12:00:00Z".';
    const text = "must be a string. write one of at least one character.";
    const texts = "must be a list of strings. write [] for none.";
    assert.deepEqual(faults("[]"), [
      noVersion,
      "file.repositories: a snapshot must have a list of repositories. take the snapshot again.",
      `file.takenAt: ${time}`,
    ]);
    const bad = {
      version: 2,
      takenAt: "yesterday",
      repositories: [
        {
          ...repository,
          uri: "",
          document: { rules: [] },
          deployed: [{}],
          unknown: "all",
          images: [
            {
              digest: 1,
              tags: ["a", 2],
              pushedAt: null,
              archivedAt: "x",
              storageClass: "cold",
              sizeBytes: -1,
              parents: 1,
              subject: "",
            },
          ],
        },
        { ...repository, deployed: {} },
        7,
      ],
    };
    const [first, second] = ["file.repositories[0]", "file.repositories[1]"];
    assert.deepEqual(faults(JSON.stringify(bad)), [
      noVersion,
      `file.takenAt: ${time}`,
      `${first}.uri: ${text}`,
      `${first}.document: a lifecycle policy must have at least 100 characters; this one has 12. write at least one complete rule; for a repository without a lifecycle, leave the policy out.`,
      `${first}.document.rules: a lifecycle policy must have 1 to 50 rules; this one has 0. add a rule, or leave the policy out.`,
      `${first}.images[0].digest: ${text}`,
      `${first}.images[0].tags: ${texts}`,
      `${first}.images[0].pushedAt: ${time}`,
      `${first}.images[0].archivedAt: ${time}`,
      `${first}.images[0].storageClass: a storage class must be one of standard, archive. write one of these, or leave it out.`,
      `${first}.images[0].sizeBytes: a size must be a whole number of bytes, 0 or more. write one, or leave it out.`,
      `${first}.images[0].parents: ${texts}`,
      `${first}.images[0].subject: ${text}`,
      `${first}.deployed[0].digest: ${text}`,
      `${first}.deployed[0].by: ${text}`,
      `${first}.unknown: ${texts}`,
      `${second}.images: a repository must have a list of images. write [] for none.`,
      `${second}.deployed: deployed images must be a list. write [{"digest":"sha256:…","by":"…"}].`,
      "file.repositories[2].images: a repository must have a list of images. write [] for none.",
      ...["name", "registryId", "region", "uri"].map((key) => `file.repositories[2].${key}: ${text}`),
    ]);
  });

  it("contain one line per image, and may have times as numbers and images of 0 bytes", () => {
    const images = [1, 2].map((index) => ({ digest: `sha256:${index}`, tags: [], pushedAt: now, sizeBytes: 0 }));
    const written = lifecycleSnapshotText({ version: 1, takenAt: now, repositories: [{ ...repository, images }] });
    assert.deepEqual(
      written.split("\n").map((line) => /^\{"digest":"sha256:[12]",.*\},?$/.test(line)),
      [false, false, true, true, false, false, false],
    );
    const asNumbers = written.replaceAll(JSON.stringify(now), String(now.getTime()));
    assert.deepEqual(parseLifecycleSnapshot(asNumbers, "file").repositories[0]?.images, images);
  });

  it("never fail with anything but faults, whatever the file contains", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        faults(text);
      }),
      { seed: 3, numRuns: 300 },
    );
  });
});

function revive(image: Record<string, string>) {
  const dates = ["pushedAt", "lastPulledAt", "archivedAt", "activatedAt"].filter((key) => image[key] !== undefined);
  return { ...image, ...Object.fromEntries(dates.map((key) => [key, new Date(image[key] ?? "")])) } as never;
}

describe("ecr/lifecyclePolicy: what a change expires", () => {
  const keep = (keepNewest: number) => lifecyclePolicyFromRules([{ images: "any", keepNewest }]);
  const images = [image("a", 1), image("b", 2), image("c", 3)];
  const digests = (change: ReturnType<typeof expiryChange>) => [
    change.more.map(({ digest }) => digest),
    change.fewer.map(({ digest }) => digest),
  ];

  it("returns the images that only one of the documents expires", () => {
    assert.deepEqual(digests(expiryChange(keep(2), keep(1), images, now)), [["b"], []]);
    assert.deepEqual(digests(expiryChange(keep(1), keep(2), images, now)), [[], ["b"]]);
    assert.deepEqual(digests(expiryChange(undefined, keep(2), images, now)), [["c"], []]);
    assert.deepEqual(digests(expiryChange(keep(2), undefined, images, now)), [[], ["c"]]);
    assert.deepEqual(digests(expiryChange(undefined, undefined, images, now)), [[], []]);
  });

  it("ignores archived images, and looks ahead when told to", () => {
    const archive = lifecyclePolicyFromRules([{ images: "any", archiveKeepNewest: 1 }]);
    assert.deepEqual(digests(expiryChange(undefined, archive, images, now)), [[], []]);
    const age = lifecyclePolicyFromRules([{ images: "any", expireAfterDays: 5 }]);
    assert.deepEqual(digests(expiryChange(undefined, age, images, now)), [[], []]);
    assert.deepEqual(digests(expiryChange(undefined, age, images, now, 3)), [["c", "b"], []]);
  });
});
