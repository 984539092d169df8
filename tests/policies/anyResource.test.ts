// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles have a syntax of their own.
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import fc from "fast-check";
import { resourceTypes } from "../../policies/resources/resourceTypes";
import { rules } from "../../policies/rules";
import { judgeResource, judgeStack, remediateResource, type StackResource, unknownList, unknownText } from "./harness";

const kinds = [...Object.values(resourceTypes), "kubernetes:apps/v1:Deployment", "kubernetes:batch/v1:CronJob"];

/** Words that rules look for, so that random inputs get past their first checks. */
const words = fc.constantFrom<unknown>(
  ..."KMS AES256 IMMUTABLE IMMUTABLE_WITH_EXCLUSION WILDCARD latest v* tagged any untagged expire archive Allow Deny * ecr:* days".split(
    " ",
  ),
  "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
  "arn:aws:iam::123456789012:root",
  "123456789012.dkr.ecr.us-east-1.amazonaws.com/petclinic:latest",
  '{"rules":[]}',
  '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:*"}]}',
  "FROM ${A}",
  "{",
  "",
  unknownText,
  unknownList,
  null,
  undefined,
  0,
  1,
  -1,
  true,
  false,
);

const keys = fc.constantFrom(
  ..."name prefix repository policy lifecyclePolicy repositoryPolicy encryptionConfigurations encryptionType kmsKey imageTagMutability imageTagMutabilityExclusionFilters filter filterType imageScanningConfiguration scanOnPush rules selection action tagStatus countType countNumber tagPatternList rulePriority Statement Effect Principal Action Condition Resource scanType repositoryFilters scanFrequency catalogData architectures build args context dockerfile inline platform imageName tags containerDefinitions imageUri spec template containers image forceDelete replicationConfiguration destinations region registryId upstreamRegistryUrl credentialArn assumeRolePolicy inlinePolicies enableKeyRotation deletionWindowInDays".split(
    " ",
  ),
);

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: words },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
    { weight: 2, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    { weight: 4, arbitrary: fc.dictionary(keys, tie("value"), { maxKeys: 5, noNullPrototype: true }) },
  ),
})).value;
const props = fc.dictionary(keys, value, { maxKeys: 8, noNullPrototype: true });

/** The property that stack rules read first, by type: without it they find nothing and look no further. */
const read: Readonly<Record<string, string>> = {
  [resourceTypes.taskDefinition]: "containerDefinitions",
  [resourceTypes.scanning]: "rules",
  [resourceTypes.repository]: "encryptionConfigurations",
  "kubernetes:apps/v1:Deployment": "spec",
};
const readResource = fc.constantFrom(...kinds).chain((type) =>
  fc.record({
    type: fc.constant(type),
    name: fc.constantFrom("a", "b", "c"),
    props: fc
      .tuple(props, fc.array(value, { maxLength: 2 }), value)
      .map(([given, list, one]) => ({ ...given, [read[type] ?? "name"]: read[type] === "spec" ? one : list })),
  }),
);

describe("policies: any resource", () => {
  it("makes no resource rule or remediation throw", async () => {
    const judged = rules.filter((rule): rule is ResourceValidationPolicy => "validateResource" in rule);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), props, async (type, given) => {
        for (const rule of judged) {
          // Unknown values end in an advisory, which does not count as throwing here.
          await judgeResource(rule, { type, props: given, provider: given });
          remediateResource(rule, { type, props: given });
        }
      }),
      { seed: 6, numRuns: 150 },
    );
  });

  it("makes no stack rule throw", async () => {
    const judged = rules.filter((rule): rule is StackValidationPolicy => "validateStack" in rule);
    await fc.assert(
      fc.asyncProperty(
        fc.array(readResource, { maxLength: 5 }),
        fc.array(fc.constantFrom("a", "b"), { maxLength: 2 }),
        async (list, from) => {
          const resources: StackResource[] = list.map((each) => ({
            ...each,
            from: { repository: from, encryptionConfigurations: from, containerDefinitions: from },
          }));
          for (const rule of judged) {
            await judgeStack(rule, resources);
          }
        },
      ),
      { seed: 6, numRuns: 150 },
    );
  });
});
