import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type LifecyclePolicyDocument, lifecycleSnapshotText } from "../../ecr/lifecyclePolicy";
import { resourceTypes } from "../../policies/resources";
import { type Props, type StackResource, unknownText } from "./harness";
import { anyCount, prefixCount, rules, untaggedDays } from "./lifecycleRules";

/** What a rule is given to judge: one resource, or for a rule about a stack all of its resources. */
export interface Given {
  resources: StackResource[];
  outputs?: Props;
  /** @default none but that of all cases of the rule */
  config?: object;
}

export interface RuleCases {
  /** Parameters in all cases. */
  config?: object;
  pass: Given;
  fail: Given;
  /** The violation of `fail`. */
  says: RegExp;
  /** Without the property that the rule is about: whether ECR's default, or its absence, passes. */
  missing: Given & { passes: boolean };
  /** With that property not known. */
  unknown: Given;
}

const given = (...resources: StackResource[]): Given => ({ resources });
const make = (type: string, props: Props, more: Partial<StackResource> = {}): StackResource => ({
  type,
  name: "petclinic",
  props,
  ...more,
});

const account = "123456789012";
const host = `${account}.dkr.ecr.us-east-1.amazonaws.com`;
const url = `${host}/petclinic`;
const digest = `sha256:${"0".repeat(64)}`;
const keyIn = (region: string) => `arn:aws:kms:${region}:${account}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;

const repository = (props: Props = {}) =>
  make(resourceTypes.repository, { name: "petclinic", repositoryUrl: url, region: "us-east-1", ...props });
const publicRepository = (props: Props) =>
  make(resourceTypes.publicRepository, { repositoryName: "petclinic", ...props }, { name: "open" });
const encrypted = (encryptionType: unknown, kmsKey?: unknown) =>
  given(repository({ encryptionConfigurations: [{ encryptionType, kmsKey }] }));
const key = (props: Props) =>
  given(
    make(
      resourceTypes.repository,
      { name: "petclinic", encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: unknownText }] },
      { from: { encryptionConfigurations: ["key"] } },
    ),
    make(resourceTypes.key, props, { name: "key" }),
  );
const lifecycle = (policy: unknown) =>
  given(make(resourceTypes.lifecyclePolicy, { repository: "petclinic", ...(policy !== undefined && { policy }) }));
const images = (type: string, props: Props) => make(type, props, { name: "app" });
const pushed = (imageName: unknown) => images(resourceTypes.image, { imageName });
const built = (props: Props) => given(images(resourceTypes.builtImage, props));
const inline = (text: unknown) => built({ dockerfile: { inline: text } });
const access = (...statements: object[]) =>
  given(
    make(resourceTypes.repositoryPolicy, {
      repository: "petclinic",
      policy: { Version: "2012-10-17", Statement: statements },
    }),
  );
const allow = (AWS: unknown, Action: unknown): object => ({ Effect: "Allow", Principal: { AWS }, Action });
const role = `arn:aws:iam::${account}:role/ci`;
const root = `arn:aws:iam::${account}:root`;
/** A repository without a policy lets in nobody but its own account. */
const noPolicy = { ...given(make(resourceTypes.repositoryPolicy, { repository: "petclinic" })), passes: true };
const identity = (Action: unknown, Resource: unknown) =>
  given(
    make(resourceTypes.rolePolicy, {
      name: "push",
      policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] },
    }),
  );
/** A role that pushes, for a principal. */
const trusted = (Principal: unknown) =>
  given(
    make(resourceTypes.role, {
      name: "ci",
      managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPowerUser"],
      ...(Principal !== undefined && {
        assumeRolePolicy: {
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
        },
      }),
    }),
  );
const replication = (destination: Props) =>
  given(
    make(resourceTypes.replication, {
      replicationConfiguration: { rules: [{ destinations: [destination] }] },
    }),
  );
const cache = (props: Props) =>
  given(
    make(resourceTypes.pullThroughCache, { ecrRepositoryPrefix: "cache", upstreamRegistryUrl: "quay.io", ...props }),
  );
const cloudControl = (typeName: unknown) =>
  given(make("aws:cloudcontrol/resource:Resource", { typeName, desiredState: "{}" }));
const consumer = (props: Props) => given(make(resourceTypes.function, props, { name: "fn" }));
const costs = (monthly: unknown): Given => ({
  ...given(repository()),
  outputs: {
    costs: { currency: "USD", monthly, growthPerMonth: 0, repositories: { web: { standardBytes: 1, grows: false } } },
  },
});

const inForce = { rules: [anyCount(1, 5)] } as unknown as LifecyclePolicyDocument;
/** The snapshot of a repository with six images, of which the policy in force keeps five. */
function snapshotFile(): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "ecr-rule-cases-")), "snapshot.json");
  process.once("exit", () => fs.rmSync(path.dirname(file), { recursive: true, force: true }));
  const pushedAt = (age: number) => new Date(Date.now() - age * 24 * 60 * 60 * 1000);
  const repositories = [
    {
      name: "petclinic",
      registryId: account,
      region: "us-east-1",
      uri: url,
      document: inForce,
      images: [0, 1, 2, 3, 4, 5].map((age) => ({
        digest: `sha256:${String(age).repeat(64)}`,
        tags: [`src-${age}`],
        pushedAt: pushedAt(age),
      })),
      deployed: [],
      unknown: [],
    },
  ];
  fs.writeFileSync(file, lifecycleSnapshotText({ version: 1, takenAt: new Date(), repositories }));
  return file;
}

/** For each rule about resources the four cases that it has to tell apart; `everyRule.test.ts` judges them. */
export const ruleCases: Readonly<Record<string, RuleCases>> = {
  "ecr-encryption-minimum": {
    pass: encrypted("KMS"),
    fail: encrypted("AES256"),
    says: /^encryptionConfigurations\[0\]: repository "petclinic" has encryptionType "AES256"/,
    missing: { ...given(repository()), passes: false },
    unknown: encrypted(unknownText),
  },
  "ecr-encryption-key": {
    config: { allowedKeys: ["arn:aws:kms:us-east-1:*"] },
    pass: encrypted("KMS", keyIn("us-east-1")),
    fail: encrypted("KMS", "alias/petclinic"),
    says: /has the key "alias\/petclinic"; allowed are "arn:aws:kms:us-east-1:\*"/,
    missing: { ...encrypted("KMS"), passes: true },
    unknown: encrypted("KMS", unknownText),
  },
  "ecr-key-settings": {
    pass: key({ enableKeyRotation: true, deletionWindowInDays: 30 }),
    fail: key({ enableKeyRotation: false }),
    says: /^enableKeyRotation: KMS key "key" of repository "petclinic" does not rotate/,
    missing: { ...key({}), passes: false },
    unknown: key({ enableKeyRotation: unknownText }),
  },
  "ecr-tag-immutability": {
    pass: given(repository({ imageTagMutability: "IMMUTABLE" })),
    fail: given(repository({ imageTagMutability: "MUTABLE" })),
    says: /^imageTagMutability: repository "petclinic" has "MUTABLE" tags/,
    missing: { ...given(repository()), passes: false },
    unknown: given(repository({ imageTagMutability: unknownText })),
  },
  "ecr-moving-tags": {
    pass: given(repository({ imageTagMutability: "MUTABLE" }), pushed(`${url}:latest`)),
    fail: given(repository({ imageTagMutability: "IMMUTABLE" }), pushed(`${url}:latest`)),
    says: /pushed under the moving tag "latest", and repository "petclinic" lets it not move/,
    missing: { ...given(repository(), pushed(`${url}:latest`)), passes: true },
    unknown: given(repository({ imageTagMutability: unknownText }), pushed(`${url}:latest`)),
  },
  "ecr-lifecycle-policy": {
    pass: given(repository(), ...lifecycle("{}").resources),
    fail: given(repository(), make(resourceTypes.lifecyclePolicy, { repository: "other" })),
    says: /^lifecyclePolicy: repository "petclinic" has none/,
    missing: { ...given(repository()), passes: false },
    unknown: given(
      repository(),
      make(resourceTypes.repository, { name: "other" }, { name: "other" }),
      ...["a", "b"].map((name) => make(resourceTypes.lifecyclePolicy, { repository: unknownText }, { name })),
    ),
  },
  "ecr-lifecycle-document": {
    pass: lifecycle(rules(untaggedDays(7))),
    fail: lifecycle(rules(prefixCount(1, "v", 1), prefixCount(2, "v1", 1))),
    says: /^policy\.rules\[1\]: this rule of repository "petclinic" never acts/,
    missing: { ...lifecycle(undefined), passes: false },
    unknown: lifecycle(unknownText),
  },
  "ecr-lifecycle-limits": {
    pass: lifecycle(rules(untaggedDays(7), anyCount(2, 100))),
    fail: lifecycle(rules(anyCount(1, 100_000))),
    says: /untagged/,
    missing: { ...given(make(resourceTypes.creationTemplate, { prefix: "team" })), passes: false },
    unknown: lifecycle(unknownText),
  },
  "ecr-release-tags-kept": {
    pass: lifecycle(rules(prefixCount(1, "dev-", 5))),
    fail: lifecycle(rules(anyCount(1, 5))),
    says: /^policy\.rules\[0\]: this rule deletes an image tagged/,
    missing: { ...lifecycle(undefined), passes: true },
    unknown: lifecycle(unknownText),
  },
  "ecr-lifecycle-changes": {
    config: { snapshot: snapshotFile() },
    pass: lifecycle(rules(anyCount(1, 5))),
    fail: lifecycle(rules(anyCount(1, 3))),
    says: /expires 2 images of repository "petclinic"/,
    missing: { ...lifecycle(undefined), passes: true },
    unknown: lifecycle(unknownText),
  },
  "ecr-cost-budget": {
    config: { monthlyBudget: 5 },
    pass: costs({ total: 4 }),
    fail: costs({ total: 6 }),
    says: /^costs: at steady state a month costs 6\.00 USD/,
    missing: { ...given(repository()), passes: false },
    unknown: costs({ total: unknownText }),
  },
  "ecr-access-not-public": {
    pass: access(allow(root, "ecr:BatchGetImage")),
    fail: access(allow("*", "ecr:BatchGetImage")),
    says: /^policy\.Statement\[0\]: the policy of repository "petclinic" lets anyone in/,
    missing: noPolicy,
    unknown: access(allow(unknownText, "ecr:BatchGetImage")),
  },
  "ecr-access-actions": {
    pass: access(allow(root, "ecr:BatchGetImage")),
    fail: access(allow(root, "ecr:*")),
    says: /Action ecr:\* is a wildcard/,
    missing: noPolicy,
    unknown: access(allow(root, unknownText)),
  },
  "ecr-access-accounts": {
    config: { accounts: [account] },
    pass: access(allow(root, "ecr:BatchGetImage")),
    fail: access(allow("arn:aws:iam::210987654321:root", "ecr:BatchGetImage")),
    says: /account 210987654321 is on no list/,
    missing: noPolicy,
    unknown: access(allow(unknownText, "ecr:BatchGetImage")),
  },
  "ecr-access-push": {
    pass: access(allow(role, "ecr:PutImage")),
    fail: access(allow(root, "ecr:PutImage")),
    says: /lets account 123456789012 push \(ecr:PutImage\)/,
    missing: noPolicy,
    unknown: access(allow(unknownText, "ecr:PutImage")),
  },
  "ecr-push-roles": {
    pass: identity("ecr:PutImage", `arn:aws:ecr:us-east-1:${account}:repository/petclinic`),
    fail: identity("ecr:PutImage", "*"),
    says: /^policy\.Statement\[0\]\.Resource: IAM policy "push" lets push to every repository/,
    missing: { ...given(make(resourceTypes.rolePolicy, { name: "push" })), passes: true },
    unknown: identity("ecr:PutImage", unknownText),
  },
  "ecr-push-trust": {
    pass: trusted({ AWS: role }),
    fail: trusted("*"),
    says: /^assumeRolePolicy\.Statement\[0\]: the trust policy of role "ci" lets anyone be this role/,
    missing: { ...trusted(undefined), passes: true },
    unknown: trusted(unknownText),
  },
  "ecr-image-scanning": {
    pass: given(repository({ imageScanningConfiguration: { scanOnPush: true } })),
    fail: given(repository({ imageScanningConfiguration: { scanOnPush: false } })),
    says: /^imageScanningConfiguration: repository "petclinic" is not scanned on push/,
    missing: { ...given(repository()), passes: false },
    unknown: given(repository({ imageScanningConfiguration: { scanOnPush: unknownText } })),
  },
  "ecr-scan-on-push": {
    pass: given(repository({ imageScanningConfiguration: { scanOnPush: true } })),
    fail: given(repository({ imageScanningConfiguration: { scanOnPush: false } })),
    says: /^imageScanningConfiguration: repository "petclinic" is not scanned on push/,
    missing: { ...given(repository()), passes: false },
    unknown: given(repository({ imageScanningConfiguration: unknownText })),
  },
  "ecr-public-names": {
    config: { allowed: ["petclinic"] },
    pass: given(publicRepository({})),
    fail: given(publicRepository({ repositoryName: "secret" })),
    says: /^repositoryName: public repository "secret" lets everybody pull/,
    missing: { ...given(publicRepository({ repositoryName: undefined })), passes: false },
    unknown: given(publicRepository({ repositoryName: unknownText })),
  },
  "ecr-public-catalog-data": {
    config: { required: ["description"] },
    pass: given(publicRepository({ catalogData: { description: "Spring PetClinic Demo" } })),
    fail: given(publicRepository({ catalogData: { description: "" } })),
    says: /^catalogData\.description: not set in public repository "petclinic"/,
    missing: { ...given(publicRepository({})), passes: false },
    unknown: given(publicRepository({ catalogData: { description: unknownText } })),
  },
  "ecr-build-arguments": {
    config: { images: "all" },
    pass: built({ buildArgs: { VERSION: "1.0" } }),
    fail: built({ buildArgs: { NPM_TOKEN: "hunter2" } }),
    says: /^buildArgs\.NPM_TOKEN: its name looks like a secret/,
    missing: { ...built({}), passes: true },
    unknown: built({ buildArgs: unknownText }),
  },
  "ecr-image-bases": {
    pass: inline(`FROM node:22@${digest}`),
    fail: inline("FROM node:22"),
    says: /^Dockerfile, line 1 \(FROM node:22\): image "app" is built on "node:22"/,
    missing: { ...given(pushed(url)), passes: true },
    unknown: inline(unknownText),
  },
  "ecr-image-sources": {
    config: { copiesOf: [`${host}/*`] },
    pass: inline(`FROM ${url}@${digest}`),
    fail: inline("FROM node:22"),
    says: /^image "app" is a copy of "node:22"/,
    missing: { ...given(pushed(url)), passes: false },
    unknown: inline(unknownText),
  },
  "ecr-image-platforms": {
    pass: built({ platforms: ["linux/amd64"] }),
    fail: built({ platforms: [] }),
    says: /^platforms: not set in image "app"/,
    missing: { ...built({}), passes: false },
    unknown: built({ platforms: unknownText }),
  },
  "ecr-image-tags": {
    pass: given(pushed(`${url}:1.0.0`)),
    fail: given(pushed(`${url}:latest`)),
    says: /as "latest" only/,
    missing: { ...given(pushed(undefined)), passes: true },
    unknown: given(pushed(`${url}:latest`), make(resourceTypes.image, { imageName: unknownText }, { name: "other" })),
  },
  "ecr-image-consumers": {
    pass: consumer({ imageUri: `${url}@${digest}` }),
    fail: consumer({ imageUri: `${url}:latest` }),
    says: /^imageUri: Function "fn" runs ".*:latest"/,
    missing: { ...consumer({}), passes: true },
    unknown: consumer({ imageUri: unknownText }),
  },
  "ecr-deletion-protection": {
    pass: given(repository({ forceDelete: false })),
    fail: given(repository({ forceDelete: true })),
    says: /^forceDelete: repository "petclinic" is deleted with all its images/,
    missing: { ...given(repository()), passes: true },
    unknown: given(repository({ forceDelete: unknownText })),
  },
  "ecr-repository-names": {
    config: { pattern: "pet[a-z]+" },
    pass: given(repository()),
    fail: given(repository({ name: "clinic" })),
    says: /^name: repository "clinic" has a name of another form/,
    missing: { ...given(repository({ name: undefined })), passes: true },
    unknown: given(repository({ name: unknownText })),
  },
  "ecr-required-tags": {
    config: { required: ["owner"] },
    pass: given(repository({ tags: { owner: "team" } })),
    fail: given(repository({ tags: { other: "tag" } })),
    says: /^tags\.owner: not set in repository "petclinic"/,
    missing: { ...given(repository()), passes: false },
    unknown: given(repository({ tags: unknownText })),
  },
  "ecr-pull-through-caches": {
    config: { upstreams: ["quay.io"] },
    pass: cache({}),
    fail: cache({ upstreamRegistryUrl: "public.ecr.aws" }),
    says: /^upstreamRegistryUrl: pull-through cache rule "petclinic" caches images of "public\.ecr\.aws"/,
    missing: { ...cache({ upstreamRegistryUrl: undefined }), passes: false },
    unknown: cache({ upstreamRegistryUrl: unknownText }),
  },
  "ecr-replication-destinations": {
    config: { regions: ["eu-*"], accounts: [account] },
    pass: replication({ region: "eu-west-1", registryId: account }),
    fail: replication({ region: "us-west-2", registryId: account }),
    says: /\.region: images go to "us-west-2"; allowed are "eu-\*"/,
    missing: { ...given(make(resourceTypes.replication, {})), passes: true },
    unknown: replication({ region: unknownText, registryId: account }),
  },
  "ecr-other-providers": {
    pass: cloudControl("AWS::S3::Bucket"),
    fail: cloudControl("AWS::ECR::Repository"),
    says: /^typeName: "petclinic" is AWS::ECR::Repository, whose settings no rule of this pack reads/,
    missing: { ...cloudControl(undefined), passes: true },
    unknown: cloudControl(unknownText),
  },
};
