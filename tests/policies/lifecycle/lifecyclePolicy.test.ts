import assert from "node:assert/strict";
import { lifecyclePolicy } from "../../../policies/lifecycle/lifecyclePolicy";
import { judgeStack, type Props, type StackResource, types, unknownText } from "../harness";

const repository = (name: string, props: Props = {}, more: Partial<StackResource> = {}): StackResource => ({
  type: types.repository,
  name,
  props: { name, region: "ap-northeast-2", ...props },
  ...more,
});
const policyFor = (target: string, props: Props = {}, more: Partial<StackResource> = {}): StackResource => ({
  type: types.lifecyclePolicy,
  name: `${more.name ?? target}-policy`,
  props: { repository: target, region: "ap-northeast-2", policy: "{}", ...props },
  ...more,
});
const nothing = { violations: [], urns: [], unjudged: [] };
const judge = (resources: StackResource[], config: object = {}) => judgeStack(lifecyclePolicy, resources, config);

describe("policies: ecr-lifecycle-policy", () => {
  it("is mandatory and has its metadata", () => {
    assert.equal(lifecyclePolicy.name, "ecr-lifecycle-policy");
    assert.equal(lifecyclePolicy.enforcementLevel, "mandatory");
    assert.equal(lifecyclePolicy.framework?.reference, "ECR.3");
    assert.ok(
      lifecyclePolicy.url &&
        lifecyclePolicy.displayName &&
        lifecyclePolicy.severity &&
        lifecyclePolicy.remediationSteps,
    );
  });

  it("passes a stack without repositories, and one whose repositories all have a policy", async () => {
    assert.deepEqual(await judge([], { nonsense: 1 }), nothing);
    assert.deepEqual(await judge([repository("a"), policyFor("a"), repository("b"), policyFor("b")]), nothing);
  });

  it("fails each repository without one, by its URN", async () => {
    const { violations, urns, unjudged } = await judge([
      repository("a"),
      repository("b"),
      policyFor("b"),
      repository("c"),
    ]);
    assert.deepEqual(unjudged, []);
    assert.equal(violations.length, 2);
    assert.match(
      violations[0] ?? "",
      /^lifecyclePolicy: repository "a" has no lifecycle policy, so it keeps every image forever\. Must have one\. Write new aws\.ecr\.LifecyclePolicy\("a"/,
    );
    assert.deepEqual(
      urns.map((urn) => urn?.split("::").pop()),
      ["a", "c"],
    );
  });

  it("names the argument to remove where this project's component creates none", async () => {
    const parentType = "ecr:index:PrivateRepository";
    const { violations } = await judge([repository("a", {}, { parent: "orders", parentType })]);
    assert.match(
      violations[0] ?? "",
      /Must have one\. Remove "lifecyclePolicy: false" from "orders", or write new aws\.ecr\.LifecyclePolicy\("a"/,
    );
  });

  it("does not count another repository's policy", async () => {
    assert.equal((await judge([repository("petclinic"), policyFor("petclinic2")])).violations.length, 1);
  });

  it("distinguishes repositories of one name by region and account", async () => {
    const here = repository("a");
    const there = { ...repository("a", { region: "us-east-1" }), name: "a-us" };
    const { urns } = await judge([here, there, policyFor("a")]);
    assert.deepEqual(
      urns.map((urn) => urn?.split("::").pop()),
      ["a-us"],
    );
    const other = await judge([
      repository("a", { registryId: "111111111111" }),
      policyFor("a", { registryId: "222222222222" }),
    ]);
    assert.equal(other.violations.length, 1);
    const same = await judge([
      repository("a", { registryId: "111111111111" }, { provider: "one" }),
      policyFor("a", { registryId: "111111111111" }, { provider: "two" }),
    ]);
    assert.deepEqual(same, nothing);
    // A resource without a region is in its provider's region, which is not known here.
    assert.deepEqual(await judge([repository("a", { region: undefined }), policyFor("a")]), nothing);
    assert.deepEqual(await judge([repository("a"), policyFor("a", { region: undefined })]), nothing);
    const from = (region: string, resource: StackResource): StackResource => ({
      ...resource,
      props: { ...resource.props, region: undefined },
      provider: region,
      providerConfig: { region },
    });
    const european = from("eu-west-1", repository("a"));
    const elsewhere = await judge([european, from("us-east-1", policyFor("a"))]);
    assert.match(elsewhere.violations.join(), /^lifecyclePolicy: repository "a" has no lifecycle policy/);
    assert.deepEqual(await judge([european, from("eu-west-1", policyFor("a"))]), nothing);
  });

  it("treats one provider's resources as in one account, known or not", async () => {
    const account = { registryId: unknownText };
    assert.deepEqual(await judge([repository("a", account), policyFor("a", account)]), nothing);
  });

  it("cannot tell two providers apart while their accounts are not known", async () => {
    const { violations, unjudged } = await judge([
      repository("a", { registryId: unknownText }, { provider: "one" }),
      policyFor("a", { registryId: unknownText }, { provider: "two" }),
    ]);
    assert.deepEqual(violations, []);
    assert.match(
      unjudged.join(),
      /Whether repository "a" has a lifecycle policy is not known yet: "a-policy" may belong to it/,
    );
  });

  describe("with a reference to the repository", () => {
    const inTwoRegions = [repository("a"), { ...repository("a", { region: "us-east-1" }), name: "a-us" }];
    const names = (urns: (string | undefined)[]) => urns.map((urn) => urn?.split("::").pop());
    const refers = (from: string, props: Props, more: Partial<StackResource> = {}) =>
      policyFor("a", props, { ...more, name: `${from}-${more.name ?? "policy"}`, repositoryFrom: [from] });

    it("uses the policy's own region", async () => {
      const right = [refers("a", {}), refers("a-us", { region: "us-east-1" })];
      assert.deepEqual(await judge([...inTwoRegions, ...right]), nothing);
      // Both have the same name: this policy is for the other repository, and none is for the first.
      const { violations, urns } = await judge([...inTwoRegions, refers("a", { region: "us-east-1" })]);
      assert.deepEqual(names(urns), ["a"]);
      assert.match(violations.join(), /^lifecyclePolicy: repository "a" has no lifecycle policy/);
      const unknown = { repository: unknownText, region: "us-east-1" };
      assert.deepEqual(names((await judge([...inTwoRegions, refers("a", unknown)])).urns), ["a"]);
      const elsewhere = { repository: unknownText, region: "eu-west-1" };
      assert.deepEqual(names((await judge([...inTwoRegions, refers("a", elsewhere)])).urns), ["a", "a-us"]);
    });

    it("uses the account of the policy's provider", async () => {
      const registryId = unknownText;
      const own = repository(
        "a",
        { registryId },
        { provider: "own", providerConfig: { allowedAccountIds: '["111111111111"]' } },
      );
      const by = (providerConfig: Props) =>
        judge([own, refers("a", { registryId }, { provider: "other", providerConfig })]);
      for (const config of [
        { allowedAccountIds: '["222222222222"]' },
        {
          assumeRoles:
            '[{"roleArn":"arn:aws:iam::111111111111:role/a"},{"roleArn":"arn:aws:iam::222222222222:role/b"}]',
        },
        { assumeRole: '{"roleArn":"arn:aws:iam::222222222222:role/b"}' },
        { assumeRoleWithWebIdentity: '{"roleArn":"arn:aws:iam::222222222222:role/b"}' },
      ]) {
        assert.deepEqual(names((await by(config)).urns), ["a"], JSON.stringify(config));
      }
      assert.deepEqual(await by({ assumeRoles: '[{"roleArn":"arn:aws:iam::111111111111:role/a"}]' }), nothing);
      // With several allowed accounts it may be any of them, and with a profile any at all.
      for (const config of [{ allowedAccountIds: '["111111111111","222222222222"]' }, { profile: "other" }, {}]) {
        const { violations, unjudged } = await by(config);
        assert.deepEqual(violations, []);
        assert.match(unjudged.join(), /^Whether repository "a" has a lifecycle policy is not known yet/);
      }
    });

    it("cannot decide in a region that is not known yet", async () => {
      const { violations, unjudged } = await judge([repository("a"), refers("a", { region: unknownText })]);
      assert.deepEqual(violations, []);
      assert.match(unjudged.join(), /^Whether repository "a" has a lifecycle policy is not known yet/);
    });

    it("ignores the parent when the policy is elsewhere", async () => {
      const floating = policyFor("x", { repository: unknownText, region: "us-east-1" }, { parent: "one" });
      const { violations } = await judge([repository("a", {}, { parent: "one" }), floating]);
      assert.match(violations.join(), /^lifecyclePolicy: repository "a" has no lifecycle policy/);
    });
  });

  it("fails a second policy for a repository, by its URN", async () => {
    const second = { ...policyFor("a"), name: "second" };
    const { violations, urns } = await judge([repository("a"), policyFor("a"), second]);
    assert.deepEqual(violations, [
      'repository: "second" is a second lifecycle policy for repository "a", which has "a-policy": the one that is written last ' +
        "replaces the other. Must be one policy per repository. Merge the rules of both into one document.",
    ]);
    assert.match(urns[0] ?? "", /::second$/);
    const elsewhere = { ...policyFor("a", { region: "us-east-1" }), name: "elsewhere" };
    const there = { ...repository("a", { region: "us-east-1" }), name: "a-us" };
    assert.deepEqual(await judge([repository("a"), there, policyFor("a"), elsewhere]), nothing);
  });

  it("names a few of many policies that may belong to a repository", async () => {
    const floating = ["v", "w", "x", "y", "z"].map((each) =>
      policyFor(each, { repository: unknownText }, { name: each }),
    );
    const { unjudged } = await judge([repository("a"), ...floating]);
    assert.match(unjudged.join(), /not known yet: "v" or "w" or "x" or 2 more may belong to it\./);
  });

  it("passes exempt repositories without a policy", async () => {
    assert.deepEqual(
      await judge([repository("cache/node"), repository("b"), policyFor("b")], { exempt: ["cache/*"] }),
      nothing,
    );
    assert.equal((await judge([repository("a")], { exempt: ["cache/*"] })).violations.length, 1);
  });

  describe("with names that are not known yet", () => {
    const unnamed = (name: string, more: Partial<StackResource> = {}) => repository(name, { name: unknownText }, more);

    it("follows what the policy's repository depends on", async () => {
      assert.deepEqual(
        await judge([unnamed("a"), policyFor("a", { repository: unknownText }, { repositoryFrom: ["a"] })]),
        nothing,
      );
      // A reference counts even when one of the names is already known.
      assert.deepEqual(await judge([unnamed("a"), policyFor("a-1234567", {}, { repositoryFrom: ["a"] })]), nothing);
      assert.deepEqual(
        await judge([repository("a"), policyFor("a", { repository: unknownText }, { repositoryFrom: ["a"] })]),
        nothing,
      );
    });

    it("follows it where the name alone would match two repositories", async () => {
      const account = { registryId: unknownText };
      const twoOfOneName = [
        repository("a", account, { provider: "one" }),
        { ...repository("a", account, { provider: "two" }), name: "b" },
      ];
      const policy = (provider: string) => policyFor("a", account, { provider, repositoryFrom: ["a"] });
      const { urns, unjudged } = await judge([...twoOfOneName, policy("one")]);
      assert.deepEqual(
        urns.map((urn) => urn?.split("::").pop()),
        ["b"],
      );
      assert.deepEqual(unjudged, []);
      // With a third provider the account may be any, including the other repository's: one of the two has no policy.
      const third = await judge([...twoOfOneName, policy("three")]);
      assert.deepEqual(third.urns, [undefined]);
      assert.match(
        third.violations.join(),
        /^lifecyclePolicy: at least 1 of repository "a", repository "a" has no lifecycle policy/,
      );
    });

    it("uses a known name where it differs from that of the dependency", async () => {
      const { urns } = await judge([repository("a"), repository("b"), policyFor("b", {}, { repositoryFrom: ["a"] })]);
      assert.deepEqual(
        urns.map((urn) => urn?.split("::").pop()),
        ["a"],
      );
    });

    it("fails the repository that no policy depends on", async () => {
      const { urns, unjudged } = await judge([
        unnamed("a"),
        unnamed("b"),
        policyFor("a", { repository: unknownText }, { repositoryFrom: ["a"] }),
      ]);
      assert.deepEqual(
        urns.map((urn) => urn?.split("::").pop()),
        ["b"],
      );
      assert.deepEqual(unjudged, []);
    });

    it("uses a common parent component when nothing else is known", async () => {
      const floating = (parent?: string) => policyFor("x", { repository: unknownText }, { ...(parent && { parent }) });
      assert.deepEqual(await judge([unnamed("a", { parent: "one" }), floating("one")]), nothing);
      // The stack is the parent of everything and decides nothing; nor does a component with two repositories.
      assert.equal((await judge([unnamed("a"), floating()])).unjudged.length, 1);
      const { urns, unjudged } = await judge([
        unnamed("a", { parent: "one" }),
        unnamed("b", { parent: "two" }),
        unnamed("c"),
        floating("one"),
      ]);
      assert.deepEqual(
        urns.map((urn) => urn?.split("::").pop()),
        ["b", "c"],
      );
      assert.deepEqual(unjudged, []);
      const two = await judge([
        unnamed("a", { parent: "one" }),
        unnamed("b", { parent: "one" }),
        floating("one"),
        policyFor("y", { repository: unknownText }),
      ]);
      assert.deepEqual(two.violations, []);
      assert.equal(two.unjudged.length, 1);
    });

    it("reports once, by name, what it cannot decide", async () => {
      const { violations, unjudged } = await judge([unnamed("a"), policyFor("known")]);
      assert.deepEqual(violations, []);
      assert.deepEqual(unjudged, [
        'Whether repository "a" has a lifecycle policy is not known yet: "known-policy" may belong to it. `pulumi up` checks it.',
      ]);
    });

    it("cannot decide which of several repositories a policy belongs to", async () => {
      const either = (name: string) => policyFor(name, { repository: unknownText }, { repositoryFrom: ["a", "b"] });
      const both = await judge([repository("a"), repository("b"), either("x"), either("y")]);
      assert.deepEqual(both.violations, []);
      assert.match(both.unjudged.join(), /repository "a".*repository "b"/);
      // It is for one of the repositories that it depends on, not for a third one.
      const third = await judge([repository("a"), repository("b"), repository("c"), either("x"), either("y")]);
      assert.match(third.violations.join(), /^lifecyclePolicy: repository "c" has no lifecycle policy/);
      assert.equal(third.unjudged.length, 1);
    });

    it("counts policies that each belong to one of some repositories", async () => {
      const either = (name: string, from: string[]) =>
        policyFor(name, { repository: unknownText }, { repositoryFrom: from });
      const three = [repository("a"), repository("b"), repository("c")];
      const enough = await judge([...three, either("x", ["a", "b"]), either("y", ["b", "c"]), either("z", ["c", "a"])]);
      assert.deepEqual(enough.violations, []);
      assert.match(enough.unjudged.join(), /repository "a" has .* yet: "x-policy" or "z-policy" may belong to it\./);
      const short = await judge([...three, either("x", ["a", "b"]), either("y", ["b", "c"])]);
      assert.match(short.violations.join(), /at least 1 of repository "a", repository "b", repository "c"/);
    });

    it("does not let one policy hide that several repositories have none", async () => {
      const floating = policyFor("x", { repository: unknownText });
      const { violations, urns, unjudged } = await judge([repository("a"), repository("b"), repository("c"), floating]);
      assert.deepEqual(unjudged, []);
      assert.equal(violations.length, 1);
      assert.match(
        violations[0] ?? "",
        /at least 2 of repository "a", repository "b", repository "c" has no lifecycle policy, as only 1 of/,
      );
      assert.deepEqual(urns, [undefined]);
      const beside = await judge([repository("d"), policyFor("d"), repository("a"), repository("b"), floating]);
      assert.match(
        beside.violations.join(),
        /at least 1 of repository "a", repository "b" has no lifecycle policy, as only 1 of/,
      );
    });

    it("does not count exempt repositories among them", async () => {
      const floating = policyFor("x", { repository: unknownText });
      const { violations, unjudged } = await judge([repository("a"), repository("cache/b"), floating], {
        exempt: ["cache/*"],
      });
      assert.deepEqual(violations, []);
      assert.match(unjudged.join(), /repository "a"/);
    });

    it("cannot decide about a repository that may be exempt by name", async () => {
      const { violations, unjudged } = await judge([unnamed("a")], { exempt: ["cache/*"] });
      assert.deepEqual(violations, []);
      assert.match(unjudged.join(), /its name is not known yet; config may exempt it/);
      assert.equal((await judge([unnamed("a")])).violations.length, 1);
      assert.deepEqual(await judge([unnamed("a")], { exempt: ["*"] }), nothing);
    });

    it("reports a known violation next to what it cannot decide", async () => {
      const { urns, unjudged } = await judge([repository("a", { region: "us-east-1" }), unnamed("b"), policyFor("x")]);
      assert.deepEqual(
        urns.map((urn) => urn?.split("::").pop()),
        ["a"],
      );
      assert.match(unjudged.join(), /repository "b"/);
    });
  });
});
