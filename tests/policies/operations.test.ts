import assert from "node:assert/strict";
import { deletionProtection, repositoryNamePattern, requiredTags } from "../../policies/operations";
import { resourceTypes } from "../../policies/resources";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeResource,
  type Props,
  remediateResource,
  types,
  unknownText,
} from "./harness";

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

  it("refuses a form that is no expression", async () => {
    await assert.rejects(judge("a", { pattern: "(" }), {
      name: "ParameterError",
      message:
        /policy config: ecr-repository-names\.pattern: "\(" — the form of names is a regular expression .*write one such as "team-\[a-z0-9-\]\+"\./,
    });
  });
});

describe("policies: ecr-required-tags", () => {
  const judge = (tags: unknown, config: object = {}, type = types.repository, provider?: Props) =>
    judgeResource(
      requiredTags,
      { type, props: { name: "petclinic", repositoryName: "open", tags }, ...(provider && { provider }) },
      config,
    );
  const config = { required: ["owner", "environment"], values: { environment: ["dev", "prod-*"] } };

  it("passes repositories with the tags that are asked for", async () => {
    assertPasses(await judge(undefined));
    assertPasses(await judge({ any: "tag" }, {}, publicType));
    assertPasses(await judge({ owner: "a", environment: "prod-1" }, config));
    assertPasses(
      await judge({ owner: "a" }, config, types.repository, { defaultTags: { tags: { environment: "dev" } } }),
    );
    assertPasses(
      await judge({ owner: "a" }, config, types.repository, { defaultTags: '{"tags":{"environment":"dev"}}' }),
    );
    assertPasses(await judge({ owner: unknownText, environment: "dev" }, config));
  });

  it("fails all others", async () => {
    assertFails(
      await judge({ owner: "" }, config),
      /^tags\.owner: not set in repository "petclinic"; needed are "owner", "environment"\. Write tags: \{ owner: "…" \}\.$/,
      /^tags\.environment: .*Write tags: \{ environment: "dev or prod-\*" \}/,
    );
    assertFails(
      await judge({ owner: "a", environment: "test" }, config),
      /^tags\.environment: repository "petclinic" has "test"; allowed are "dev", "prod-\*"\. Write one of these\.$/,
    );
    assertFails(
      await judge(undefined, {}, publicType),
      /^tags: public repository "open" has none; allowed are public repositories with at least one/,
    );
    assertFails(await judge({ owner: null, environment: "dev" }, config), /^tags\.owner: not set/);
    assertFails(await judge({ owner: "a" }, { values: { owner: [] } }), /has "a"; allowed are none\./);
    assertFails(
      await judge({}, {}, publicType, { defaultTags: { tags: "x" } }),
      /^tags: public repository "open" has none/,
    );
    assertFails(await judge({}, config, publicType), /tags\.owner/, /tags\.environment/);
    for (const defaultTags of [null, "{", { tags: null }, { tags: "x" }]) {
      assertFails(await judge({ owner: "a" }, config, types.repository, { defaultTags }), /tags\.environment/);
    }
  });

  it("says what is not known, and judges the rest", async () => {
    assertUnjudged(
      await judge(unknownText, config),
      /^tags of repository "petclinic" are not known yet; needed are "owner", "environment"/,
    );
    assertUnjudged(
      await judge(unknownText, {}, publicType),
      /^tags of public repository "open" are not known yet; needed are any/,
    );
    assertPasses(await judge(unknownText));
    assertUnjudged(await judge({ owner: unknownText }, { values: { owner: [] } }), /not known yet; allowed are none\./);
    assertUnjudged(await judge({ owner: "a", environment: unknownText }, config), /^tags\.environment of repository/);
    const mixed = await judge({ environment: unknownText }, config);
    assert.match(mixed.violations.join(), /^tags\.owner/);
    assert.equal(mixed.unjudged.length, 1);
  });

  it("judges the tags of the repositories that a creation template makes", async () => {
    const judgeTemplate = (props: Props, provider?: Props) =>
      judgeResource(
        requiredTags,
        { type: types.template, props: { prefix: "team", ...props }, ...(provider && { provider }) },
        config,
      );
    assertPasses(await judgeTemplate({ resourceTags: { owner: "a", environment: "dev" } }));
    assertFails(
      // The provider's default tags are not for what ECR makes.
      await judgeTemplate(
        { resourceTags: { owner: "a" }, tags: config },
        { defaultTags: { tags: { environment: "dev" } } },
      ),
      /^resourceTags\.environment: not set in creation template "team"; .*Write resourceTags: \{ environment: /,
    );
    assertFails(
      await judgeTemplate({ resourceTags: { owner: "a", environment: "test" } }),
      /^resourceTags\.environment: creation template "team" has "test"/,
    );
    assertUnjudged(
      await judgeTemplate({ resourceTags: unknownText }),
      /^resourceTags of creation template "team" are not known yet/,
    );
    const fixed = remediateResource(
      requiredTags,
      { type: types.template, props: { prefix: "team" } },
      { ...config, defaults: { owner: "team" } },
    );
    assert.deepEqual(fixed, { prefix: "team", resourceTags: { owner: "team" } });
  });

  it("remediates with the defaults of the config, and leaves what is there", () => {
    const fixed = (tags: unknown, defaults: object) =>
      remediateResource(requiredTags, { type: types.repository, props: { name: "a", tags } }, { ...config, defaults });
    assert.deepEqual(fixed({ x: "y", owner: unknownText }, { environment: "dev", owner: "b", other: "c" }), {
      name: "a",
      tags: { x: "y", owner: unknownText, environment: "dev" },
    });
    assert.deepEqual(fixed(undefined, { owner: "b" }), { name: "a", tags: { owner: "b" } });
    assert.deepEqual(fixed(null, { owner: "b" }), { name: "a", tags: { owner: "b" } });
    assert.equal(fixed({ owner: "a", environment: "dev" }, { owner: "b" }), undefined);
    assert.equal(fixed(unknownText, { owner: "b" }), undefined);
    assert.equal(fixed({}, {}), undefined);
  });
});
