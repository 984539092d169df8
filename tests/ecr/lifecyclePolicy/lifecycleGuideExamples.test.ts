import assert from "node:assert/strict";
import { lifecyclePolicyFaults } from "../../../ecr/lifecyclePolicy";
import { goes, image, policy } from "./lifecycleImages";
import { archived, days, type Json, rule, transition } from "./lifecycleRules";

/** Those of "Examples of lifecycle policies in Amazon ECR" in the ECR user guide, with the outcomes given there. */
describe("ecr/lifecyclePolicy: the user guide's examples", () => {
  const patterns = (...tagPatternList: string[]): Json => ({ tagStatus: "tagged", tagPatternList });
  const newest = (countNumber: number): Json => ({ countType: "imageCountMoreThan", countNumber });
  const pushed = (count: number) => days("sinceImagePushed", count);
  const untagged = { tagStatus: "untagged" };

  it("image age: prod* older than 14 days", () => {
    const document = policy(rule({ ...patterns("prod*"), ...pushed(14) }));
    const images = [image("old", 15, ["prod-1"]), image("young", 13, ["prod-2"]), image("other", 99, ["dev-1"])];
    assert.deepEqual(goes(document, images), ["old expire", "young expire in 1"]);
  });

  it("last pull: not pulled for 90 days goes to the archive", () => {
    const document = policy(rule(days("sinceImagePulled", 90), transition));
    const images = [
      image("pulled", 400, ["a"], { lastPulledAt: image("", 10).pushedAt }),
      image("forgotten", 400, ["b"], { lastPulledAt: image("", 91).pushedAt }),
      image("never pulled", 95),
      image("never pulled, young", 5),
    ];
    assert.deepEqual(goes(document, images), [
      "pulled archive in 80",
      "forgotten archive",
      "never pulled archive",
      "never pulled, young archive in 85",
    ]);
  });

  it("time in the archive: deleted after a year", () => {
    const document = policy(rule({ ...archived, ...days("sinceImageTransitioned", 365) }));
    const archivedFor = (count: number) => ({
      storageClass: "archive" as const,
      archivedAt: image("", count).pushedAt,
    });
    const images = [
      image("long", 900, [], archivedFor(366)),
      image("short", 900, [], archivedFor(100)),
      image("active", 900),
    ];
    assert.deepEqual(goes(document, images), ["long expire", "short expire in 265"]);
  });

  it("image count: one untagged image stays", () => {
    const document = policy(rule({ ...untagged, ...newest(1) }));
    const images = [image("old", 3), image("middle", 2), image("new", 1), image("tagged", 9, ["x"])];
    assert.deepEqual(goes(document, images), ["old expire", "middle expire"]);
  });

  const betaAndProd = [
    image("A", 10, ["beta-1", "prod-1"]),
    image("B", 9, ["beta-2", "prod-2"]),
    image("C", 8, ["beta-3"]),
  ];

  it("several rules, example A: prod first, so the second rule may not touch B", () => {
    const document = policy(rule({ ...patterns("prod*"), ...newest(1) }), rule({ ...patterns("beta*"), ...newest(1) }));
    assert.deepEqual(goes(document, betaAndProd), ["A expire"]);
  });

  it("several rules, example B: beta first, so nothing is left for the second", () => {
    const document = policy(rule({ ...patterns("beta*"), ...newest(1) }), rule({ ...patterns("prod*"), ...newest(1) }));
    assert.deepEqual(goes(document, betaAndProd), ["A expire", "B expire"]);
  });

  it("several tags in one rule, example A: an image has to match all of them", () => {
    const document = policy(rule({ ...patterns("alpha*", "beta*"), ...pushed(5) }));
    const images = [
      image("A", 12, ["alpha-1"]),
      image("B", 11, ["beta-1"]),
      image("C", 10, ["alpha-2", "beta-2"]),
      image("D", 4, ["alpha-3"]),
      image("E", 3, ["beta-3"]),
      image("F", 2, ["alpha-4", "beta-4"]),
    ];
    assert.deepEqual(goes(document, images), ["C expire", "F expire in 3"]);
  });

  it("several tags in one rule, example B: additional tags do not matter", () => {
    const document = policy(rule({ ...patterns("alpha*", "beta*"), ...newest(1) }));
    const images = [
      image("A", 10, ["alpha-1", "beta-1", "gamma-1"]),
      image("B", 9, ["alpha-2", "beta-2"]),
      image("C", 8, ["alpha-3", "beta-3", "gamma-2"]),
    ];
    assert.deepEqual(goes(document, images), ["A expire", "B expire"]);
  });

  it("all images, example A: one stays", () => {
    const document = policy(rule(newest(1)));
    const images = [image("A", 4, ["alpha-1"]), image("B", 3, ["beta-1"]), image("C", 2), image("D", 1, ["alpha-2"])];
    assert.deepEqual(goes(document, images), ["A expire", "B expire", "C expire"]);
  });

  it("all images, example B: the last rule counts images of the first two, but may not mark them", () => {
    const document = policy(
      rule({ ...patterns("alpha*"), ...newest(1) }),
      rule({ ...untagged, ...pushed(1) }),
      rule(newest(1)),
    );
    const images = [
      image("A", 4, ["alpha-1", "beta-1"]),
      image("B", 3),
      image("C", 2, ["alpha-2"]),
      image("D", 1, ["git-hash"]),
      // The newest of all images, slightly younger than one day.
      image("E", 0.99),
    ];
    assert.deepEqual(
      goes(document, images).filter((each) => !each.includes(" in ")),
      ["A expire", "B expire", "D expire"],
    );
  });

  it("archive: prod* older than 30 days", () => {
    const document = policy(rule({ ...patterns("prod*"), ...pushed(30) }, transition));
    assert.deepEqual(goes(document, [image("old", 31, ["prod-1"]), image("other", 31, ["dev-1"])]), ["old archive"]);
  });

  it("archive after 30 days, delete after 365 days in the archive", () => {
    const document = policy(
      rule(pushed(30), transition),
      rule({ ...archived, ...days("sinceImageTransitioned", 365) }),
    );
    assert.deepEqual(lifecyclePolicyFaults(document, ""), []);
    const images = [
      image("old", 31),
      image("young", 29),
      image("archived", 500, ["v1"], { storageClass: "archive", archivedAt: image("", 366).pushedAt }),
    ];
    assert.deepEqual(goes(document, images), ["old archive", "young archive in 1", "archived expire"]);
  });
});
