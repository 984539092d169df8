import assert from "node:assert/strict";
import { tagImmutability } from "../../../policies/tags/tagImmutability";
import { judgeResource, type Props, remediateResource, types, unknownList, unknownText } from "../harness";

function judge(props: Props, config: object = {}, type = types.repository) {
  return judgeResource(tagImmutability, { type, props: { name: "petclinic", ...props } }, config);
}
const excluding = (...filters: unknown[]): Props => ({
  imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
  imageTagMutabilityExclusionFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" })),
});
const nothing = { violations: [], urns: [], unjudged: [] };

describe("policies: ecr-tag-immutability", () => {
  it("is mandatory and has its metadata", () => {
    assert.equal(tagImmutability.name, "ecr-tag-immutability");
    assert.equal(tagImmutability.enforcementLevel, "mandatory");
    assert.equal(tagImmutability.severity, "high");
    assert.equal(tagImmutability.framework?.reference, "ECR.2");
    assert.ok(
      tagImmutability.url && tagImmutability.displayName && tagImmutability.remediationSteps && tagImmutability.tags,
    );
  });

  const passing: [title: string, props: Props, config: object][] = [
    ["IMMUTABLE", { imageTagMutability: "IMMUTABLE" }, {}],
    ["an exclusion for latest, by default", excluding("latest"), {}],
    [
      "filters within allowed patterns",
      excluding("latest", "dev-*", "pr-1*"),
      { allowedExclusionFilters: ["latest", "dev*", "pr-*"] },
    ],
    ["a filter that several patterns cover together", excluding("dev*"), { allowedExclusionFilters: ["dev", "dev*"] }],
    ["the branches and pull requests of the default list", excluding("main", "dev-*", "pr-12*"), {}],
    [
      "what matches no release tag where everything else is allowed",
      excluding("v*"),
      { allowedExclusionFilters: ["*"], releaseTags: "release-[0-9]+" },
    ],
  ];
  for (const [title, props, config] of passing) {
    it(`passes ${title}, in repositories and templates`, async () => {
      assert.deepEqual(await judge(props, config), nothing);
      assert.deepEqual(await judge(props, config, types.template), nothing);
    });
  }

  it("fails filters that ECR refuses, in repositories and templates", async () => {
    const at = "imageTagMutabilityExclusionFilters";
    const refused: [filters: unknown, message: RegExp][] = [
      [undefined, /^imageTagMutabilityExclusionFilters: .*needs 1 to 5 exclusion filters; there are none/],
      [[], /needs 1 to 5 exclusion filters/],
      ["latest", /exclusion filters must be a list/i],
      [[null], /^imageTagMutabilityExclusionFilters\[0\]: .*must be an object with `filter`/],
      [["latest"], /^imageTagMutabilityExclusionFilters\[0\]: .*must be an object with `filter`/],
      [
        [{ filter: "dev-1?", filterType: "WILDCARD" }],
        /^imageTagMutabilityExclusionFilters\[0\]\.filter: found "dev-1\?"/,
      ],
      [[{ filter: "pr-*-*-*", filterType: "WILDCARD" }], /at most 2 `\*`/],
      [
        [{ filter: "latest", filterType: "REGEX" }],
        /^imageTagMutabilityExclusionFilters\[0\]\.filterType: found "REGEX"/,
      ],
      [[{ filter: 7, filterType: "WILDCARD" }], /pattern must be a string/],
      [Array.from({ length: 6 }, (_, n) => ({ filter: `dev-${n}`, filterType: "WILDCARD" })), /accepts at most 5/],
    ];
    for (const [filters, message] of refused) {
      for (const type of [types.repository, types.template]) {
        const props = {
          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
          ...(filters !== undefined && { [at]: filters }),
        };
        const { violations, unjudged } = await judge(props, {}, type);
        assert.equal(violations.length, 1, violations.join("\n"));
        assert.match(violations[0] ?? "", message);
        assert.match(violations[0] ?? "", / Found in (repository|creation template) "[a-z]+"\.$/);
        assert.deepEqual(unjudged, []);
      }
    }
  });

  it("reports what ECR refuses in partly known filters", async () => {
    const unknown = { filter: unknownText, filterType: "WILDCARD" };
    const { violations, unjudged } = await judge({
      imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
      imageTagMutabilityExclusionFilters: [unknown, unknownText, { filter: "latest", filterType: "REGEX" }],
    });
    assert.equal(violations.length, 1, violations.join("\n"));
    assert.match(violations[0] ?? "", /^imageTagMutabilityExclusionFilters\[2\]\.filterType/);
    assert.equal(unjudged.length, 1);
  });

  const failing: [title: string, props: Props, config: object, message: RegExp][] = [
    [
      "nothing set",
      {},
      {},
      /^imageTagMutability: repository "petclinic" has MUTABLE tags, ECR's default.*Write imageTagMutability: "IMMUTABLE", or "IMMUTABLE_WITH_EXCLUSION".*filter: "latest"/,
    ],
    ["MUTABLE", { imageTagMutability: "MUTABLE" }, {}, /has "MUTABLE" tags\. Must be immutable, except for "latest"/],
    [
      "MUTABLE_WITH_EXCLUSION",
      { ...excluding("v*"), imageTagMutability: "MUTABLE_WITH_EXCLUSION" },
      {},
      /has "MUTABLE_WITH_EXCLUSION" tags/,
    ],
    ["a setting that ECR does not know", { imageTagMutability: "immutable" }, {}, /has "immutable" tags/],
    [
      "MUTABLE where no tag may move",
      { imageTagMutability: "MUTABLE" },
      { allowedExclusionFilters: [] },
      /Must be immutable\. Write imageTagMutability: "IMMUTABLE"\.$/,
    ],
    [
      "a filter that is too wide",
      excluding("latest*"),
      {},
      /^imageTagMutabilityExclusionFilters\[0\]\.filter: repository "petclinic" has "latest\*", which allows "latesta" to move\. Allowed: "latest", "main", "dev-\*", "pr-\*"\. Write filters/,
    ],
    [
      "one filter of two",
      excluding("latest", "*-dev"),
      {},
      /^imageTagMutabilityExclusionFilters\[1\]\.filter: repository "petclinic" has "\*-dev", which allows the release tag "0\.0\.0-dev" to move\. Must not match a release tag \(semver\)\. Allowed: "latest".* Write filters that match only these tags\.$/,
    ],
    [
      "a filter for release tags, even if it is on the list",
      excluding("v1.*"),
      { allowedExclusionFilters: ["v1.*"] },
      /allows the release tag "v1\.0\.0" to move/,
    ],
    [
      "a filter for release tags of another form",
      excluding("release-*"),
      { allowedExclusionFilters: ["*"], releaseTags: "release-[0-9]+" },
      /allows the release tag "release-0" to move.*not match a release tag \(release-\[0-9\]\+\)/,
    ],
    [
      "any filter where no tag may move",
      excluding("latest"),
      { allowedExclusionFilters: [] },
      /allows "latest" to move\. Allowed: none\. .*without filters/,
    ],
    [
      "a filter that patterns cover in part",
      excluding("dev-*"),
      { allowedExclusionFilters: ["dev-1*", "dev-2*"] },
      /allows "dev-" to move/,
    ],
  ];
  for (const [title, props, config, message] of failing) {
    it(`fails ${title}`, async () => {
      const { violations, unjudged } = await judge(props, config);
      assert.deepEqual(unjudged, []);
      assert.equal(violations.length, 1, violations.join("\n"));
      assert.match(violations[0] ?? "", message);
      assert.equal((await judge(props, config, types.template)).violations.length, 1);
    });
  }

  it("names each filter that is too wide", async () => {
    assert.equal((await judge(excluding("a*", "latest", "b*"))).violations.length, 2);
  });

  describe("with values that are not known yet", () => {
    const open: [title: string, props: Props, message: RegExp][] = [
      [
        "the setting",
        { imageTagMutability: unknownText },
        /^imageTagMutability of repository "petclinic" is not known yet\. Must be IMMUTABLE/,
      ],
      [
        "the setting, with filters that are allowed",
        { ...excluding("latest"), imageTagMutability: unknownText },
        /^imageTagMutability/,
      ],
      [
        "the filters",
        { ...excluding(), imageTagMutabilityExclusionFilters: unknownList },
        /^imageTagMutabilityExclusionFilters of repository/,
      ],
      [
        "one filter",
        { ...excluding(), imageTagMutabilityExclusionFilters: [unknownText] },
        /^imageTagMutabilityExclusionFilters\[0\] of/,
      ],
      [
        "a filter's pattern",
        excluding("latest", unknownText),
        /^imageTagMutabilityExclusionFilters\[1\]\.filter of.*Allowed: "latest", "main"/,
      ],
    ];
    for (const [title, props, message] of open) {
      it(`reports once what cannot be decided: ${title}`, async () => {
        const { violations, unjudged } = await judge(props);
        assert.deepEqual(violations, []);
        assert.equal(unjudged.length, 1);
        assert.match(unjudged[0] ?? "", message);
        assert.match(unjudged[0] ?? "", /`pulumi up` checks it/);
      });
    }

    it("reports a known violation next to what it cannot decide", async () => {
      const { violations, unjudged } = await judge(excluding("dev*", unknownText));
      assert.match(violations.join(), /^imageTagMutabilityExclusionFilters\[0\]/);
      assert.match(unjudged.join(), /^imageTagMutabilityExclusionFilters\[1\]/);
    });

    it("reports a filter that is too wide whatever the setting turns out to be", async () => {
      const { violations, unjudged } = await judge({ ...excluding("*"), imageTagMutability: unknownText });
      assert.match(violations.join(), /has "\*"/);
      assert.deepEqual(unjudged, []);
      const beside = await judge({ ...excluding("*", unknownText), imageTagMutability: unknownText });
      assert.equal(beside.violations.length, 1);
      assert.deepEqual(beside.unjudged, []);
      const neither = await judge({ ...excluding(unknownText), imageTagMutability: unknownText });
      assert.deepEqual(neither.violations, []);
      assert.match(neither.unjudged.join(), /^imageTagMutability of /);
    });

    it("does not need unknown filters when all tags are immutable or mutable", async () => {
      const filters = { imageTagMutabilityExclusionFilters: unknownList };
      assert.deepEqual(await judge({ imageTagMutability: "IMMUTABLE", ...filters }), nothing);
      assert.equal((await judge({ imageTagMutability: "MUTABLE", ...filters })).violations.length, 1);
    });
  });

  describe("with repositories that are allowed mutable tags by name", () => {
    it("passes any setting for them, and for no others", async () => {
      for (const props of [
        { imageTagMutability: "MUTABLE" },
        {},
        excluding("*"),
        { imageTagMutability: unknownText },
      ]) {
        assert.deepEqual(await judge(props, { allowMutable: ["petclinic"] }), nothing);
        assert.deepEqual(await judge(props, { allowMutable: ["x", "pet*"] }), nothing);
      }
      assert.equal((await judge({}, { allowMutable: ["clinic"] })).violations.length, 1);
    });

    it("cannot decide about an unknown name", async () => {
      const { violations, unjudged } = await judge(
        { name: unknownText, imageTagMutability: "MUTABLE" },
        { allowMutable: ["petclinic"] },
      );
      assert.deepEqual(violations, []);
      assert.match(
        unjudged.join(),
        /has "MUTABLE" tags.*The name of repository "petclinic" is not known yet; config may exempt it/,
      );
    });
  });

  it("refuses an invalid format of release tags", async () => {
    await assert.rejects(
      judge({}, { releaseTags: "(" }),
      /policy config: ecr-tag-immutability\.releaseTags: found "\("\. A tag grammar must be semver, calver or a regular expression/,
    );
  });

  it("remediates what is known to be wrong, and nothing else", () => {
    const fixed = (props: Props, config: object = {}, type = types.repository) =>
      remediateResource(tagImmutability, { type, props: { name: "petclinic", ...props } }, config);
    // These are wrong, but their unknown parts must not be overwritten.
    assert.equal(fixed({ ...excluding("v*"), imageTagMutability: unknownText }), undefined);
    assert.equal(fixed(excluding("v*", unknownText)), undefined);
    assert.equal(fixed({ imageTagMutability: "MUTABLE", imageTagMutabilityExclusionFilters: unknownList }), undefined);
    for (const props of [{}, { imageTagMutability: "MUTABLE" }, excluding("*"), excluding("latest", "v*")]) {
      assert.deepEqual(fixed(props), { name: "petclinic", imageTagMutability: "IMMUTABLE" });
    }
    assert.deepEqual(fixed({ prefix: "a" }, {}, types.template), {
      name: "petclinic",
      prefix: "a",
      imageTagMutability: "IMMUTABLE",
    });
    for (const props of [
      { imageTagMutability: "IMMUTABLE" },
      excluding("latest"),
      { imageTagMutability: unknownText },
      excluding("latest", unknownText),
    ]) {
      assert.equal(fixed(props), undefined);
    }
    assert.equal(fixed({}, { allowMutable: ["petclinic"] }), undefined);
    assert.equal(fixed({ name: unknownText }, { allowMutable: ["petclinic"] }), undefined);
    assert.equal(fixed({}, {}, types.lifecyclePolicy), undefined);
  });

  it("ignores other resources", async () => {
    assert.deepEqual(await judge({}, {}, "aws:ecrpublic/repository:Repository"), nothing);
  });
});
