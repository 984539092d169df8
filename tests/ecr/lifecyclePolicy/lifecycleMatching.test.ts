import assert from "node:assert/strict";
import { type LifecycleRule, ruleMatches } from "../../../ecr/lifecyclePolicy";
import { archived, type Json, rule, tagged, untagged } from "./lifecycleRules";

const matches = (selection: Json, tags: string[], storageClass?: "standard" | "archive") =>
  ruleMatches(rule(selection) as unknown as LifecycleRule, {
    digest: "sha256:1",
    tags,
    pushedAt: new Date(0),
    ...(storageClass && { storageClass }),
  });

describe("ecr/lifecyclePolicy: which images a rule matches", () => {
  it("`any` matches tagged and untagged images", () => {
    assert.equal(matches({}, []), true);
    assert.equal(matches({}, ["v1"]), true);
  });

  it("`untagged` matches images with no tag at all", () => {
    assert.equal(matches(untagged, []), true);
    assert.equal(matches(untagged, ["latest"]), false);
  });

  it("`tagged` never matches an untagged image", () => {
    assert.equal(matches({ ...tagged, tagPatternList: ["*"] }, []), false);
    assert.equal(matches({ ...tagged, tagPatternList: ["*"] }, ["x"]), true);
  });

  it("a prefix matches the beginning of a tag, a pattern the whole tag", () => {
    const prefixes = (...tagPrefixList: string[]) => ({ tagStatus: "tagged", tagPrefixList });
    assert.equal(matches(prefixes("v"), ["v1"]), true);
    assert.equal(matches(prefixes("v"), ["rev1"]), false);
    assert.equal(matches({ tagStatus: "tagged", tagPatternList: ["v"] }, ["v1"]), false);
    assert.equal(matches({ tagStatus: "tagged", tagPatternList: ["*-rc*"] }, ["v1-rc2"]), true);
  });

  it("entries of a list are combined with AND, and different tags may match them", () => {
    const prefixes = { tagStatus: "tagged", tagPrefixList: ["src-", "v"] };
    assert.equal(matches(prefixes, ["src-1"]), false);
    assert.equal(matches(prefixes, ["v1"]), false);
    assert.equal(matches(prefixes, ["v1", "src-1"]), true);
    const patterns = { tagStatus: "tagged", tagPatternList: ["*alpha*", "*beta*"] };
    assert.equal(matches(patterns, ["alpha-1"]), false);
    assert.equal(matches(patterns, ["alpha-1", "x-beta"]), true);
    assert.equal(matches(patterns, ["alpha-beta"]), true);
  });

  it("a rule applies to one storage class, standard by default", () => {
    assert.equal(matches({}, [], "archive"), false);
    assert.equal(matches({ storageClass: "standard" }, []), true);
    assert.equal(matches(archived, [], "archive"), true);
    assert.equal(matches(archived, [], "standard"), false);
    assert.equal(matches(archived, []), false);
  });
});
