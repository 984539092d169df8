import assert from "node:assert/strict";
import { repositoryNamePattern } from "../../../policies/operations/repositoryNames";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import { assertFails, assertPasses, assertUnjudged, judgeResource, types, unknownText } from "../harness";

const publicType = resourceTypes.publicRepository;

describe("policies: ecr-repository-names", () => {
  const judge = (name: unknown, config: object = {}, type = types.repository) =>
    judgeResource(
      repositoryNamePattern,
      { type, props: { [type === publicType ? "repositoryName" : "name"]: name } },
      config,
    );

  it("passes names that match the pattern, and those that the provider generates", async () => {
    assertPasses(await judge("team/petclinic"));
    assertPasses(await judge("team-petclinic", { pattern: "team-[a-z]+" }));
    assertPasses(await judge(undefined, { pattern: "team-[a-z]+" }));
    assertPasses(await judge("open", {}, publicType));
  });

  it("fails all others, and what ECR refuses", async () => {
    assertFails(
      await judge("petclinic", { pattern: "team-[a-z]+" }),
      /^name: repository "petclinic" does not follow the pattern for names\. Must match team-\[a-z\]\+\. Write such a name\.$/,
    );
    assertFails(await judge("team-a-1", { pattern: "team-[a-z]" }), /does not follow the pattern/);
    assertFails(await judge("a|b", { pattern: "a|b" }), /only a-z/);
    assertFails(
      await judge("Petclinic"),
      /^name: found "Petclinic"\. Letters in a private repository's name must be lower-case/,
    );
    assertFails(await judge("a__b", {}, publicType), /^repositoryName: found "a__b"/);
    assertPasses(await judge("a__b"));
    assertFails(await judge("ab", { pattern: "ac" }, publicType), /^repositoryName: public repository "ab"/);
    assertFails(await judge("ab", { pattern: "xx|b" }), /does not follow the pattern/);
  });

  it("reports an unknown name", async () => {
    assertUnjudged(await judge(unknownText), /^name of repository "petclinic" is not known yet\. Must match /);
  });

  it("matches any expression in time that depends only on the name's length", async () => {
    // A backtracking engine would need longer for each of these than the age of the universe.
    const name = "a".repeat(250);
    for (const pattern of ["([a-z0-9]+[._/-]?)+!", "(a*)*!", "(a|a)*!", "(a|aa)+!", "([a-z]+)*[0-9]"]) {
      assertFails(await judge(name, { pattern }), /does not follow the pattern/);
      assertPasses(await judge(name, { pattern: pattern.replace(/!$|\[0-9\]$/, "") }));
    }
    assertPasses(await judge(name, { pattern: "^([a-z0-9]+[._/-]?)+$" }));
  });

  it("refuses an expression that is not regular, or too large for an automaton", async () => {
    for (const pattern of ["(?=a)a", "(?<!b)a", "\\ba", "(a*)\\1", "a{200000}", "(a|b)*a(a|b){30}"]) {
      await assert.rejects(judge("a", { pattern }), {
        name: "ParameterError",
        message:
          /ecr-repository-names\.pattern: .*regular expression without look-arounds, word boundaries and back references \(/,
      });
    }
  });

  it("refuses a pattern that is not a regular expression", async () => {
    await assert.rejects(judge("a", { pattern: "(" }), {
      name: "ParameterError",
      message:
        /policy config: ecr-repository-names\.pattern: found "\("\. A pattern is a regular expression .*[Ww]rite one such as "team-\[a-z0-9-\]\+"\./,
    });
  });
});
