import assert from "node:assert/strict";
import { deletionProtection, repositoryNamePattern } from "../../policies/operations";
import { resourceTypes } from "../../policies/resources";
import { assertFails, assertPasses, assertUnjudged, judgeResource, type Props, types, unknownText } from "./harness";

const publicType = resourceTypes.publicRepository;

describe("policies: ecr-deletion-protection", () => {
  const judge = (props: Props, config: object = {}, type = types.repository, protect = false) =>
    judgeResource(
      deletionProtection,
      { type, props: { name: "petclinic", repositoryName: "open", ...props }, protect },
      config,
    );

  it("passes repositories that go only when they are empty, and those that are allowed otherwise", async () => {
    for (const props of [{}, { forceDelete: false }, { forceDelete: undefined }]) assertPasses(await judge(props));
    assertPasses(await judge({ forceDelete: true }, { allowForceDelete: ["pet*"] }));
    assertPasses(await judge({ forceDelete: true }, {}, publicType));
    assertPasses(await judge({}, { requireProtect: true }, types.repository, true));
  });

  it("fails all others", async () => {
    assertFails(
      await judge({ forceDelete: true }),
      /^forceDelete: repository "petclinic" is deleted with all its images; allowed is that only for none\. Write forceDelete: false\.$/,
    );
    assertFails(await judge({ forceDelete: true }, { allowForceDelete: ["x"] }), /only for "x"\./);
    assertFails(await judge({ forceDestroy: true }, {}, publicType), /^forceDestroy: public repository "open"/);
    assertFails(
      await judge({}, { requireProtect: true }),
      /^protect: repository "petclinic" is not protected.*Write the resource option \{ protect: true \}\.$/,
    );
    assertFails(await judge({ forceDelete: true }, { requireProtect: true }), /^forceDelete/, /^protect/);
  });

  it("says what is not known", async () => {
    assertUnjudged(
      await judge({ forceDelete: unknownText }),
      /^forceDelete of repository "petclinic" is not known yet/,
    );
    assertPasses(await judge({ forceDelete: unknownText }, { allowForceDelete: ["petclinic"] }));
    assertUnjudged(
      await judge({ forceDelete: true, name: unknownText }, { allowForceDelete: ["x"] }),
      /Its name, which may allow that, is not known yet/,
    );
    assertFails(await judge({ forceDelete: true, name: unknownText }), /^forceDelete/);
  });
});

describe("policies: ecr-repository-names", () => {
  const judge = (name: unknown, config: object = {}, type = types.repository) =>
    judgeResource(
      repositoryNamePattern,
      { type, props: { [type === publicType ? "repositoryName" : "name"]: name } },
      config,
    );

  it("passes names of the form, and those that the provider makes", async () => {
    assertPasses(await judge("team/petclinic"));
    assertPasses(await judge("team-petclinic", { pattern: "team-[a-z]+" }));
    assertPasses(await judge(undefined, { pattern: "team-[a-z]+" }));
    assertPasses(await judge("open", {}, publicType));
  });

  it("fails all others, and what ECR refuses", async () => {
    assertFails(
      await judge("petclinic", { pattern: "team-[a-z]+" }),
      /^name: repository "petclinic" has a name of another form; allowed are names like team-\[a-z\]\+\. Write a name of this form\.$/,
    );
    assertFails(await judge("team-a-1", { pattern: "team-[a-z]" }), /another form/);
    assertFails(await judge("a|b", { pattern: "a|b" }), /only a-z/);
    assertFails(await judge("Petclinic"), /^name: "Petclinic" — letters in a private repository's name are lower-case/);
    assertFails(await judge("a__b", {}, publicType), /^repositoryName: "a__b"/);
    assertPasses(await judge("a__b"));
    assertFails(await judge("ab", { pattern: "ac" }, publicType), /^repositoryName: public repository "ab"/);
    assertFails(await judge("ab", { pattern: "xx|b" }), /another form/);
  });

  it("says that a name is not known", async () => {
    assertUnjudged(
      await judge(unknownText),
      /^name of repository "petclinic" is not known yet; allowed are names like/,
    );
  });

  it("judges by any expression in a time that the name's length alone decides", async () => {
    // Each takes an engine that tries one way after another longer than the world has been there.
    const name = "a".repeat(250);
    for (const pattern of ["([a-z0-9]+[._/-]?)+!", "(a*)*!", "(a|a)*!", "(a|aa)+!", "([a-z]+)*[0-9]"]) {
      assertFails(await judge(name, { pattern }), /another form/);
      assertPasses(await judge(name, { pattern: pattern.replace(/!$|\[0-9\]$/, "") }));
    }
    assertPasses(await judge(name, { pattern: "^([a-z0-9]+[._/-]?)+$" }));
  });

  it("refuses an expression that an automaton cannot be, and one that is too large for one", async () => {
    for (const pattern of ["(?=a)a", "(?<!b)a", "\\ba", "(a*)\\1", "a{200000}", "(a|b)*a(a|b){30}"]) {
      await assert.rejects(judge("a", { pattern }), {
        name: "ParameterError",
        message:
          /ecr-repository-names\.pattern: .*regular expression without look-arounds, word boundaries and back references \(/,
      });
    }
  });

  it("refuses a form that is no expression", async () => {
    await assert.rejects(judge("a", { pattern: "(" }), {
      name: "ParameterError",
      message:
        /policy config: ecr-repository-names\.pattern: "\(" — the form of names is a regular expression .*write one such as "team-\[a-z0-9-\]\+"\./,
    });
  });
});
