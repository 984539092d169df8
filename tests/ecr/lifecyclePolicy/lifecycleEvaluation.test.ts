import assert from "node:assert/strict";
import {
  evaluateLifecycle,
  lifecyclePolicyFromRules,
  lifecycleTimeline,
  protectTags,
} from "../../../ecr/lifecyclePolicy";
import { daysAgo, goes, image, inDays, now, policy } from "./lifecycleImages";
import { archived, days, type Json, rule, tagged, transition, untagged } from "./lifecycleRules";

const keep = (countNumber: number) => ({ countType: "imageCountMoreThan", countNumber });
const week = days("sinceImagePushed", 7);

describe("ecr/lifecyclePolicy: evaluation", () => {
  it("reports the owner, action, time and reason of each image", () => {
    const document = policy(rule({ ...untagged, ...week }), rule({ ...tagged, ...keep(1) }));
    const images = [
      image("new", 1, ["v3"]),
      image("old", 2, ["v2"]),
      image("loose", 3),
      image("overdue", 9),
      image("foreign", 99, ["x"]),
    ];
    assert.deepEqual(evaluateLifecycle(document, images, now), [
      { digest: "new", rule: 2, action: "keep", reason: "newest" },
      { digest: "old", rule: 2, action: "expire", at: now, reason: "count" },
      { digest: "loose", rule: 1, action: "expire", at: inDays(4), reason: "age" },
      { digest: "overdue", rule: 1, action: "expire", at: now, reason: "age" },
      { digest: "foreign", action: "keep", reason: "noRule" },
    ]);
    assert.deepEqual(evaluateLifecycle(document, [], now), []);
  });

  it("has no limit on the images that expire on one day", () => {
    const images = Array.from({ length: 150_000 }, (_, index) => image(String(index), 9));
    assert.equal(lifecycleTimeline(policy(rule(week)), images, now, 0).events.length, images.length);
  }).timeout(120_000);

  it("follows priorities, with gaps and in any order of the list", () => {
    const document = {
      rules: [
        { ...policy(rule(keep(1))).rules[0], rulePriority: 900 },
        { ...policy(rule({ ...tagged, ...keep(5) })).rules[0], rulePriority: 7 },
      ],
    } as ReturnType<typeof policy>;
    const outcomes = evaluateLifecycle(document, [image("a", 2, ["v1"]), image("b", 3)], now);
    assert.deepEqual(outcomes, [
      { digest: "a", rule: 7, action: "keep", reason: "newest" },
      { digest: "b", rule: 900, action: "expire", at: now, reason: "count" },
    ]);
  });

  it("counts from the return from the archive, or from a later pull for rules on pulls", () => {
    const back = { activatedAt: daysAgo(3), lastPulledAt: daysAgo(80) };
    assert.deepEqual(goes(policy(rule(week)), [image("back", 99, [], back)]), ["back expire in 4"]);
    assert.deepEqual(goes(policy(rule(keep(1))), [image("back", 99, [], back), image("younger", 4)]), [
      "younger expire",
    ]);
    const unpulled = policy(rule(days("sinceImagePulled", 10), transition));
    assert.deepEqual(
      goes(unpulled, [
        image("back", 99, [], back),
        image("back and pulled", 99, [], { ...back, lastPulledAt: daysAgo(1) }),
        image("never pulled", 2),
        image("pulled", 99, [], { lastPulledAt: daysAgo(6) }),
      ]),
      ["back archive in 7", "back and pulled archive in 9", "never pulled archive in 8", "pulled archive in 4"],
    );
  });

  it("never deletes from the archive before 90 days, counted from now when the time of archiving is unknown", () => {
    const document = policy(rule({ ...archived, countNumber: 1 }));
    const inArchive = (digest: string, archivedAt?: Date) =>
      image(digest, 999, [], { storageClass: "archive", archivedAt });
    assert.deepEqual(goes(document, [inArchive("a", daysAgo(60)), inArchive("b", daysAgo(90)), inArchive("c")]), [
      "a expire in 30",
      "b expire",
      "c expire in 90",
    ]);
  });

  it("orders images of the same moment the same way in any order of the list", () => {
    const images = ["a", "b", "c"].map((digest) => image(digest, 5));
    const document = policy(rule(keep(1)));
    assert.deepEqual(goes(document, images).sort(), goes(document, [...images].reverse()).sort());
    assert.equal(goes(document, images).length, 2);
  });

  describe("indexes", () => {
    const document = policy(rule({ ...untagged, ...week }), rule({ ...tagged, ...days("sinceImagePushed", 30) }));

    it("keep their images until the last of them expires", () => {
      const images = [
        image("first", 10, ["v1"]),
        image("second", 15, ["v2"]),
        image("child", 20, [], { parents: ["first", "second"] }),
      ];
      assert.deepEqual(evaluateLifecycle(document, images, now)[2], {
        digest: "child",
        rule: 1,
        action: "expire",
        at: inDays(20),
        reason: "index",
        decidedBy: "first",
      });
    });

    it("have no effect on an image that stays anyway or expires at the same time", () => {
      const newest = policy(rule(keep(10)));
      const images = [image("index", 3, ["v1"]), image("child", 3, [], { parents: ["index"] })];
      assert.deepEqual(evaluateLifecycle(newest, images, now)[1], {
        digest: "child",
        rule: 1,
        action: "keep",
        reason: "newest",
      });
      assert.deepEqual(evaluateLifecycle(policy(rule(week)), images, now)[1], {
        digest: "child",
        rule: 1,
        action: "expire",
        at: inDays(4),
        reason: "age",
      });
    });

    it("that are kept for good keep their images for good", () => {
      const images = [image("index", 10, ["latest"]), image("child", 10, [], { parents: ["index", "gone"] })];
      assert.deepEqual(evaluateLifecycle(document, images, now)[1], {
        digest: "child",
        rule: 1,
        action: "keep",
        reason: "index",
        decidedBy: "index",
      });
    });

    it("that expire now take their images along in the same run, nested indexes too, in any order of the list", () => {
      const images = [
        image("grandchild", 40, [], { parents: ["inner"] }),
        image("inner", 40, [], { parents: ["outer"] }),
        image("outer", 40, ["v1"]),
      ];
      assert.deepEqual(goes(document, images), ["grandchild expire", "inner expire", "outer expire"]);
      const stays = [...images.slice(0, 2), image("outer", 40, ["latest"])];
      assert.deepEqual(goes(document, stays), []);
    });

    it("do not delay images that are due later anyway", () => {
      const images = [image("index", 29, ["v2"]), image("child", 1, [], { parents: ["index"] })];
      assert.deepEqual(goes(document, images), ["index expire in 1", "child expire in 6"]);
    });

    it("that are archived, or due to be, let their images be archived but not deleted", () => {
      const child = image("child", 9, [], { parents: ["index"] });
      const inArchive = image("index", 99, ["v1"], { storageClass: "archive", archivedAt: daysAgo(3) });
      const onTheWay = image("index", 29, ["v1"]);
      const archiving = (action: Json) =>
        policy(
          rule({ ...untagged, ...week }, action),
          rule({ ...tagged, ...days("sinceImagePushed", 30) }, transition),
        );
      assert.deepEqual(goes(archiving({}), [inArchive, child]), []);
      assert.deepEqual(goes(archiving({}), [onTheWay, child]), ["index archive in 1"]);
      assert.deepEqual(goes(archiving(transition), [inArchive, child]), ["child archive"]);
      assert.deepEqual(goes(archiving(transition), [onTheWay, child]), ["index archive in 1", "child archive in 1"]);
    });

    it("and their images both count in a count rule", () => {
      const images = [
        image("index 2", 1, ["v2"]),
        image("child 2", 2, [], { parents: ["index 2"] }),
        image("index 1", 3, ["v1"]),
        image("child 1", 4, [], { parents: ["index 1"] }),
      ];
      assert.deepEqual(goes(policy(rule(keep(3))), images), []);
      assert.deepEqual(goes(policy(rule(keep(1))), images), ["index 1 expire", "child 1 expire"]);
    });
  });

  describe("reference artifacts", () => {
    const signature = (subject: string, more = {}) => image("signature", 50, [], { subject, ...more });

    it("are not matched or counted by rules while their subject exists, and expire with it", () => {
      const document = policy(rule({ ...untagged, ...week }), rule(keep(1)));
      assert.deepEqual(
        evaluateLifecycle(
          document,
          [
            image("new", 1, ["b"]),
            image("old", 2, ["a"]),
            signature("old"),
            image("sbom", 0.5, [], { subject: "new" }),
          ],
          now,
        ),
        [
          { digest: "new", rule: 2, action: "keep", reason: "newest" },
          { digest: "old", rule: 2, action: "expire", at: now, reason: "count" },
          { digest: "signature", rule: 2, action: "expire", at: now, reason: "subject", decidedBy: "old" },
          { digest: "sbom", rule: 2, action: "keep", reason: "subject", decidedBy: "new" },
        ],
      );
    });

    it("are archived with their subject, at once if it is archived already, and leave the archive with it", () => {
      const document = policy(
        rule({ ...tagged, ...days("sinceImagePushed", 30) }, transition),
        rule({ ...archived, ...days("sinceImageTransitioned", 100) }),
      );
      assert.deepEqual(goes(document, [image("young", 10, ["v1"]), signature("young")]), [
        "young archive in 20",
        "signature archive in 20",
      ]);
      const inArchive = { storageClass: "archive" as const, archivedAt: daysAgo(10) };
      const old = image("old", 99, ["v1"], inArchive);
      assert.deepEqual(goes(document, [old, signature("old")]), ["old expire in 90", "signature archive"]);
      assert.deepEqual(goes(document, [old, signature("old", inArchive)]), [
        "old expire in 90",
        "signature expire in 90",
      ]);
      assert.deepEqual(goes(document, [image("young", 10, ["v1"]), signature("young", inArchive)]), [
        "young archive in 20",
      ]);
    });

    it("are due now if their subject was deleted, whatever the rules for images and their own tags", () => {
      const document = policy(rule({ ...untagged, ...days("sinceImagePushed", 365) }), rule(keep(1)));
      const images = [
        image("kept", 9, ["v1"]),
        signature("gone"),
        image("second", 1, ["sig"], { subject: "signature" }),
      ];
      assert.deepEqual(evaluateLifecycle(document, images, now), [
        { digest: "kept", rule: 2, action: "keep", reason: "newest" },
        { digest: "signature", action: "expire", at: now, reason: "subject", decidedBy: "gone" },
        { digest: "second", action: "expire", at: now, reason: "subject", decidedBy: "signature" },
      ]);
    });

    it("whose subject is themselves are ordinary images; a signature of a signature follows the chain", () => {
      const document = policy(rule({ ...untagged, ...week }));
      assert.deepEqual(goes(document, [signature("signature")]), ["signature expire"]);
      const chain = [image("second", 1, [], { subject: "first" }), image("first", 1, [], { subject: "image" })];
      assert.deepEqual(goes(document, [...chain, image("image", 8)]), [
        "second expire",
        "first expire",
        "image expire",
      ]);
    });

    it("that are also listed in an index wait for the index", () => {
      const document = policy(rule({ ...untagged, ...week }));
      const images = [image("image", 8), signature("image", { parents: ["index"] }), image("index", 1, ["v1"])];
      assert.deepEqual(goes(document, images), ["image expire"]);
    });
  });

  it("terminates when images are each other's parents", () => {
    const images = [image("a", 9, [], { parents: ["b"] }), image("b", 9, [], { parents: ["a"] })];
    assert.equal(evaluateLifecycle(policy(rule(week)), images, now).length, 2);
  });

  it("keeps images that a protected tag owns, even with a content tag as well", () => {
    const document = protectTags(lifecyclePolicyFromRules([{ images: { tagPrefixes: ["src-"] }, keepNewest: 1 }]), [
      "v*",
    ]);
    const images = [image("c", 1, ["src-3"]), image("b", 2, ["src-2"]), image("a", 3, ["src-1", "v1"])];
    assert.deepEqual(goes(document, images), ["b expire"]);
  });
});

