import assert from "node:assert/strict";
import { canonicalPolicyText, readAccessPolicy } from "../../../ecr/accessPolicy";
import { TestProject } from "./project";

const partner = "210987654321";
const region = "ap-northeast-2";
const place = ["--region", region];
const publicPlace = ["--region", "us-east-1"];
/** The smallest PNG file: one transparent pixel. */
const logo = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** Every kind of encryption, tag mutability and lifecycle policy, and a public repository with every setting. */
const program = (change: { keep: string; about: string }) => `
import { PrivateRepository, PublicRepository } from "./components";

const own = new PrivateRepository("own", {
  repositoryName: "team.one/own",
  encryption: "kmsDsse",
  createKey: true,
  keyDeletionWindowDays: 7,
  tags: { team: "vets" },
});
const given = new PrivateRepository("given", {
  kmsKey: own.key?.arn,
  imageTagMutability: "MUTABLE",
  scanOnPush: false,
  lifecyclePolicy: [
    { images: { tagPatterns: ["pr-*"] }, expireAfterDays: 14 },
    { images: "any", keepNewest: ${change.keep} },
  ],
});
new PrivateRepository("raw", {
  encryption: "aes256",
  imageTagMutability: "MUTABLE_WITH_EXCLUSION",
  exclusionFilters: ["v*", "release-*"],
  lifecyclePolicy: {
    rules: [
      { rulePriority: 7, selection: { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 1 }, action: { type: "expire" } },
    ],
  },
  access: {
    pullFrom: ["arn:aws:iam::${partner}:role/ecs-execution", "arn:aws:iam::${partner}:role/eks-node"],
    statements: [{ Sid: "Audit", Effect: "Allow", Principal: { AWS: "${partner}" }, Action: "ecr:DescribeImages" }],
  },
});
new PrivateRepository("kept", { repositoryName: "team/kept", encryption: "aes256", lifecyclePolicy: false, retainOnDelete: true });
const open = new PublicRepository("open", {
  import: { repository: "team/open", repositoryPolicy: true },
  catalogData: {
    description: "Vets",
    aboutFile: "about.md",
    usageText: "Pull it.",
    architectures: ["ARM 64", "x86-64"],
    operatingSystems: ["Linux"],
    logoFile: "logo.png",
  },
  access: { pushFrom: ["arn:aws:iam::${partner}:role/ci"] },
  forceDestroy: true,
  tags: { team: "${change.about}" },
});
export const key = own.key?.keyId;
export const urls = [own.url, given.url, open.url];
`;

interface Repository {
  repositoryName: string;
  repositoryArn: string;
  imageTagMutability: string;
  imageTagMutabilityExclusionFilters?: unknown;
  imageScanningConfiguration: { scanOnPush: boolean };
  encryptionConfiguration: { encryptionType: string; kmsKey?: string };
}

