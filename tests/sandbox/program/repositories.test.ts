import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { canonicalPolicyText, readAccessPolicy } from "../../../ecr/accessPolicy";
import { lifecyclePolicyFromRules, lifecyclePolicyText } from "../../../ecr/lifecyclePolicy";
import { TestProject } from "./project";

const partner = "210987654321";
const region = "ap-northeast-2";

/** Repositories in code, with access, their own key, protected tags, adoption and lookup. */
const program = (lifecycle: string) => `
import { ContainerImage, PrivateRepository, PublicRepository } from "./components";

const vets = new PrivateRepository("vets", {
  createKey: true,
  keyDeletionWindowDays: 7,
  lifecyclePolicy: "${lifecycle}",
  protectedTags: ["v*"],
  access: {
    pullFrom: ["${partner}", "o-a1b2c3d4e5", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111"],
    pushFrom: ["arn:aws:iam::${partner}:role/ci-*"],
    lambdaPull: ["${partner}"],
  },
  protect: true,
  tags: { team: "vets" },
});
const legacy = new PrivateRepository("legacy", {
  import: { repository: "team/legacy", repositoryPolicy: true },
  encryption: "aes256",
  access: { pullFrom: ["${partner}"] },
  forceDelete: true,
  tags: { team: "vets" },
});
const short = new PrivateRepository("short", { import: "short", lifecyclePolicy: "release", encryption: "aes256" });
const gallery = new PublicRepository("gallery", {
  catalogData: { usageFile: "usage.md", architectures: ["x86-64"] },
  access: { pushFrom: ["${partner}"] },
  retainOnDelete: true,
});
const shared = PrivateRepository.get("shared", { repositoryName: "platform/shared", region: "eu-west-1" });
const galleryAgain = PublicRepository.get("galleryAgain", { repositoryName: "platform/open" });
const image = new ContainerImage("nothing", { context: "nothing", repositories: [shared] });

export const key = vets.key?.keyId;
export const urls = [vets.url, legacy.url, short.url, gallery.url, shared.url, galleryAgain.url];
export const reference = image.reference;
export const digest = image.digest;
`;

interface Described {
  repositories: {
    repositoryName: string;
    createdAt: string;
    imageTagMutability: string;
    imageScanningConfiguration: { scanOnPush: boolean };
    encryptionConfiguration: { encryptionType: string; kmsKey?: string };
  }[];
}