describe("ecr/lifecyclePolicy: timeline", () => {
  it("follows an image into and out of the archive, and lists the remaining images", () => {
    const document = lifecyclePolicyFromRules([
      { images: "any", archiveAfterDays: 30 },
      { images: "any", expireAfterDaysArchived: 90 },
    ]);
    const { events, left } = lifecycleTimeline(document, [image("a", 28.5), image("b", 0)], now, 100);
    assert.deepEqual(
      events.map(({ digest, action, at }) => [digest, action, at]),
      [
        ["a", "archive", inDays(1.5)],
        ["b", "archive", inDays(30)],
        ["a", "expire", inDays(91.5)],
      ],
    );
    assert.deepEqual(
      left.map(({ digest, action, at }) => [digest, action, at]),
      [["b", "expire", inDays(120)]],
    );
  });

  it("orders the events of one run by due time", () => {
    const document = policy(rule(week));
    const images = [image("later", 6.2), image("earlier", 6.7)];
    assert.deepEqual(
      lifecycleTimeline(document, images, now, 2).events.map(({ digest, at }) => [digest, at]),
      [
        ["earlier", inDays(0.3)],
        ["later", inDays(0.8)],
      ],
    );
  });

  it("keeps an image that becomes one of the newest before its index expires", () => {
    const document = policy(
      rule({ tagStatus: "tagged", tagPatternList: ["short"], ...days("sinceImagePushed", 5) }),
      rule({ tagStatus: "tagged", tagPatternList: ["long"], ...days("sinceImagePushed", 20) }),
      rule(keep(1)),
    );
    const images = [
      image("newest", 1, ["short"]),
      image("child", 2, [], { parents: ["index"] }),
      image("index", 3, ["long"]),
    ];
    assert.deepEqual(goes(document, images), ["newest expire in 4", "child expire in 17", "index expire in 17"]);
    const { events, left } = lifecycleTimeline(document, images, now, 90);
    assert.deepEqual(
      events.map(({ digest }) => digest),
      ["newest", "index"],
    );
    assert.deepEqual(left, [{ digest: "child", rule: 3, action: "keep", reason: "newest" }]);
  });

  it("covers the given horizon: one run at 0 days, the last one at the horizon", () => {
    const document = policy(rule(week));
    const images = [image("today", 8), image("on the day", 4), image("after", 3.9)];
    const digests = (horizon: number) => lifecycleTimeline(document, images, now, horizon).events.map((e) => e.digest);
    assert.deepEqual(digests(0), ["today"]);
    assert.deepEqual(digests(2), ["today"]);
    assert.deepEqual(digests(3), ["today", "on the day"]);
    assert.deepEqual(digests(4), ["today", "on the day", "after"]);
  });
});