describe("repository settings with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let key: string;
  let repositories: Map<string, Repository>;

  const describeAll = async () => {
    const found = await project.aws<{ repositories: Repository[] }>("ecr", "describe-repositories", ...place);
    return new Map(found.repositories.map((each) => [each.repositoryName, each]));
  };
  const rulesOf = async (name: string) => {
    const answer = await project.aws<{ lifecyclePolicyText: string }>(
      ...["ecr", "get-lifecycle-policy", "--repository-name", name, ...place],
    );
    return (JSON.parse(answer.lifecyclePolicyText) as { rules: { rulePriority: number; selection: object }[] }).rules;
  };
  const ofPublic = <T>(operation: string, ...args: string[]) =>
    project.aws<T>("ecr-public", operation, ...args, ...publicPlace);

  before(async () => {
    project = new TestProject();
    await project.init();
    project.write("index.ts", program({ keep: "30", about: "vets" }));
    project.write("about.md", "# Vets\n\nThe list of veterinarians.\n");
    project.write("logo.png", Buffer.from(logo, "base64"));
    // A repository created outside the program, with a policy for another account.
    await ofPublic("create-repository", "--repository-name", "team/open");
    const statement = { Effect: "Allow", Principal: { AWS: partner }, Action: "ecr-public:PutImage" };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await ofPublic("set-repository-policy", "--repository-name", "team/open", "--policy-text", policy);
    // ECR checks that the roles in a policy exist. Another test may have created some of them already.
    const trust = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: partner }, Action: "sts:AssumeRole" }],
    });
    for (const role of ["ecs-execution", "eks-node", "ci"]) {
      const args = ["iam", "create-role", "--role-name", role, "--assume-role-policy-document", trust];
      await project.run("aws", args, { AWS_ACCESS_KEY_ID: partner });
    }
    await project.up();
    ({ key } = (await project.outputs()) as unknown as { key: string });
    repositories = await describeAll();
  });
  after(async () => {
    await project?.pulumi("destroy", "--yes", "--skip-preview");
    project?.remove();
  });

  it("encrypt with their own key (dual-layer), with a given key, or with AES-256", () => {
    const own = repositories.get("team.one/own")?.encryptionConfiguration;
    assert.deepEqual(own, {
      encryptionType: "KMS_DSSE",
      kmsKey: `arn:aws:kms:${region}:${project.account}:key/${key}`,
    });
    assert.deepEqual(repositories.get("given")?.encryptionConfiguration, { ...own, encryptionType: "KMS" });
    assert.deepEqual(repositories.get("raw")?.encryptionConfiguration, { encryptionType: "AES256" });
  });

  it("give their own key an alias, rotation and the repository's tags", async () => {
    const [{ Aliases }, rotation, listed] = await Promise.all([
      project.aws<{ Aliases: { AliasName: string }[] }>("kms", "list-aliases", "--key-id", key, ...place),
      project.aws<{ KeyRotationEnabled: boolean }>("kms", "get-key-rotation-status", "--key-id", key, ...place),
      project.aws<{ Tags: unknown }>("kms", "list-resource-tags", "--key-id", key, ...place),
    ]);
    assert.deepEqual(
      Aliases.map(({ AliasName }) => AliasName),
      // A repository name may contain a dot, an alias may not.
      ["alias/ecr/team-one/own"],
    );
    assert.equal(rotation.KeyRotationEnabled, true);
    assert.deepEqual(listed.Tags, [{ TagKey: "team", TagValue: "vets" }]);
    const { repositoryArn = "" } = repositories.get("team.one/own") ?? {};
    assert.deepEqual(await project.aws("ecr", "list-tags-for-resource", "--resource-arn", repositoryArn, ...place), {
      tags: [{ Key: "team", Value: "vets" }],
    });
  });

  it("set tag mutability and scanning as configured", () => {
    const settingsOf = (name: string) => {
      const { imageTagMutability, imageTagMutabilityExclusionFilters, imageScanningConfiguration } =
        repositories.get(name) ?? assert.fail(name);
      return [imageTagMutability, imageTagMutabilityExclusionFilters, imageScanningConfiguration.scanOnPush];
    };
    assert.deepEqual(settingsOf("team.one/own"), ["IMMUTABLE", undefined, true]);
    assert.deepEqual(settingsOf("given"), ["MUTABLE", undefined, false]);
    const filters = ["v*", "release-*"].map((filter) => ({ filterType: "WILDCARD", filter }));
    assert.deepEqual(settingsOf("raw"), ["MUTABLE_WITH_EXCLUSION", filters, true]);
  });

  it("expire images by the program's own rules, by ECR's policy document, or never", async () => {
    const [given, raw] = await Promise.all([rulesOf("given"), rulesOf("raw")]);
    assert.deepEqual(
      given.map(({ rulePriority, selection }) => ({ rulePriority, ...selection })),
      [
        {
          rulePriority: 1,
          tagStatus: "tagged",
          tagPatternList: ["pr-*"],
          countType: "sinceImagePushed",
          countUnit: "days",
          countNumber: 14,
        },
        { rulePriority: 2, tagStatus: "any", countType: "imageCountMoreThan", countNumber: 30 },
      ],
    );
    assert.deepEqual(
      raw.map(({ rulePriority }) => rulePriority),
      [7],
    );
    await assert.rejects(rulesOf("team/kept"), /LifecyclePolicyNotFoundException/);
  });

  it("grant access to roles of other accounts, and add further statements", async () => {
    const { policyText } = await project.aws<{ policyText: string }>(
      ...["ecr", "get-repository-policy", "--repository-name", "raw", ...place],
    );
    assert.deepEqual(
      readAccessPolicy(canonicalPolicyText(policyText))?.Statement.map(({ Sid, Principal }) => [Sid, Principal]),
      [
        ["Pull", { AWS: ["ecs-execution", "eks-node"].map((role) => `arn:aws:iam::${partner}:role/${role}`) }],
        ["Audit", { AWS: [partner] }],
      ],
    );
  });

  it("show the content of their files in the gallery, even when adopted", async () => {
    const [{ catalogData }, { policyText }, { repositories: found }] = await Promise.all([
      ofPublic<{ catalogData: Record<string, unknown> }>(
        "get-repository-catalog-data",
        "--repository-name",
        "team/open",
      ),
      ofPublic<{ policyText: string }>("get-repository-policy", "--repository-name", "team/open"),
      ofPublic<{ repositories: { repositoryName: string; repositoryArn: string }[] }>("describe-repositories"),
    ]);
    const { logoUrl, ...texts } = catalogData;
    assert.match(String(logoUrl), /^https?:/);
    assert.deepEqual(texts, {
      description: "Vets",
      aboutText: "# Vets\n\nThe list of veterinarians.\n",
      usageText: "Pull it.",
      architectures: ["ARM 64", "x86-64"],
      operatingSystems: ["Linux"],
    });
    assert.deepEqual(
      readAccessPolicy(canonicalPolicyText(policyText))?.Statement.map(({ Principal }) => Principal),
      [{ AWS: [`arn:aws:iam::${partner}:role/ci`] }],
    );
    assert.deepEqual(
      found.map(({ repositoryName }) => repositoryName),
      ["team/open"],
    );
    const arn = found[0]?.repositoryArn ?? "";
    const listed = await ofPublic<{ tags: object[] }>("list-tags-for-resource", "--resource-arn", arn);
    assert.deepEqual(listed.tags, [{ Key: "team", Value: "vets" }]);
  });

  it("change in place, and nothing else changes", async () => {
    project.write("index.ts", program({ keep: "20", about: "owners" }));
    const { output } = await project.up();
    assert.match(output, /~ +aws:ecrpublic:Repository open updated/);
    assert.doesNotMatch(output, /Repository (own|given|raw|kept) (updated|replaced)/);
    assert.deepEqual(
      (await rulesOf("given")).map(({ selection }) => (selection as { countNumber: number }).countNumber),
      [14, 20],
    );
  });

  it("delete all but the retained repository on destroy, and schedule the key's deletion", async () => {
    await project.mustPulumi("destroy", "--yes", "--skip-preview");
    assert.deepEqual([...(await describeAll()).keys()], ["team/kept"]);
    assert.deepEqual(await ofPublic("describe-repositories"), { repositories: [] });
    const { KeyMetadata } = await project.aws<{ KeyMetadata: { KeyState: string } }>(
      ...["kms", "describe-key", "--key-id", key, ...place],
    );
    assert.equal(KeyMetadata.KeyState, "PendingDeletion");
  });
});