describe("repositories with the real CLI", function () {
  this.timeout(900_000);
  let project: TestProject;
  let outputs: { key: string; urls: string[]; reference: string; digest: string };
  const ecr = <T>(operation: string, ...args: string[]) =>
    project.aws<T>("ecr", operation, ...args, "--region", region);
  const described = async () => (await ecr<Described>("describe-repositories")).repositories;
  const find = async (name: string) => {
    const found = (await described()).find(({ repositoryName }) => repositoryName === name);
    assert.ok(found);
    return found;
  };
  const policyOf = async (name: string) => {
    const { policyText } = await ecr<{ policyText: string }>("get-repository-policy", "--repository-name", name);
    const policy = readAccessPolicy(canonicalPolicyText(policyText));
    assert.ok(policy);
    return policy;
  };
  const lifecycleOf = async (name: string) =>
    (await ecr<{ lifecyclePolicyText: string }>("get-lifecycle-policy", "--repository-name", name)).lifecyclePolicyText;
  let legacyCreatedAt: string;

  /** Creates repositories outside the program, with ECR's defaults. */
  async function makeByHand(): Promise<void> {
    const create = ["create-repository", "--repository-name"];
    await Promise.all([
      ecr("create-repository", "--repository-name", "team/legacy"),
      ecr("create-repository", "--repository-name", "short"),
      project.aws("ecr", ...create, "platform/shared", "--region", "eu-west-1"),
      project.aws("ecr-public", ...create, "platform/open", "--region", "us-east-1"),
    ]);
    const rules = lifecyclePolicyText(lifecyclePolicyFromRules([{ images: "untagged", expireAfterDays: 3 }]));
    const statement = { Effect: "Allow", Principal: "*", Action: "ecr:*" };
    const open = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await Promise.all([
      ecr("put-lifecycle-policy", "--repository-name", "team/legacy", "--lifecycle-policy-text", rules),
      ecr("set-repository-policy", "--repository-name", "team/legacy", "--policy-text", open),
    ]);
  }

  before(async () => {
    project = new TestProject();
    await project.init();
    const salt = project
      .read("Pulumi.local.yaml")
      .split("\n")
      .filter((line) => line.startsWith("encryptionsalt"));
    project.write("Pulumi.local.yaml", [...salt, "config:", `  aws:region: ${region}`, ""].join("\n"));
    project.write("index.ts", program("pullRequest"));
    project.write("usage.md", "# How to use it\n");
    fs.mkdirSync(path.join(project.directory, "nothing"));
    project.write("nothing/Dockerfile", `FROM scratch\nCOPY Dockerfile /${project.account}\n`);
    await makeByHand();
    legacyCreatedAt = (await find("team/legacy")).createdAt;

    await project.up();
    outputs = JSON.parse((await project.mustPulumi("stack", "output", "--json")).stdout);
  });
  after(async () => {
    await project.pulumi("state", "unprotect", "--all", "--yes");
    await project.pulumi("destroy", "--yes", "--skip-preview");
    project.remove();
  });

  it("grant access to the principals that the program names, and to no one else", async () => {
    const { Statement } = await policyOf("vets");
    assert.deepEqual(
      Statement.map(({ Sid, Principal, Condition }) => [Sid, Principal, Condition]),
      [
        ["Pull", { AWS: [partner] }, undefined],
        ["PullByOrganization", "*", { StringEquals: { "aws:PrincipalOrgID": ["o-a1b2c3d4e5"] } }],
        [
          "PullByOrganizationalUnit",
          "*",
          { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"] } },
        ],
        ["PushByName", { AWS: [partner] }, { ArnLike: { "aws:PrincipalArn": [`arn:aws:iam::${partner}:role/ci-*`] } }],
        [
          "LambdaPull",
          { Service: ["lambda.amazonaws.com"] },
          { ArnLike: { "aws:SourceArn": [`arn:aws:lambda:${region}:${partner}:function:*`] } },
        ],
        ["LambdaCreate", { AWS: [partner] }, undefined],
      ],
    );
  });

  it("have their own key, administered by the account and used through ECR", async () => {
    const { encryptionConfiguration } = await find("vets");
    assert.ok(encryptionConfiguration.kmsKey?.endsWith(outputs.key));
    const { Policy } = await project.aws<{ Policy: string }>(
      ...["kms", "get-key-policy", "--key-id", outputs.key, "--policy-name", "default", "--region", region],
    );
    const statements = readAccessPolicy(Policy)?.Statement;
    assert.deepEqual(
      statements?.map(({ Sid }) => Sid),
      ["AdministrationByTheAccount", "UseThroughEcr"],
    );
    assert.deepEqual(statements?.[1]?.Condition, {
      StringEquals: { "kms:CallerAccount": [project.account] },
      StringLike: { "kms:ViaService": [`ecr.${region}.*`] },
    });
  });

  it("expire images by a preset, after a first rule for protected tags", async () => {
    const { rules } = JSON.parse(await lifecycleOf("vets"));
    assert.deepEqual(rules[0].selection.tagPatternList, ["v*"]);
    assert.deepEqual(
      rules.map(({ rulePriority }: { rulePriority: number }) => rulePriority),
      [1, 2, 3],
    );
  });

  it("are adopted in place with their encryption, and get the program's settings and policies", async () => {
    const [legacy, short, policy, lifecycle, shortLifecycle] = await Promise.all([
      find("team/legacy"),
      find("short"),
      policyOf("team/legacy"),
      lifecycleOf("team/legacy"),
      lifecycleOf("short"),
    ]);
    assert.equal(legacy.createdAt, legacyCreatedAt);
    assert.equal(legacy.imageTagMutability, "IMMUTABLE");
    assert.equal(legacy.imageScanningConfiguration.scanOnPush, true);
    assert.equal(legacy.encryptionConfiguration.encryptionType, "AES256");
    assert.deepEqual(
      policy.Statement.map(({ Principal }) => Principal),
      [{ AWS: [partner] }],
    );
    assert.match(lifecycle, /src-/);
    assert.equal(short.encryptionConfiguration.encryptionType, "AES256");
    assert.equal(short.imageTagMutability, "IMMUTABLE");
    assert.match(shortLifecycle, /untagged/);
  });

  it("can be looked up, private ones also in another region, and receive images", async () => {
    const [, , , , shared, open] = outputs.urls;
    assert.match(shared ?? "", /\/platform\/shared$/);
    assert.match(open ?? "", /\/platform\/open$/);
    const { imageDetails } = await project.aws<{ imageDetails: { imageDigest: string }[] }>(
      ...["ecr", "describe-images", "--repository-name", "platform/shared", "--region", "eu-west-1"],
    );
    assert.deepEqual(
      imageDetails.map(({ imageDigest }) => imageDigest),
      [outputs.digest],
    );
  });

  it("do not change on the second run", async () => {
    await project.mustPulumi("preview", "--expect-no-changes");
  });

  it("survive destroy when protected, retained or looked up; protected ones can still change lifecycle", async () => {
    project.write("index.ts", program("archive"));
    await project.up();
    assert.match(await lifecycleOf("vets"), /transition/);
    const refused = await project.pulumi("destroy", "--yes", "--skip-preview");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /vets.*protected/s);
    assert.deepEqual(
      (await described()).map(({ repositoryName }) => repositoryName),
      ["vets"],
    );
    const { repositories } = await project.aws<Described>(
      "ecr-public",
      "describe-repositories",
      "--region",
      "us-east-1",
    );
    assert.deepEqual(repositories.map(({ repositoryName }) => repositoryName).sort(), ["gallery", "platform/open"]);
    const { policyText } = await project.aws<{ policyText: string }>(
      ...["ecr-public", "get-repository-policy", "--repository-name", "gallery", "--region", "us-east-1"],
    );
    assert.deepEqual(readAccessPolicy(canonicalPolicyText(policyText))?.Statement[0]?.Principal, { AWS: [partner] });
    await project.aws("ecr", "describe-repositories", "--repository-names", "platform/shared", "--region", "eu-west-1");
  });
});
