import assert from "node:assert/strict";
import { requiredTags } from "../../../policies/operations/requiredTags";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeResource,
  type Props,
  remediateResource,
  types,
  unknownText,
} from "../harness";

const publicType = resourceTypes.publicRepository;

describe("policies: ecr-required-tags", () => {
  const judge = (tags: unknown, config: object = {}, type = types.repository, provider?: Props) =>
    judgeResource(
      requiredTags,
      { type, props: { name: "petclinic", repositoryName: "open", tags }, ...(provider && { provider }) },
      config,
    );
  const config = { required: ["owner", "environment"], values: { environment: ["dev", "prod-*"] } };

  it("passes repositories with the required tags", async () => {
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
      /^tags\.owner: not set in repository "petclinic"\. Must have "owner", "environment"\. Write tags: \{ owner: "…" \}\.$/,
      /^tags\.environment: .*Write tags: \{ environment: "dev or prod-\*" \}/,
    );
    assertFails(
      await judge({ owner: "a", environment: "test" }, config),
      /^tags\.environment: repository "petclinic" has a value that is not allowed\. Allowed: "dev", "prod-\*"\. Use one of these\.$/,
    );
    assertFails(
      await judge(undefined, {}, publicType),
      /^tags: public repository "open" has no tags\. Must have at least one/,
    );
    assertFails(await judge({ owner: null, environment: "dev" }, config), /^tags\.owner: not set/);
    assertFails(
      await judge({ owner: "a" }, { values: { owner: [] } }),
      /has a value that is not allowed\. Allowed: none\./,
    );
    assertFails(
      await judge({}, {}, publicType, { defaultTags: { tags: "x" } }),
      /^tags: public repository "open" has no tags/,
    );
    assertFails(await judge({}, config, publicType), /tags\.owner/, /tags\.environment/);
    for (const defaultTags of [null, "{", { tags: null }, { tags: "x" }]) {
      assertFails(await judge({ owner: "a" }, config, types.repository, { defaultTags }), /tags\.environment/);
    }
  });

  it("reports unknown values, and checks the rest", async () => {
    assertUnjudged(
      await judge(unknownText, config),
      /^tags of repository "petclinic" are not known yet\. Must have "owner", "environment"/,
    );
    assertUnjudged(
      await judge(unknownText, {}, publicType),
      /^tags of public repository "open" are not known yet\. Must have at least one/,
    );
    assertPasses(await judge(unknownText));
    assertUnjudged(await judge({ owner: unknownText }, { values: { owner: [] } }), /not known yet\. Allowed: none\./);
    assertUnjudged(await judge({ owner: "a", environment: unknownText }, config), /^tags\.environment of repository/);
    const mixed = await judge({ environment: unknownText }, config);
    assert.match(mixed.violations.join(), /^tags\.owner/);
    assert.equal(mixed.unjudged.length, 1);
  });

  it("checks the tags of the repositories that ECR creates from a template", async () => {
    const judgeTemplate = (props: Props, provider?: Props) =>
      judgeResource(
        requiredTags,
        { type: types.template, props: { prefix: "team", ...props }, ...(provider && { provider }) },
        config,
      );
    assertPasses(await judgeTemplate({ resourceTags: { owner: "a", environment: "dev" } }));
    assertFails(
      // The provider's default tags do not apply to repositories that ECR creates.
      await judgeTemplate(
        { resourceTags: { owner: "a" }, tags: config },
        { defaultTags: { tags: { environment: "dev" } } },
      ),
      /^resourceTags\.environment: not set in creation template "team"\. .*Write resourceTags: \{ environment: /,
    );
    assertFails(
      await judgeTemplate({ resourceTags: { owner: "a", environment: "test" } }),
      /^resourceTags\.environment: creation template "team" has a value that is not allowed\. Allowed/,
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

  it("remediates with the defaults of the config, and keeps existing tags", () => {
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

  it("also writes the tags that Check has merged for AWS", () => {
    const fixed = (props: Props) =>
      remediateResource(
        requiredTags,
        { type: types.repository, props },
        { required: ["owner"], defaults: { owner: "b" } },
      );
    assert.deepEqual(fixed({ tagsAll: {} }), { tags: { owner: "b" }, tagsAll: { owner: "b" } });
    assert.deepEqual(fixed({ tags: { x: "y" }, tagsAll: { x: "y", z: unknownText } }), {
      tags: { x: "y", owner: "b" },
      tagsAll: { x: "y", z: unknownText, owner: "b" },
    });
    // In a preview, one unknown tag makes tagsAll unknown as a whole, and the preview continues.
    assert.deepEqual(fixed({ tags: { x: unknownText }, tagsAll: unknownText }), {
      tags: { x: unknownText, owner: "b" },
      tagsAll: unknownText,
    });
  });

  it("does not add tags that the provider ignores, which would be a change in every update", async () => {
    const fixed = (ignoreTags: unknown, props: Props = { tags: {}, tagsAll: {} }, type = types.repository) =>
      remediateResource(
        requiredTags,
        { type, props, provider: { ignoreTags } },
        { required: ["owner", "cost"], defaults: { owner: "b", cost: "c" } },
      );
    for (const ignoreTags of [{ keys: ["owner"] }, JSON.stringify({ keyPrefixes: ["own"] })]) {
      assert.deepEqual(fixed(ignoreTags), { tags: { cost: "c" }, tagsAll: { cost: "c" } });
    }
    assert.equal(fixed(unknownText), undefined);
    assert.equal(fixed({ keys: ["owner", "cost"] }), undefined);
    // The provider does not read repositories that ECR creates from a template.
    assert.deepEqual(fixed({ keys: ["owner"] }, { prefix: "a" }, types.template), {
      prefix: "a",
      resourceTags: { owner: "b", cost: "c" },
    });
    assertFails(
      await judge({}, { required: ["owner"] }, types.repository, { ignoreTags: { keys: ["owner"] } }),
      /^tags\.owner: not set in repository "petclinic"\. Must have "owner"\. The AWS provider's ignoreTags keep this stack from setting it: /,
    );
  });

  it("treats unknown default tags as unknown", async () => {
    const provider = { defaultTags: unknownText };
    assertUnjudged(
      await judge({ environment: "dev" }, config, types.repository, provider),
      /^tags of repository "petclinic"/,
    );
    assertPasses(await judge({ owner: "a", environment: "dev" }, config, types.repository, provider));
    assertUnjudged(await judge(undefined, {}, publicType, provider), /^tags of public repository "open"/);
    const wrong = await judge({ environment: "x" }, config, types.repository, provider);
    assert.match(wrong.violations.join(), /^tags\.environment: repository "petclinic" has a value that is not allowed/);
    const given = { type: types.repository, props: { tags: {} }, provider };
    assert.equal(remediateResource(requiredTags, given, { ...config, defaults: { owner: "b" } }), undefined);
  });

  it("treats names that every object has as ordinary tags", async () => {
    for (const key of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      assertFails(
        await judge({ other: "tag" }, { required: [key] }),
        new RegExp(`^tags\\.${key}: not set in .*: "…" \\}\\.$`),
      );
      const tags = JSON.parse(`{"${key}":"a"}`) as Props;
      assertPasses(await judge(tags, { required: [key], values: JSON.parse(`{"${key}":["a"]}`) }));
      assertFails(
        await judge(tags, { values: JSON.parse(`{"${key}":["b"]}`) }),
        /has a value that is not allowed\. Allowed: "b"/,
      );
      const fixed = remediateResource(
        requiredTags,
        { type: types.repository, props: {} },
        { required: [key], defaults: JSON.parse(`{"${key}":"a"}`) },
      );
      assert.equal(JSON.stringify(fixed), `{"tags":{"${key}":"a"}}`);
    }
  });

  it("shows no value, which may be a secret", async () => {
    const { violations } = await judge(
      { owner: "hunter2", environment: "hunter2" },
      { ...config, values: { owner: ["a"], environment: ["b"] } },
    );
    assert.equal(violations.length, 2);
    assert.ok(!violations.join().includes("hunter2"));
  });
});
