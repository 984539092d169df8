import assert from "node:assert/strict";
import fc from "fast-check";
import { InvalidInputError } from "../../ecr/faults";
import {
  expiryChange,
  type LifecycleSnapshot,
  lifecyclePolicyFromRules,
  lifecycleSnapshotText,
  parseLifecycleSnapshot,
} from "../../ecr/lifecyclePolicy";
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

/** Paths and values of the faults of a text. */
function faults(text: string): [path: string, value: unknown][] {
  try {
    parseLifecycleSnapshot(text, "file");
  } catch (error) {
    assert.ok(error instanceof InvalidInputError);
    return error.faults.map(({ path, value }) => [path, value]);
  }
  return [];
}

describe("ecr/lifecyclePolicy: snapshots", () => {
  it("come back from their text as they were", () => {
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

  it("take a file written by hand with digests, tags and push times only", () => {
    const { images } = parseLifecycleSnapshot(
      `{"version":1,"takenAt":"2026-06-01","repositories":[{"name":"a","registryId":"1","region":"r","uri":"u","images":[{"digest":"sha256:1","pushedAt":"2026-05-01T00:00:00Z","sizeBytes":5}]}]}`,
      "file",
    ).repositories[0] ?? { images: [] };
    assert.deepEqual(images, [{ digest: "sha256:1", tags: [], pushedAt: new Date("2026-05-01"), sizeBytes: 5 }]);
  });

  it("say everything that is wrong with a file at once, with paths", () => {
    assert.deepEqual(faults("no json"), [["file", "no json"]]);
    assert.deepEqual(faults("[]"), [
      ["file.version", undefined],
      ["file.repositories", undefined],
      ["file.takenAt", undefined],
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
    assert.deepEqual(
      faults(JSON.stringify(bad)).map(([path]) => path),
      [
        "file.version",
        "file.takenAt",
        "file.repositories[0].uri",
        "file.repositories[0].document",
        "file.repositories[0].document.rules",
        "file.repositories[0].images[0].digest",
        "file.repositories[0].images[0].tags",
        "file.repositories[0].images[0].pushedAt",
        "file.repositories[0].images[0].archivedAt",
        "file.repositories[0].images[0].storageClass",
        "file.repositories[0].images[0].sizeBytes",
        "file.repositories[0].images[0].parents",
        "file.repositories[0].images[0].subject",
        "file.repositories[0].deployed[0].digest",
        "file.repositories[0].deployed[0].by",
        "file.repositories[0].unknown",
        "file.repositories[1].images",
        "file.repositories[1].deployed",
        "file.repositories[2].images",
        "file.repositories[2].name",
        "file.repositories[2].registryId",
        "file.repositories[2].region",
        "file.repositories[2].uri",
      ],
    );
  });

  it("never fail with anything but faults, whatever the file says", () => {
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

  it("names what one document expires and the other does not", () => {
    assert.deepEqual(digests(expiryChange(keep(2), keep(1), images, now)), [["b"], []]);
    assert.deepEqual(digests(expiryChange(keep(1), keep(2), images, now)), [[], ["b"]]);
    assert.deepEqual(digests(expiryChange(undefined, keep(2), images, now)), [["c"], []]);
    assert.deepEqual(digests(expiryChange(keep(2), undefined, images, now)), [[], ["c"]]);
    assert.deepEqual(digests(expiryChange(undefined, undefined, images, now)), [[], []]);
  });

  it("does not count what is archived, and looks ahead when told", () => {
    const archive = lifecyclePolicyFromRules([{ images: "any", archiveKeepNewest: 1 }]);
    assert.deepEqual(digests(expiryChange(undefined, archive, images, now)), [[], []]);
    const age = lifecyclePolicyFromRules([{ images: "any", expireAfterDays: 5 }]);
    assert.deepEqual(digests(expiryChange(undefined, age, images, now)), [[], []]);
    assert.deepEqual(digests(expiryChange(undefined, age, images, now, 3)), [["c", "b"], []]);
  });
});
