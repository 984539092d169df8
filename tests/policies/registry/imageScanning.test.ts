import assert from "node:assert/strict";
import { imageScanning, scanOnPushRule } from "../../../policies/registry/imageScanning";
import { resourceTypes } from "../../../policies/resources/resourceTypes";
import {
  assertFails,
  assertPasses,
  assertUnjudged,
  judgeResource,
  judgeStack,
  type Props,
  remediateResource,
  type StackResource,
  types,
  unknownList,
  unknownText,
} from "../harness";

const onPush = { imageScanningConfiguration: { scanOnPush: true } };
const repository = (name: unknown, props: Props = {}): StackResource => ({
  type: types.repository,
  name: "petclinic",
  props: { name, region: "us-east-1", ...props },
});
const registry = (scanType: unknown, ...rules: [frequency: unknown, ...filters: unknown[]][]): StackResource => ({
  type: resourceTypes.scanning,
  name: "registry",
  props: {
    region: "us-east-1",
    scanType,
    rules: rules.map(([scanFrequency, ...filters]) => ({
      scanFrequency,
      repositoryFilters: filters.map((filter) => ({ filter, filterType: "WILDCARD" })),
    })),
  },
});

describe("policies: ecr-image-scanning", () => {
  const judge = (resources: StackResource[], config: object = {}) => judgeStack(imageScanning, resources, config);

  it("passes repositories that scan on push, or that the registry's rules cover", async () => {
    assertPasses(await judge([repository("a", onPush)]));
    assertPasses(await judge([repository("team/a"), registry("BASIC", ["SCAN_ON_PUSH", "team/*"])]));
    assertPasses(await judge([repository("a"), registry("ENHANCED", ["CONTINUOUS_SCAN", "*"])]));
    assertPasses(await judge([repository("a")], { scannedElsewhere: ["a"] }));
    assertPasses(await judge([registry("BASIC")]));
  });

  it("fails all others, by URN", async () => {
    const bare = await judge([repository("a")]);
    assertFails(
      bare,
      /^imageScanningConfiguration: repository "a" is not scanned on push, and no registry scanning rule in this stack matches it\. Must be scanned\. Write imageScanningConfiguration: \{ scanOnPush: true \}\.$/,
    );
    assert.deepEqual(bare.urns, [`urn:pulumi:dev::test::${types.repository}::petclinic`]);
    for (const props of [
      { imageScanningConfiguration: { scanOnPush: false } },
      { imageScanningConfiguration: {} },
      { imageScanningConfiguration: null },
    ]) {
      assertFails(await judge([repository("a", props)]), /not scanned/);
    }
    assertFails(
      await judge([repository("a"), registry("BASIC", ["MANUAL", "*"])]),
      /not scanned on push: only a MANUAL scanning rule of "registry" matches it/,
    );
    for (const rules of [["KMS"], [null], [{ scanFrequency: "SCAN_ON_PUSH" }], [{ repositoryFilters: [null, {}] }]]) {
      const malformed = { ...registry("BASIC"), props: { scanType: "BASIC", rules } };
      assertFails(await judge([repository("a"), malformed]), /not scanned/);
    }
    assertFails(await judge([repository("a"), registry("BASIC", ["SCAN_ON_PUSH", "team/*"])]), /not scanned/);
    assertFails(await judge([repository("a"), registry("BASIC")]), /not scanned/);
    assertFails(
      await judge([repository("a", { region: "eu-west-1" }), registry("BASIC", ["SCAN_ON_PUSH", "*"])]),
      /not scanned/,
    );
    const from = (region: unknown, resource: StackResource): StackResource => ({
      ...resource,
      props: { ...resource.props, region: undefined },
      provider: "given",
      providerConfig: { region },
    });
    const covering = from("us-east-1", registry("BASIC", ["SCAN_ON_PUSH", "*"]));
    assertFails(await judge([from("eu-west-1", repository("a")), covering]), /is not scanned on push/);
    assertPasses(await judge([from("us-east-1", repository("a")), covering]));
    assertUnjudged(await judge([from(unknownText, repository("a")), covering]), /is scanned is not known yet/);
  });

  it("applies the registry's rules before the repository's own setting", async () => {
    assertFails(
      await judge([repository("a", onPush), registry("BASIC", ["MANUAL", "*"])]),
      /^imageScanningConfiguration: repository "a" is not scanned on push: only a MANUAL scanning rule of "registry" matches it, which overrides its own scanOnPush\. Must be scanned by the registry's rules\. Add a rule with scanFrequency: "SCAN_ON_PUSH" and a filter for it to "registry"\.$/,
    );
    assertFails(
      await judge([repository("a", onPush), registry("ENHANCED", ["CONTINUOUS_SCAN", "b*"])]),
      /no scanning rule of "registry" \(ENHANCED\) matches it, and ENHANCED ignores its own scanOnPush/,
    );
    assertFails(await judge([repository("a", onPush), registry("ENHANCED")]), /ENHANCED ignores its own scanOnPush/);
    assertPasses(await judge([repository("a", onPush), registry("BASIC", ["MANUAL", "b*"])]));
    assertPasses(await judge([repository("a", onPush), registry("BASIC")]));
    assertPasses(await judge([repository("a"), registry("BASIC", ["MANUAL", "*"], ["SCAN_ON_PUSH", "a"])]));
    // Undecided when it may turn out to be MANUAL or ENHANCED.
    const open = /^Whether repository "a" is scanned is not known yet/;
    for (const unknown of [
      registry("BASIC", [unknownText, "*"]),
      registry("BASIC", ["MANUAL", unknownText]),
      registry(unknownText),
      { ...registry("BASIC"), props: { region: "us-east-1", rules: unknownList } },
      { ...registry("BASIC"), props: { region: "us-east-1", rules: [unknownText] } },
      {
        ...registry("BASIC", ["MANUAL", "*"]),
        props: { ...registry("BASIC", ["MANUAL", "*"]).props, region: unknownText },
      },
    ]) {
      assertUnjudged(await judge([repository("a", onPush), unknown]), open);
    }
    assertUnjudged(
      await judge([repository(unknownText, onPush), registry("BASIC", ["MANUAL", "b*"])]),
      /^Whether repository "petclinic" is scanned/,
    );
    assertPasses(await judge([repository("a", onPush), registry("BASIC", [unknownText, "b"])]));
    assertPasses(await judge([repository("a", onPush), registry("BASIC", ["SCAN_ON_PUSH", unknownText])]));
  });

  it("does not apply another account's configuration to the repository", async () => {
    const of = (account: string, resource: StackResource): StackResource => ({
      ...resource,
      props: { ...resource.props, registryId: unknownText },
      provider: account,
      providerConfig: { allowedAccountIds: `["${account}"]` },
    });
    const all = registry("BASIC", ["SCAN_ON_PUSH", "*"]);
    assertPasses(await judge([of("111111111111", repository("a")), of("111111111111", all)]));
    assertFails(
      await judge([of("111111111111", repository("a")), of("222222222222", all)]),
      /is not scanned on push, and/,
    );
    assertFails(
      await judge([
        repository("a", { registryId: "111111111111" }),
        { ...all, props: { ...all.props, registryId: "222222222222" } },
      ]),
      /is not scanned on push, and/,
    );
    const some = { ...of("111111111111", repository("a")), providerConfig: { allowedAccountIds: '["1","2"]' } };
    assertUnjudged(await judge([some, of("222222222222", all)]), /^Whether repository "a" is scanned is not known yet/);
    // Nor does another account's MANUAL switch off scanning.
    assertPasses(
      await judge([
        of("111111111111", repository("a", onPush)),
        of("222222222222", registry("BASIC", ["MANUAL", "*"])),
      ]),
    );
  });

  it("requires enhanced scanning where config says so", async () => {
    const config = { enhanced: true };
    assertPasses(await judge([repository("a"), registry("ENHANCED", ["SCAN_ON_PUSH", "*"])], config));
    assertFails(
      await judge([repository("a", onPush)], config),
      /is not covered by enhanced scanning\. Must be scanned by Amazon Inspector\. Write new aws/,
    );
    assertFails(
      await judge([repository("a"), registry("BASIC", ["SCAN_ON_PUSH", "*"])], config),
      /not covered by enhanced/,
    );
    // Without a type, the registry uses basic scanning.
    const untyped = await judge([repository("a"), registry(undefined, ["SCAN_ON_PUSH", "*"])], config);
    assertFails(
      untyped,
      /Write .*ENHANCED", rules: \[\{ scanFrequency: "CONTINUOUS_SCAN", repositoryFilters: .* in this stack\.$/,
    );
    assertFails(
      await judge([repository("b"), registry("ENHANCED", ["SCAN_ON_PUSH", "a*"])], config),
      /not covered by enhanced/,
    );
  });

  it("reports unknown values where they matter", async () => {
    const open = /^Whether repository "(a|petclinic)" is scanned is not known yet\./;
    assertUnjudged(await judge([repository("a", { imageScanningConfiguration: unknownText })]), open);
    assertUnjudged(await judge([repository("a", { imageScanningConfiguration: { scanOnPush: unknownText } })]), open);
    // The rule scans with either type.
    assertPasses(await judge([repository("a"), registry(unknownText, ["SCAN_ON_PUSH", "*"])]));
    assertUnjudged(await judge([repository("a"), registry("BASIC", [unknownText, "*"])]), open);
    assertUnjudged(await judge([repository("a"), { ...registry("BASIC"), props: { rules: unknownList } }]), open);
    assertUnjudged(await judge([repository(unknownText), registry("BASIC", ["SCAN_ON_PUSH", "team/*"])]), open);
    assertUnjudged(await judge([repository(unknownText)], { scannedElsewhere: ["a"] }), open);
    // What is already known decides it.
    assertPasses(await judge([repository(unknownText), registry("BASIC", ["SCAN_ON_PUSH", "*"])]));
    assertPasses(await judge([repository("a"), registry("BASIC", [unknownText, "b"], ["SCAN_ON_PUSH", "a"])]));
    assertPasses(await judge([repository("a"), registry("BASIC", ["SCAN_ON_PUSH", unknownText, "a"])]));
    assertPasses(await judge([repository(unknownText), registry("BASIC", ["SCAN_ON_PUSH", "**"])]));
    assertUnjudged(
      await judge([repository(unknownText), registry("BASIC", ["SCAN_ON_PUSH", "a*", "*a", "*e*"])]),
      open,
    );
    assertUnjudged(
      await judge([repository("a"), registry(unknownText, ["SCAN_ON_PUSH", "*"])], { enhanced: true }),
      open,
    );
    assertFails(await judge([repository(unknownText), registry("BASIC")]), /not scanned/);
    assertFails(
      await judge([repository("a"), registry("BASIC", ["SCAN_ON_PUSH", "b"])], { enhanced: true }),
      /enhanced/,
    );
  });
});

describe("policies: ecr-scan-on-push", () => {
  const judge = (props: Props, config: object = {}) =>
    judgeResource(scanOnPushRule, { type: types.repository, props: { name: "a", ...props } }, config);
  const fixed = (props: Props, config: object = {}) =>
    remediateResource(scanOnPushRule, { type: types.repository, props: { name: "a", ...props } }, config);

  it("is off by default", () => {
    assert.equal(scanOnPushRule.enforcementLevel, "disabled");
  });

  it("passes, fails and reports unknown values", async () => {
    assertPasses(await judge(onPush));
    assertPasses(await judge({}, { scannedElsewhere: ["a"] }));
    assertFails(
      await judge({}),
      /^imageScanningConfiguration: repository "a" is not scanned on push\. Must have scanOnPush: true\. Write/,
    );
    assertFails(await judge({ imageScanningConfiguration: { scanOnPush: false } }), /not scanned/);
    assertUnjudged(
      await judge({ imageScanningConfiguration: unknownText }),
      /scanOnPush of repository "a" is not known yet/,
    );
    assertUnjudged(
      await judge({ name: unknownText }, { scannedElsewhere: ["b"] }),
      /name is not known yet; the registry may scan it/,
    );
  });

  it("sets it where it is known not to be set", () => {
    assert.deepEqual(fixed({}), { name: "a", ...onPush });
    assert.deepEqual(fixed({ imageScanningConfiguration: { scanOnPush: false } }), { name: "a", ...onPush });
    assert.equal(fixed(onPush), undefined);
    assert.equal(fixed({ imageScanningConfiguration: unknownText }), undefined);
    assert.equal(fixed({}, { scannedElsewhere: ["a"] }), undefined);
    assert.equal(fixed({ name: unknownText }, { scannedElsewhere: ["b"] }), undefined);
  });
});
